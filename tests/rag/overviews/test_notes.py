"""What of the reading is kept."""

from __future__ import annotations

from rag.citations import citation_of
from rag.overviews.notes import as_passages, batches, evenly, fitted, notes_of
from rag.types import Passage, Sentence, Span, Verdict

TEXTS = ("The winch costs 6 euros.", "Cows graze nearby.", "The tow costs 48 euros.")
SPANS = tuple(Span(100 * n, 100 * n + len(text), 2, "page 2", text) for n, text in enumerate(TEXTS))
PASSAGE = Passage(1, 5, "/docs/a.txt", "Fees", ("Costs",), SPANS, "\n".join(TEXTS))


def note(text: str, verdict: Verdict = Verdict.SUPPORTED, span: int = 0) -> Sentence:
    cited = citation_of(PASSAGE, SPANS[span])
    return Sentence(text, (cited,), verdict, 0.9, cited)


def test_a_note_keeps_every_sentence_that_it_was_made_of() -> None:
    (kept,) = notes_of([note("The winch costs 6 euros and the tow 48 euros.")], [PASSAGE])
    assert [span.text for span in kept.spans] == [TEXTS[0], TEXTS[2]]
    (passage,) = as_passages([kept])
    assert passage.text == "The winch costs 6 euros and the tow 48 euros."
    assert passage.page_number == 2


def test_what_is_not_supported_cites_nothing_or_is_a_heading_is_no_note() -> None:
    sentences = [
        note("The winch costs 9 euros.", Verdict.UNSUPPORTED),
        Sentence("The winch costs 6 euros.", ()),
        note("Fees and costs."),
    ]
    assert notes_of(sentences, [PASSAGE]) == []


def test_notes_go_into_as_few_prompts_as_they_fit() -> None:
    notes = notes_of([note(TEXTS[n % 3], span=n % 3) for n in range(6)], [PASSAGE])
    count = len  # a token is a character
    groups = batches(notes, 90, count)
    assert [one for group in groups for one in group] == notes
    assert len(groups) > 1
    assert all(sum(count(f"\n\n[000] {n.title}\n") + count(n.text) + 1 for n in g) <= 90 for g in groups)


def test_a_note_too_long_for_a_prompt_is_cut() -> None:
    (long,) = notes_of([note("The winch costs 6 euros. " * 20)], [PASSAGE])
    assert len(fitted(long, 90, len).text) <= 30
    assert fitted(long, 10_000, len) is long


def test_some_of_many_stand_evenly_apart() -> None:
    notes = notes_of([note(f"The winch costs 6 euros, {n}.") for n in range(10)], [PASSAGE])
    assert evenly(notes, 2) == [notes[0], notes[5]]
    assert evenly(notes[:1], 2) == notes[:1]
