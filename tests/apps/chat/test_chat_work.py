"""What goes on behind a chat: drafts, stopping, errors, and chats that are found again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from apps.chat.chat_answering import answering
from apps.chat.chat_live import LiveChat, LiveChats
from apps.chat.chat_queue import WaitingLine
from apps.chat.chat_shown import Shown, parts_of
from apps.chat.chat_work import Draft, Outcome, Problem, Stopped, Work
from rag import (
    Answer,
    Answered,
    Event,
    PassagesFound,
    Sentence,
    SentenceChecked,
    SentenceCorrected,
    SentenceWithdrawn,
    TextAdded,
    Timings,
    TokenUse,
    Verdict,
)

GOOD = Sentence("A tow costs 48 euros.", (), Verdict.SUPPORTED, 0.9)
BAD = Sentence("It is free on Mondays.", (), Verdict.UNSUPPORTED, 0.1)


def answer(text: str = "A tow costs 48 euros.") -> Answer:
    timings = Timings(0.1, 0.2, 0.3, 0.4)
    return Answer("What?", text, None, False, (GOOD,), (), timings, TokenUse(1, 0, 1))


class Steps:
    """A stream of events that goes on when the test says so."""

    def __init__(self, *events: Event) -> None:
        self._events = events
        self.reached = [threading.Event() for _ in events]
        self.go = [threading.Event() for _ in events]

    def __call__(self, cancelled: Callable[[], bool]) -> Iterator[Event]:
        for event, reached, go in zip(self._events, self.reached, self.go, strict=True):
            reached.set()
            assert go.wait(30)
            yield event


def test_a_draft_grows_with_the_events() -> None:
    steps = Steps(
        PassagesFound(()),
        TextAdded("A tow costs 48 euros. It is free on Mondays. Ask "),
        SentenceChecked(GOOD),
        SentenceChecked(BAD),
        SentenceWithdrawn(BAD),
        Answered(answer()),
    )
    ended: list[Outcome] = []
    work = Work("What?", answering(steps, WaitingLine()), lambda _, outcome: ended.append(outcome))
    work.start()
    for step in steps.go[:4]:
        step.set()
    assert steps.reached[4].wait(30)
    assert work.draft.sentences == (GOOD, BAD)
    assert work.draft.stage == "writing"
    steps.go[4].set()
    assert steps.reached[5].wait(30)
    assert work.draft.sentences == (GOOD, None)
    steps.go[5].set()
    assert work.wait(30)
    assert isinstance(ended[0], Answer)


def test_a_sentence_is_provisional_until_it_is_checked() -> None:
    text = "A tow costs 48 euros. It is free on Mondays. Ask us"
    parts = [part for part in parts_of(text, (GOOD, BAD), writing=True) if part.sentence is not None]
    assert [part.support for part in parts] == ["supported", "unsupported", "provisional"]
    assert "".join(part.text for part in parts_of(text, (GOOD, BAD), writing=True)) == text


def test_a_corrected_sentence_stands_in_the_documents_words_and_a_withdrawn_one_is_gone() -> None:
    corrected = Sentence("Never on Mondays.", (), Verdict.SUPPORTED, 0.9, corrected=True)
    text = "A tow costs 48 euros. It is free on Mondays."
    shown = "".join(part.text for part in parts_of(text, (None, corrected), writing=True))
    assert shown.strip() == "Never on Mondays."
    change = SentenceCorrected(BAD, corrected)
    assert change.sentence is corrected


def test_stopping_is_over_at_once_and_what_still_comes_is_dropped(home: Path) -> None:
    steps = Steps(TextAdded("A tow "), Answered(answer()))
    chat = LiveChat("token", "flying")
    assert chat.begin("What?", answering(steps, WaitingLine()), "extractive")
    work = chat.work
    assert work is not None
    steps.go[0].set()
    assert steps.reached[1].wait(30)
    chat.stop()
    assert chat.work is None
    assert [entry.outcome for entry in chat.entries] == [Stopped("A tow ")]
    steps.go[1].set()
    assert work.wait(30)
    assert len(chat.entries) == 1
    assert not chat.turns


def test_one_question_at_a_time(home: Path) -> None:
    steps = Steps(Answered(answer()))
    chat = LiveChat("token", "flying")
    assert chat.begin("What?", answering(steps, WaitingLine()), "extractive")
    work = chat.work
    assert work is not None
    assert not chat.begin("And?", answering(steps, WaitingLine()), "extractive")
    steps.go[0].set()
    assert work.wait(30)
    assert isinstance(chat.entries[0].outcome, Shown)
    assert [turn.question for turn in chat.turns] == ["What?"]
    assert chat.kept_id is not None


class PanicException(BaseException):
    """What faults in libraries written in Rust are: no Exception."""


@pytest.mark.parametrize("kind", [ZeroDivisionError, PanicException])
def test_an_error_in_the_middle_keeps_what_was_written_and_ends_nothing_else(
    home: Path, kind: type[BaseException]
) -> None:
    def failing(cancelled: Callable[[], bool]) -> Iterator[Event]:
        yield TextAdded("A tow ")
        raise kind("of all things")

    chat = LiveChat("token", "flying")
    line = WaitingLine()
    assert chat.begin("What?", answering(failing, line), "extractive")
    while (work := chat.work) is not None:
        work.wait(1)
    (problem,) = [entry.outcome for entry in chat.entries]
    assert isinstance(problem, Problem)
    assert "of all things" in problem.words
    assert problem.text == "A tow "
    with line.turn(lambda _: None) as mine:  # its place in the line is free again
        assert mine


def test_a_long_chat_lets_go_of_its_beginning_and_each_sound_stays_with_its_answer(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.chat.chat_live._MOST_ENTRIES", 2)
    chat = LiveChat("token", "flying")

    def ask(question: str) -> None:
        steps = Steps(Answered(answer()))
        steps.go[0].set()
        assert chat.begin(question, answering(steps, WaitingLine()), "extractive")
        while (work := chat.work) is not None:
            work.wait(1)

    ask("First?")
    ask("Second?")
    chat.sounds = {0: b"first", 1: b"second"}
    ask("Third?")
    assert [entry.question for entry in chat.entries] == ["Second?", "Third?"]
    assert chat.sounds == {0: b"second"}


def test_a_chat_is_found_by_its_token_alone_and_the_oldest_leaves() -> None:
    chats = LiveChats(most=2)
    first, second = chats.begin("a"), chats.begin("a")
    assert chats.find(first.token) is first
    third = chats.begin("a")
    assert chats.find(second.token) is None
    assert chats.find(first.token) is first
    assert chats.find(third.token) is third
    assert chats.find("") is None
    assert len(first.token) >= 32


def test_no_token_holds_what_streamlit_refuses_in_a_components_key() -> None:
    chats = LiveChats(most=1)
    assert all("__" not in chats.begin("a").token for _ in range(3000))  # of url-safe ones, 1 in 130 does


def test_a_draft_that_waits_says_for_how_many() -> None:
    from apps.chat.chat_writing import said_of

    assert said_of(Draft("waiting", ahead=2)) == "Waiting: the language model writes 2 other answers first."
    assert said_of(Draft("waiting", ahead=1)) == "Waiting: the language model writes 1 other answer first."
