"""Verdicts in the stream: what a sentence rests on, and what becomes of one that is not supported."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from generators.settings import GeneratorSettings
from generators.text.scripted import ScriptedGenerator
from ingest.settings import EmbedderSettings, IngestSettings
from rag import (
    Answer,
    Answered,
    AnswerSettings,
    Event,
    Passage,
    Refused,
    Sentence,
    SentenceChecked,
    SentenceCorrected,
    SentenceWithdrawn,
    Settings,
    Span,
    TextAdded,
    Verdict,
    open_collection,
)
from rag.answering import Answering
from rag.checking import SentenceReader
from rag.enquiry import Enquiry
from rag.prompts import load_template
from rag.refusal import REFUSAL
from rag.settings import Unsupported
from rag.support.head import load_heads
from rag.support.protocol import SupportChecker
from rag.support.scripted import ScriptedChecker
from rag.support.signal_checker import SignalChecker

TEXT = "The club opened\nin 1889. Its hall [3] cost 500 euros. Guests may fly, but not on Sundays."
SENTENCES = (
    "The club opened\nin 1889.",
    "Its hall [3] cost 500 euros.",
    "Guests may fly, but not on Sundays.",
)


def spans(*sentences: str) -> tuple[Span, ...]:
    starts = [TEXT.index(sentence) for sentence in sentences]
    return tuple(
        Span(start, start + len(sentence), 4, "page 4", sentence)
        for start, sentence in zip(starts, sentences, strict=True)
    )


PASSAGES = (
    Passage(1, 1, "/docs/club.md", "The club", ("History",), spans(*SENTENCES[:2]), "\n".join(SENTENCES[:2])),
    Passage(2, 1, "/docs/club.md", "The club", (), spans(SENTENCES[2]), SENTENCES[2]),
)
GOOD = "The club opened in 1889 [1]."
BAD = "The club opened in 1890 [1]."
QUESTION = "When did the club open?"


def events(
    reply: str, unsupported: Unsupported = "show", checker: SupportChecker | None = None
) -> list[Event]:
    desk = Answering(
        ScriptedGenerator([reply]),
        load_template("plain"),
        AnswerSettings(unsupported=unsupported),
        checker or SignalChecker(load_heads()),
    )
    return list(desk.stream(Enquiry(QUESTION, PASSAGES, time.perf_counter())))


def answer_of(seen: Sequence[Event]) -> Answer:
    assert isinstance(seen[-1], Answered)
    return seen[-1].answer


def kinds(seen: Sequence[Event]) -> list[str]:
    return [type(event).__name__ for event in seen if not isinstance(event, TextAdded)]


def test_a_supported_sentence_rests_on_the_documents_own_words() -> None:
    (sentence,) = answer_of(events(GOOD)).sentences
    assert sentence.verdict is Verdict.SUPPORTED
    assert sentence.support is not None
    assert sentence.support > 0.5
    ground = sentence.rests_on
    assert ground is not None
    assert sentence.citations == (ground,)
    assert (ground.document, ground.page_number) == ("/docs/club.md", 4)
    assert ground.quote == TEXT[ground.start : ground.end] == "The club opened\nin 1889."


@pytest.mark.parametrize(
    "reply",
    [
        BAD,
        "The club didn't open in 1889 [1].",
        "The club of Lund opened in 1889 [1].",
        "Guests may fly on Sundays [2].",
        "Elephants built it.",
        "The club was founded by two brothers from the coast [1].",
        "500 dollars [1]",
        "No [2]",
    ],
)
def test_what_is_not_said_is_shown_as_unsupported(reply: str) -> None:
    (sentence,) = answer_of(events(reply)).sentences
    assert sentence.verdict is Verdict.UNSUPPORTED
    assert sentence.support is not None
    assert sentence.support < 0.5


@pytest.mark.parametrize("reply", ["1889 [1]", "500 euros [1]", "Guests may fly [2].", "Yes [1]"])
def test_short_answers_are_supported_by_what_they_cite(reply: str) -> None:
    (sentence,) = answer_of(events(reply)).sentences
    assert sentence.verdict is Verdict.SUPPORTED


def test_every_sentence_has_a_verdict_and_comes_with_it() -> None:
    seen = events(f"{GOOD} {BAD} Elephants built it.")
    checked = [event.sentence for event in seen if isinstance(event, SentenceChecked)]
    assert [s.verdict for s in checked] == [Verdict.SUPPORTED, Verdict.UNSUPPORTED, Verdict.UNSUPPORTED]
    assert tuple(checked) == answer_of(seen).sentences
    assert kinds(seen) == ["PassagesFound", *["SentenceChecked"] * 3, "Answered"]


def test_the_words_that_a_cited_passage_of_several_adds_count() -> None:
    (sentence,) = answer_of(events("The club opened in 1889 and guests may fly [1][2].")).sentences
    assert sentence.verdict is Verdict.SUPPORTED
    assert [c.passage_number for c in sentence.citations] == [1, 2]
    assert sentence.rests_on == sentence.citations[0]


def test_withdrawn_sentences_leave_the_answer_and_say_so_in_the_stream() -> None:
    seen = events(f"{BAD} {GOOD} Elephants built it.", "withdraw")
    assert kinds(seen) == [
        "PassagesFound",
        "SentenceChecked",
        "SentenceWithdrawn",
        "SentenceChecked",
        "SentenceChecked",
        "SentenceWithdrawn",
        "Answered",
    ]
    answer = answer_of(seen)
    assert answer.text == GOOD
    assert [s.text for s in answer.sentences] == ["The club opened in 1889."]
    withdrawn = [event.sentence for event in seen if isinstance(event, SentenceWithdrawn)]
    assert [s.text for s in withdrawn] == ["The club opened in 1890.", "Elephants built it."]


@pytest.mark.parametrize("unsupported", ["withdraw", "correct"])
def test_where_every_sentence_is_withdrawn_the_answer_is_the_refusal(unsupported: Unsupported) -> None:
    seen = events("Elephants built it. Elephants like it.", unsupported)
    assert Refused(REFUSAL) in seen
    answer = answer_of(seen)
    assert answer.refused
    assert (answer.text, answer.sentences, answer.refusal) == (REFUSAL, (), "not-supported")
    assert answer.short_answer is None


def test_a_corrected_sentence_is_the_documents_own_with_its_citation() -> None:
    seen = events(f"The hall cost 600 euros [1]. {GOOD}", "correct")
    assert kinds(seen)[1:4] == ["SentenceChecked", "SentenceCorrected", "SentenceChecked"]
    answer = answer_of(seen)
    corrected, kept = answer.sentences
    assert corrected.text == "Its hall cost 500 euros."  # a bracket in a document is no mark of the answer's
    assert corrected.corrected
    assert corrected.verdict is Verdict.SUPPORTED
    assert corrected.rests_on is not None
    assert corrected.citations == (corrected.rests_on,)
    assert corrected.rests_on.quote == SENTENCES[1]
    assert not kept.corrected
    assert answer.text == "Its hall cost 500 euros. [1] The club opened in 1889 [1]."
    (event,) = [event for event in seen if isinstance(event, SentenceCorrected)]
    assert (event.before.text, event.before.verdict) == ("The hall cost 600 euros.", Verdict.UNSUPPORTED)
    assert event.sentence == corrected


def test_a_sentence_without_a_citation_is_corrected_from_all_passages() -> None:
    seen = events("Guests may fly on Sundays.", "correct")
    (sentence,) = answer_of(seen).sentences
    assert sentence.text == SENTENCES[2]
    assert [c.passage_number for c in sentence.citations] == [2]


def test_what_was_said_already_is_not_said_again_as_a_correction() -> None:
    seen = events(f"{GOOD} {BAD}", "correct")
    assert [s.text for s in answer_of(seen).sentences] == ["The club opened in 1889."]
    assert kinds(seen)[-2] == "SentenceWithdrawn"


def test_a_correction_that_the_checker_does_not_accept_is_no_correction() -> None:
    seen = events(BAD, "correct", ScriptedChecker({}, default=0.0))
    assert answer_of(seen).refused


def test_the_checkers_score_and_verdict_are_the_sentences() -> None:
    checker = ScriptedChecker({"The club opened in 1889.": 0.25})
    (sentence,) = answer_of(events(GOOD, checker=checker)).sentences
    assert (sentence.verdict, sentence.support) == (Verdict.UNSUPPORTED, 0.25)


def test_without_a_checker_nothing_passes_for_supported() -> None:
    desk = Answering(ScriptedGenerator([GOOD]), load_template("plain"), AnswerSettings(support_checker=None))
    (sentence,) = answer_of(list(desk.stream(Enquiry(QUESTION, PASSAGES, time.perf_counter())))).sentences
    assert (sentence.verdict, sentence.support, sentence.rests_on) == (Verdict.UNCHECKED, None, None)


def test_settings_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="nothing to withdraw"):
        AnswerSettings(support_checker=None, unsupported="withdraw")
    with pytest.raises(ValueError, match="may be show, withdraw or correct"):
        AnswerSettings(unsupported="hide")  # type: ignore[arg-type] # what a person may write


@pytest.mark.parametrize("checker", ["signals", None])
def test_a_collections_answers_are_checked_unless_it_is_told_otherwise(
    home: Path, tmp_path: Path, checker: str | None
) -> None:
    (tmp_path / "club.md").write_text("# The club\n\nThe club opened in 1889. The hall is large.\n")
    settings = Settings(
        ingest=IngestSettings(embedder=EmbedderSettings(engine="hashing"), isolated=False),
        generator=GeneratorSettings(engine="extractive"),
        answer=AnswerSettings(support_checker=checker),
    )
    with open_collection("club", settings) as collection:
        collection.ingest([tmp_path / "club.md"])
        answer = collection.ask("When did the club open?")
        (page,) = collection.pages("club.md")
    wanted = Verdict.UNCHECKED if checker is None else Verdict.SUPPORTED
    assert answer.sentences
    for sentence in answer.sentences:
        assert isinstance(sentence, Sentence)
        assert sentence.verdict is wanted
        for citation in sentence.citations:
            assert page.text[citation.start : citation.end] == citation.quote


def priced(number: int, text: str) -> Passage:
    return Passage(
        number, number, f"/docs/{number}.md", "", (), (Span(0, len(text), 1, "page 1", text),), text
    )


@pytest.mark.parametrize(
    ("reply", "cited", "verdict"),
    [
        ("48.00 euros [2]", 1, Verdict.SUPPORTED),
        ("48.00 euros [1]", 1, Verdict.SUPPORTED),
        ("500 euros [2]", 2, Verdict.SUPPORTED),
        ("75.00 euros [2]", 2, Verdict.UNSUPPORTED),
    ],
)
def test_a_wrong_mark_gives_way_to_the_passage_that_says_it(reply: str, cited: int, verdict: Verdict) -> None:
    passages = (
        priced(1, "A tow costs guests 48.00 euros."),
        priced(2, "The pilot bears the first 500 euros."),
    )
    reader = SentenceReader("What does a tow cost?", passages, SignalChecker(load_heads()))
    sentence = reader.read(reply)
    assert [citation.passage_number for citation in sentence.citations] == [cited]
    assert sentence.verdict == verdict
    assert sentence.rests_on is not None
    assert sentence.rests_on.passage_number == cited
