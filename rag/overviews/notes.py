"""Notes taken while reading: each a short statement, tied to the page and the words that it rests on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rag.citations import citation_of
from rag.overviews.pieces import passage_heading
from rag.passages import GAP, shown_title
from rag.terms import content_terms
from rag.types import Citation, Neutralised, Passage, Sentence, Span, Verdict

#: Of the notes that are shown to the model at once, one takes at most this share.
_LARGEST_SHARE = 3


@dataclass(frozen=True, slots=True)
class Note:
    """One statement and the document's own words under it; `spans` are in the document's order."""

    text: str
    document_id: int
    document: str
    title: str
    headings: tuple[str, ...]
    spans: tuple[Span, ...]
    verdict: Verdict
    support: float | None
    neutralised: tuple[Neutralised, ...] = ()


def notes_of(sentences: Sequence[Sentence], passages: Sequence[Passage]) -> list[Note]:
    """The sentences as notes. One that cites nothing, is not supported, or says headings alone is none.

    A note is of one document: of what a sentence cites, the document's that it rests on.
    """
    notes = []
    for sentence in sentences:
        if not sentence.citations or sentence.verdict is Verdict.UNSUPPORTED:
            continue
        cited = [passages[citation.passage_number - 1] for citation in sentence.citations]
        if _says_headings_alone(sentence.text, cited):
            continue
        ground = sentence.rests_on or sentence.citations[0]
        passage = passages[ground.passage_number - 1]
        own = [one for one in cited if one.document_id == passage.document_id]
        cited_spans = [_span(c) for c in (ground, *sentence.citations) if c.document == ground.document]
        spans = _grounds(sentence.text, cited_spans, [span for one in own for span in one.spans])
        notes.append(
            Note(
                sentence.text,
                passage.document_id,
                passage.document,
                passage.title,
                passage.headings,
                spans,
                sentence.verdict,
                sentence.support,
                passage.neutralised,
            )
        )
    return notes


def distinct(notes: Sequence[Note]) -> list[Note]:
    """Each statement once, in order."""
    return list(
        {(note.document_id, " ".join(note.text.lower().split())): note for note in reversed(notes)}.values()
    )[::-1]


def as_passages(notes: Sequence[Note]) -> tuple[Passage, ...]:
    """The notes as the prompt shows them: a note's text, over the spans that it is checked against."""
    return tuple(
        Passage(
            number,
            note.document_id,
            note.document,
            note.title,
            note.headings,
            note.spans,
            note.text,
            note.neutralised,
        )
        for number, note in enumerate(notes, 1)
    )


def in_own_words(passage: Passage) -> Passage:
    """The passage of a note with the document's own words in place of the note's."""
    return replace(passage, text=GAP.join(span.text for span in passage.spans))


def as_sentences(notes: Sequence[Note]) -> tuple[Sentence, ...]:
    """The notes as an answer's sentences, each citing the passage of its number."""
    sentences = []
    for note, passage in zip(notes, as_passages(notes), strict=True):
        cited = citation_of(passage, passage.spans[0])
        sentences.append(Sentence(note.text, (cited,), note.verdict, note.support, cited))
    return tuple(sentences)


def fitted(note: Note, token_budget: int, count_tokens: Callable[[str], int]) -> Note:
    """The note, cut where it alone would take most of a prompt."""
    room = token_budget // _LARGEST_SHARE - count_tokens(passage_heading(note.title))
    text = note.text
    while len(text) > 1 and count_tokens(text) > room:
        text = text[: len(text) * 4 // 5].rstrip() or text[:1]
    return note if text == note.text else replace(note, text=text)


def batches(notes: Sequence[Note], token_budget: int, count_tokens: Callable[[str], int]) -> list[list[Note]]:
    """The notes in order, as many together as fit the budget."""
    found: list[list[Note]] = []
    left = 0
    for note in notes:
        cost = count_tokens(passage_heading(shown_title(note.title))) + count_tokens(note.text) + 1
        if not found or cost > left:
            found.append([])
            left = token_budget
        found[-1].append(note)
        left -= cost
    return found


def evenly(notes: Sequence[Note], most: int) -> list[Note]:
    """At most so many, from beginning to end."""
    step = max(1.0, len(notes) / most)
    return [notes[int(place * step)] for place in range(min(most, len(notes)))]


def _says_headings_alone(text: str, passages: Sequence[Passage]) -> bool:
    headings = [line for passage in passages for line in (passage.title, *passage.headings)]
    return set(content_terms(text)) <= set(content_terms("\n".join(headings)))


def _grounds(text: str, cited: Sequence[Span], around: Sequence[Span]) -> tuple[Span, ...]:
    """What is cited, with those sentences around it that say what of the note it does not, in their order.

    A note may put three sentences of a page into one.
    """
    chosen = {(span.start, span.end): span for span in cited}
    lacking = set(content_terms(text)) - {term for span in cited for term in content_terms(span.text)}
    terms = {span: set(content_terms(span.text)) for span in around}
    while lacking and terms:
        best = max(terms, key=lambda span: len(lacking & terms[span]))
        if not lacking & terms[best]:
            break
        chosen[best.start, best.end] = best
        lacking -= terms.pop(best)
    return tuple(chosen[place] for place in sorted(chosen))


def _span(citation: Citation) -> Span:
    return Span(citation.start, citation.end, citation.page_number, citation.page_label, citation.quote)
