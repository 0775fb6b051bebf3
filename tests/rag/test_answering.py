"""A stream of events that ends in a cited answer, or in the refusal."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import pytest

from generators.text.protocol import Finished, TextPiece
from generators.text.scripted import ScriptedGenerator
from rag.answering import Answering
from rag.enquiry import Enquiry
from rag.errors import QuestionTooLong
from rag.prompts import load_template
from rag.refusal import REFUSAL
from rag.settings import AnswerSettings
from rag.types import (
    Answer,
    Answered,
    Event,
    Passage,
    PassagesFound,
    Refused,
    Sentence,
    SentenceChecked,
    Span,
    TextAdded,
    Turn,
    Verdict,
)


def passage(number: int, text: str) -> Passage:
    span = Span(10 * number, 10 * number + len(text), number, f"page {number}", text)
    return Passage(number, number, f"/docs/{number}.md", f"Document {number}", (), (span,), text)


PASSAGES = (passage(1, "The club opened in 1889."), passage(2, "The hall cost 500 euros."))


def answering(*replies: str, context_tokens: int = 4096) -> Answering:
    return Answering(
        ScriptedGenerator(replies, context_tokens=context_tokens),
        load_template("plain"),
        AnswerSettings(),
    )


def events(reply: str, passages: Sequence[Passage] = PASSAGES) -> list[Event]:
    return list(answering(reply).stream(Enquiry("When did it open?", passages, time.perf_counter())))


def answer(reply: str, passages: Sequence[Passage] = PASSAGES) -> Answer:
    last = events(reply, passages)[-1]
    assert isinstance(last, Answered)
    return last.answer


def test_events_come_in_order_and_the_text_adds_up() -> None:
    seen = events("The club opened in 1889 [1]. The hall cost 500 euros [2].")
    assert isinstance(seen[0], PassagesFound)
    assert isinstance(seen[-1], Answered)
    text = "".join(event.text for event in seen if isinstance(event, TextAdded))
    assert text == "The club opened in 1889 [1]. The hall cost 500 euros [2]."
    checked = [event.sentence for event in seen if isinstance(event, SentenceChecked)]
    assert tuple(checked) == seen[-1].answer.sentences


def test_each_sentence_is_tied_to_document_page_and_words() -> None:
    first, second = answer("The club opened in 1889 [1]. The hall cost 500 euros [2].").sentences
    assert first.text == "The club opened in 1889."
    assert [(c.document, c.page_label, c.quote) for c in first.citations] == [
        ("/docs/1.md", "page 1", "The club opened in 1889.")
    ]
    assert second.citations[0].document == "/docs/2.md"


def test_nothing_passes_for_supported_unchecked() -> None:
    assert {s.verdict for s in answer("1889 [1]").sentences} == {Verdict.UNCHECKED}


def test_a_bare_phrase_is_the_short_answer_and_prose_is_not() -> None:
    assert answer("1889 [1]").short_answer == "1889"
    assert answer("The club opened in 1889 [1]. The hall cost 500 euros [2].").short_answer is None


def test_marks_out_of_bounds_do_not_reach_the_answer() -> None:
    found = answer("The club opened in 1889 [1][7].")
    assert found.text == "The club opened in 1889 [1]."
    assert [c.passage_number for c in found.sentences[0].citations] == [1]


def test_a_mark_on_the_wrong_passage_is_put_right() -> None:
    found = answer("500 euros [1]")
    assert found.text == "500 euros [2]"
    assert found.sentences[0].citations[0].quote == "The hall cost 500 euros."


def test_a_markless_sentence_nobody_holds_stays_without_citation() -> None:
    assert answer("Elephants built it.").sentences == (Sentence("Elephants built it.", ()),)


def test_the_models_refusal_is_shown_in_the_fixed_form_and_never_as_text() -> None:
    seen = events("Not stated.")
    assert not [event for event in seen if isinstance(event, TextAdded)]
    assert [event for event in seen if isinstance(event, Refused)] == [Refused(REFUSAL)]
    last = seen[-1]
    assert isinstance(last, Answered)
    assert last.answer.refused
    assert last.answer.text == REFUSAL
    assert last.answer.sentences == ()


def test_without_passages_the_model_is_not_asked() -> None:
    generator = answering()  # a scripted generator without replies would fail if it were asked
    seen = list(generator.stream(Enquiry("When?", (), time.perf_counter())))
    assert Refused(REFUSAL) in seen


def test_an_empty_reply_is_a_refusal() -> None:
    assert answer("").refused


def test_a_question_that_leaves_no_room_is_refused_in_words() -> None:
    with pytest.raises(QuestionTooLong, match="shorter"):
        answering("x", context_tokens=400).passage_budget("why " * 500, 200, ())


def test_passages_get_less_room_when_the_context_is_nearly_full() -> None:
    small = answering("x", context_tokens=1000)
    assert 0 < small.passage_budget("why", 5000, ()) < 1000


def test_only_the_latest_turns_that_fit_are_repeated() -> None:
    turns = [Turn(f"question {n}", "word " * 150) for n in range(5)]
    kept = answering("x").recent(turns)
    assert kept == tuple(turns[-2:])  # 2 * (2 + 150) <= 400 < 3 * (2 + 150)


WHOLE = "The club opened in 1889. [1] [2] The hall cost 500 euros. [2]"


def streamed(pieces: Sequence[str], reason: str = "end") -> list[Event]:
    """The events of a reply that comes in just these pieces."""
    generator = ScriptedGenerator([""])

    def stream(request: object, cancelled: object = None) -> Iterator[object]:
        yield from map(TextPiece, pieces)
        yield Finished(reason, 1, 0, len(pieces))

    generator.stream = stream
    desk = Answering(generator, load_template("plain"), AnswerSettings())
    return list(desk.stream(Enquiry("When did the club open?", PASSAGES, time.perf_counter())))


@pytest.mark.parametrize("cut", range(1, len(WHOLE)))
def test_wherever_the_stream_is_cut_the_sentences_are_the_same(cut: int) -> None:
    whole, pieces = streamed([WHOLE])[-1], streamed([WHOLE[:cut], WHOLE[cut:]])
    assert isinstance(whole, Answered)
    assert isinstance(pieces[-1], Answered)
    assert pieces[-1].answer.sentences == whole.answer.sentences
    assert pieces[-1].answer.text == whole.answer.text


def test_character_by_character_no_mark_is_lost() -> None:
    seen = streamed(list(WHOLE))
    sentences = [event.sentence for event in seen if isinstance(event, SentenceChecked)]
    assert [[c.passage_number for c in s.citations] for s in sentences] == [[1], [2]]


@pytest.mark.parametrize("reply", ["Not stated.", "The passages do not mention the year."])
def test_a_refusal_written_character_by_character_is_never_shown(reply: str) -> None:
    seen = streamed(list(reply))
    assert not [event for event in seen if isinstance(event, TextAdded | SentenceChecked)]
    assert Refused(REFUSAL) in seen


@pytest.mark.parametrize(("pieces", "text"), [([], ""), (["The club"], "The club [1]")])
def test_a_stopped_answer_says_nothing_about_the_documents(pieces: list[str], text: str) -> None:
    last = streamed(pieces, "cancelled")[-1]
    assert isinstance(last, Answered)
    assert not last.answer.refused
    assert last.answer.finish == "cancelled"
    assert last.answer.short_answer is None
    assert last.answer.text == text


def test_an_answer_cut_at_its_length_says_so() -> None:
    last = streamed(["The club opened in"], "length")[-1]
    assert isinstance(last, Answered)
    assert last.answer.finish == "length"
    assert last.answer.short_answer is None


def test_a_yes_keeps_its_mark() -> None:
    assert answer("Yes [2]").text == "Yes [2]"
    assert answer("Yes [2]").sentences[0].citations[0].document == "/docs/2.md"


@pytest.mark.parametrize(("reply", "short"), [("1889. [1]", "1889"), ("the U.S. [1]", "U.S.")])
def test_a_short_answer_loses_only_the_sentences_own_full_stop(reply: str, short: str) -> None:
    assert answer(reply).short_answer == short


def test_a_refused_turn_is_not_repeated() -> None:
    turns = [Turn("first", "one"), Turn("second", "refused", refused=True), Turn("third", "three")]
    assert [turn.question for turn in answering("x").recent(turns)] == ["first", "third"]


def test_of_a_long_answer_the_first_sentences_are_repeated() -> None:
    long = " ".join(f"Sentence number {number} says so." for number in range(200))
    (kept,) = answering("x").recent([Turn("why", long)])
    assert kept.answer.startswith("Sentence number 0 says so.")
    assert kept.answer.endswith("says so.")
    assert 50 < len(kept.answer.split()) <= 200


def test_earlier_turns_leave_a_small_context_room_for_passages() -> None:
    small = answering("x", context_tokens=1400)
    turns = [Turn(f"question {number}", "word " * 60) for number in range(9)]
    kept = small.recent(turns, "why")
    assert len(kept) < 6
    assert small.passage_budget("why", 200, kept) >= 64


def timed(seconds: float | None, started: float) -> Answer:
    desk = Answering(
        ScriptedGenerator(["The club opened in 1889 [1]."]),
        load_template("plain"),
        AnswerSettings(deadline_seconds=seconds),
    )
    *_, last = desk.stream(Enquiry("When did it open?", PASSAGES, started))
    assert isinstance(last, Answered)
    return last.answer


def test_past_its_deadline_an_answer_ends_and_says_so() -> None:
    late = timed(5.0, time.perf_counter() - 6.0)
    assert (late.finish, late.refused, late.sentences) == ("deadline", False, ())


@pytest.mark.parametrize("seconds", [60.0, None])
def test_within_its_deadline_nothing_changes(seconds: float | None) -> None:
    answer = timed(seconds, time.perf_counter())
    assert (answer.finish, answer.text) == ("end", "The club opened in 1889 [1].")


def test_a_deadline_in_the_past_is_no_setting() -> None:
    with pytest.raises(ValueError, match="deadline_seconds is 0"):
        AnswerSettings(deadline_seconds=0.0)
