"""What every TextGenerator must do, whichever engine is behind it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from generators.assembly import build_text_generator, open_text_generator
from generators.errors import GeneratorError, ModelUnusable, PromptTooLong
from generators.settings import GeneratorSettings
from generators.text.extractive import ExtractiveGenerator
from generators.text.protocol import (
    Evidence,
    Finished,
    GenerationEvent,
    GenerationRequest,
    Message,
    PromptRead,
    TextGenerator,
    TextPiece,
)
from generators.text.scripted import ScriptedGenerator, ScriptedReply
from generators.text.words import WordSignals
from machine import MachineBudget, MemoryBroker
from tests.generators.chat_server import serving
from tests.small_language_models import causal_model, reader_model, seq2seq_model

_QUESTION = "When does the library open?"
_PASSAGE = "The library opens at nine on every working day of the week. Dogs stay outside."


@dataclass(frozen=True, slots=True)
class Case:
    """A generator, and a request to which it writes at least four tokens in several pieces."""

    build: Callable[[], TextGenerator]
    request: GenerationRequest
    knows_itself: bool
    """Whether it has signals to give to those who ask."""
    keeps_grammars: bool = False
    counts_ahead: bool = True
    """Whether it knows a prompt's tokens before the model has read it; else it estimates them."""


def _scripted_case() -> Case:
    signals = WordSignals(np.ones((2, 4), dtype=np.float32), {"It": -0.5, "Not": -3.0}, (-0.5, -0.25), -0.1)
    reply = ScriptedReply("It opens at nine, every working day. [1]", signals)
    return Case(
        lambda: ScriptedGenerator(lambda request: reply),
        GenerationRequest((Message("user", _QUESTION),), max_tokens=20),
        knows_itself=True,
    )


def _extractive_case() -> Case:
    request = GenerationRequest(
        (Message("user", _QUESTION),),
        question=_QUESTION,
        evidence=(Evidence(1, "House rules", _PASSAGE),),
        max_tokens=20,
    )
    return Case(lambda: ExtractiveGenerator("Not here."), request, knows_itself=False)


@pytest.fixture(scope="module")
def langchain_case() -> Iterator[Case]:
    pytest.importorskip("langchain_openai")
    with serving(lambda body: "It opens at nine, every working day. [1]") as server:
        settings = GeneratorSettings(engine=f"langchain:openai:small@{server.base_url}")
        yield Case(
            lambda: build_text_generator(settings, Path, Path()),
            GenerationRequest((Message("user", _QUESTION),), max_tokens=20),
            knows_itself=False,
            counts_ahead=False,
        )


def _transformers_case(folder: Path) -> Case:
    settings = GeneratorSettings(engine=f"transformers:{folder}", context_tokens=512, gpu_layers=0, threads=1)
    messages = (Message("system", "One, two, three, four,"), Message("user", "five, six, seven,"))
    return Case(
        lambda: build_text_generator(settings, Path, Path()),
        GenerationRequest(messages, max_tokens=20),
        knows_itself=True,
    )


@pytest.fixture(scope="module")
def llama_case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return _transformers_case(causal_model(tmp_path_factory.mktemp("llama")))


@pytest.fixture(scope="module")
def gpt2_case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return _transformers_case(causal_model(tmp_path_factory.mktemp("gpt2"), "gpt2"))


@pytest.fixture(scope="module")
def t5_case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return _transformers_case(seq2seq_model(tmp_path_factory.mktemp("t5")))


@pytest.fixture(scope="module")
def reader_case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = reader_model(tmp_path_factory.mktemp("reader"))
    settings = GeneratorSettings(engine=f"reader:{folder}", gpu_layers=0)
    evidence = (Evidence(1, "House rules", _PASSAGE),)
    request = GenerationRequest((Message("user", _QUESTION),), _QUESTION, evidence, max_tokens=20)
    return Case(lambda: build_text_generator(settings, Path, Path()), request, knows_itself=False)


@pytest.fixture(scope="module")
def resident_case(gpt2_case: Case) -> Case:
    """The engine that shares memory, over one of the others."""
    folder = gpt2_case.build().id
    settings = GeneratorSettings(engine=folder, context_tokens=512, gpu_layers=0, threads=1)
    broker = MemoryBroker(MachineBudget())
    return replace(gpt2_case, build=lambda: open_text_generator(settings, Path, Path(), broker))


@pytest.fixture(
    params=[
        "scripted",
        "extractive",
        "langchain",
        "llama",
        "gpt2",
        "t5",
        "reader",
        "resident",
        pytest.param("llama-cpp", marks=pytest.mark.real),
    ],
    scope="module",
)
def case(request: pytest.FixtureRequest) -> Case:
    if request.param == "scripted":
        return _scripted_case()
    if request.param == "extractive":
        return _extractive_case()
    if request.param != "llama-cpp":
        return request.getfixturevalue(f"{request.param}_case")
    from generators.text.llama_cpp import LlamaCppGenerator

    path = request.getfixturevalue("gemma_file")
    messages = (Message("system", "One, two, three, four,"), Message("user", "five, six, seven,"))
    return Case(
        lambda: LlamaCppGenerator(path, context_tokens=512, layer_outputs=True),
        GenerationRequest(messages, max_tokens=20),
        knows_itself=True,
        keeps_grammars=True,
    )


@pytest.fixture(scope="module")
def generator(case: Case) -> Iterator[TextGenerator]:
    built = case.build()
    yield built
    built.close()


def _read(stream: Iterator[GenerationEvent]) -> tuple[list[str], Finished]:
    """The pieces' texts and the end of a stream whose prompt was read."""
    first, *pieces, last = stream
    assert isinstance(first, PromptRead)
    assert isinstance(last, Finished)
    texts = []
    for piece in pieces:
        assert isinstance(piece, TextPiece)
        texts.append(piece.text)
    return texts, last


class TestTextGenerator:
    def test_pieces_come_one_by_one_and_one_finished_ends_them(
        self, case: Case, generator: TextGenerator
    ) -> None:
        pieces, finished = _read(generator.stream(case.request))
        assert len(pieces) > 1
        assert all(pieces)
        assert finished.reason in ("end", "length")
        assert 0 < finished.completion_tokens <= case.request.max_tokens

    def test_the_prompt_is_counted_alike_before_and_after(self, case: Case, generator: TextGenerator) -> None:
        _, finished = _read(generator.stream(case.request))
        ahead = generator.count_prompt_tokens(case.request.messages)
        assert finished.prompt_tokens == ahead if case.counts_ahead else 0 < finished.prompt_tokens <= ahead
        assert 0 <= finished.reused_tokens <= finished.prompt_tokens

    def test_the_same_request_gives_the_same_text(self, case: Case, generator: TextGenerator) -> None:
        first, _ = _read(generator.stream(case.request))
        second, _ = _read(generator.stream(case.request))
        assert first == second

    def test_nothing_of_a_stop_string_is_shown(self, case: Case, generator: TextGenerator) -> None:
        pieces, _ = _read(generator.stream(case.request))
        whole = "".join(pieces)
        # The last character of one piece and the first two of the next: it spans pieces.
        joint = len(pieces[0]) + len(pieces[1])
        stop = whole[joint - 1 : joint + 2]
        shown, finished = _read(generator.stream(replace(case.request, stop=("never said", stop))))
        assert "".join(shown) == whole[: whole.index(stop)]
        assert finished.reason == "stop"

    def test_a_stop_string_that_never_comes_changes_nothing(
        self, case: Case, generator: TextGenerator
    ) -> None:
        pieces, _ = _read(generator.stream(case.request))
        whole = "".join(pieces)
        held_back = whole[-2:] + "\x00"  # begins like the end of the text and goes on otherwise
        shown, finished = _read(generator.stream(replace(case.request, stop=(held_back,))))
        assert "".join(shown) == whole
        assert finished.reason != "stop"

    def test_max_tokens_is_kept(self, case: Case, generator: TextGenerator) -> None:
        whole = "".join(_read(generator.stream(case.request))[0])
        shown, finished = _read(generator.stream(replace(case.request, max_tokens=3)))
        assert whole.startswith("".join(shown))
        assert (finished.reason, finished.completion_tokens) == ("length", 3)

    def test_cancelling_stops_it(self, case: Case, generator: TextGenerator) -> None:
        seen: list[str] = []
        stream = generator.stream(case.request, cancelled=lambda: len(seen) == 2)
        for event in stream:
            if isinstance(event, Finished):
                assert event.reason == "cancelled"
                assert event.completion_tokens < case.request.max_tokens
            elif isinstance(event, TextPiece):
                seen.append(event.text)
        assert len(seen) == 2

    def test_cancelled_before_the_first_piece_it_shows_nothing(
        self, case: Case, generator: TextGenerator
    ) -> None:
        (finished,) = generator.stream(case.request, cancelled=lambda: True)
        assert isinstance(finished, Finished)
        assert (finished.reason, finished.completion_tokens) == ("cancelled", 0)

    def test_a_deadline_that_has_passed_lets_nothing_be_read(
        self, case: Case, generator: TextGenerator
    ) -> None:
        (finished,) = generator.stream(replace(case.request, deadline=-math.inf))
        assert isinstance(finished, Finished)
        assert (finished.reason, finished.completion_tokens) == ("deadline", 0)

    def test_a_deadline_that_never_comes_changes_nothing(self, case: Case, generator: TextGenerator) -> None:
        without = _read(generator.stream(case.request))[0]
        assert _read(generator.stream(replace(case.request, deadline=math.inf)))[0] == without

    def test_a_deadline_that_passes_while_it_writes_stops_it(
        self, case: Case, generator: TextGenerator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        moments = [0.0]
        monkeypatch.setattr("generators.text.stopping.perf_counter", lambda: moments[-1])
        pieces = []
        for event in generator.stream(replace(case.request, deadline=5.0)):
            if isinstance(event, TextPiece):
                pieces.append(event)
                moments.append(5.0)
        assert isinstance(event, Finished)
        assert (len(pieces), event.reason) == (1, "deadline")

    def test_without_signals_it_says_nothing_of_itself(self, case: Case, generator: TextGenerator) -> None:
        first, *pieces, last = generator.stream(replace(case.request, openings=("Yes",)))
        assert isinstance(first, PromptRead)
        assert isinstance(last, Finished)
        assert (first.states, first.openings, last.end_logprob) == (None, (), None)
        assert {(piece.logprob, piece.tokens) for piece in pieces if isinstance(piece, TextPiece)} == {
            (None, 0)
        }

    def test_signals_change_no_text(self, case: Case, generator: TextGenerator) -> None:
        without = _read(generator.stream(case.request))
        texts, finished = _read(generator.stream(replace(case.request, signals=True, openings=("Yes",))))
        assert (texts, finished.reason) == (without[0], without[1].reason)

    def test_with_signals_it_says_what_it_knows_of_itself(self, case: Case, generator: TextGenerator) -> None:
        request = replace(case.request, signals=True, openings=("It", "Not", ""), layers=(0, 2))
        first, *pieces, last = generator.stream(request)
        assert isinstance(first, PromptRead)
        assert isinstance(last, Finished)
        assert sum(piece.tokens for piece in pieces if isinstance(piece, TextPiece)) <= last.completion_tokens
        logprobs = [piece.logprob for piece in pieces if isinstance(piece, TextPiece)]
        if not case.knows_itself:
            assert (first.states, first.openings) == (None, (None, None, None))
            assert set(logprobs) == {None}
            return
        assert first.states is not None
        assert (first.states.dtype, first.states.shape[0]) == (np.float32, 2)
        assert np.isfinite(first.states).all()
        likely, unlikely, nothing = first.openings
        assert likely is not None
        assert unlikely is not None
        assert nothing is None
        assert max(likely, unlikely) < 0
        assert all(logprob is not None and logprob <= 0 for logprob in logprobs)
        assert (last.end_logprob is not None) == (last.reason == "end")

    def test_tokens_held_back_count_with_the_piece_that_shows_them(
        self, case: Case, generator: TextGenerator
    ) -> None:
        request = replace(case.request, signals=True)
        whole = [event for event in generator.stream(request) if isinstance(event, TextPiece)]
        # The second piece could begin this stop string, and so comes with the third.
        stop = whole[1].text.strip() + whole[2].text + "\x00"
        held = [
            event
            for event in generator.stream(replace(request, stop=(stop,)))
            if isinstance(event, TextPiece)
        ]
        assert "".join(piece.text for piece in held) == "".join(piece.text for piece in whole)
        assert len(held) < len(whole) or held[1].text != whole[1].text
        assert sum(piece.tokens for piece in held) == sum(piece.tokens for piece in whole)
        if case.knows_itself:
            together = sum(piece.logprob or 0.0 for piece in whole)
            assert sum(piece.logprob or 0.0 for piece in held) == pytest.approx(together)

    def test_an_unfinished_stream_that_is_closed_does_not_block_the_next(
        self, case: Case, generator: TextGenerator
    ) -> None:
        stream = generator.stream(case.request)
        next(stream)
        stream.close()  # type: ignore[attr-defined]  # every implementation's stream is a generator
        assert _read(generator.stream(case.request))[0]

    def test_a_prompt_too_long_is_refused_in_numbers(self, case: Case, generator: TextGenerator) -> None:
        long = Message("user", "word " * generator.context_tokens)
        request = replace(case.request, messages=(long,))
        tokens = generator.count_prompt_tokens((long,))
        with pytest.raises(PromptTooLong, match=f"{tokens} tokens") as caught:
            next(iter(generator.stream(request)))
        assert str(generator.context_tokens) in str(caught.value)

    def test_prompt_and_answer_may_fill_the_context(self, case: Case, generator: TextGenerator) -> None:
        room = generator.context_tokens - generator.count_prompt_tokens(case.request.messages)
        with pytest.raises(PromptTooLong):
            next(iter(generator.stream(replace(case.request, max_tokens=room + 1))))
        assert next(iter(generator.stream(replace(case.request, max_tokens=room))))

    def test_a_grammar_is_kept_or_refused_in_words(self, case: Case, generator: TextGenerator) -> None:
        if generator.id == "scripted":
            pytest.skip("it says what it is told to say")
        request = replace(case.request, grammar='root ::= "nine" " and ten"?')
        if case.keeps_grammars:
            assert "".join(_read(generator.stream(request))[0]) in ("nine", "nine and ten")
        else:
            with pytest.raises(ModelUnusable, match="cannot be held to a grammar"):
                next(iter(generator.stream(request)))

    def test_text_is_counted(self, generator: TextGenerator) -> None:
        assert generator.count_tokens("") == 0
        assert generator.count_tokens("nine") == 1
        assert generator.count_tokens("nine and ten") == 1 + 1 + 1

    def test_warming_changes_no_text(self, case: Case, generator: TextGenerator) -> None:
        before, _ = _read(generator.stream(case.request))
        generator.warm(case.request.messages[:1])
        after, _ = _read(generator.stream(case.request))
        assert before == after

    def test_it_has_a_name(self, generator: TextGenerator) -> None:
        assert generator.id

    def test_closing_twice_is_fine_and_a_closed_one_says_so(self, case: Case) -> None:
        built = case.build()
        built.close()
        built.close()
        with pytest.raises(GeneratorError, match="closed"):
            next(iter(built.stream(case.request)))
