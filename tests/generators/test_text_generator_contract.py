"""What every TextGenerator must do, whichever engine is behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from generators.errors import GeneratorError, PromptTooLong
from generators.text.extractive import ExtractiveGenerator
from generators.text.protocol import Evidence, Finished, GenerationRequest, Message, TextGenerator, TextPiece
from generators.text.scripted import ScriptedGenerator

_QUESTION = "When does the library open?"
_PASSAGE = "The library opens at nine on every working day of the week. Dogs stay outside."


@dataclass(frozen=True, slots=True)
class Case:
    """A generator, and a request to which it writes at least four tokens in several pieces."""

    build: Callable[[], TextGenerator]
    request: GenerationRequest


def _scripted_case() -> Case:
    return Case(
        lambda: ScriptedGenerator(lambda request: "It opens at nine, every working day. [1]"),
        GenerationRequest((Message("user", _QUESTION),), max_tokens=20),
    )


def _extractive_case() -> Case:
    request = GenerationRequest(
        (Message("user", _QUESTION),),
        question=_QUESTION,
        evidence=(Evidence(1, "House rules", _PASSAGE),),
        max_tokens=20,
    )
    return Case(lambda: ExtractiveGenerator("Not here."), request)


@pytest.fixture(
    params=["scripted", "extractive", pytest.param("llama-cpp", marks=pytest.mark.real)], scope="module"
)
def case(request: pytest.FixtureRequest) -> Case:
    if request.param == "scripted":
        return _scripted_case()
    if request.param == "extractive":
        return _extractive_case()
    from generators.text.llama_cpp import LlamaCppGenerator

    path = request.getfixturevalue("gemma_file")
    messages = (Message("system", "One, two, three, four,"), Message("user", "five, six, seven,"))
    return Case(
        lambda: LlamaCppGenerator(path, context_tokens=512),
        GenerationRequest(messages, max_tokens=20),
    )


@pytest.fixture(scope="module")
def generator(case: Case) -> Iterator[TextGenerator]:
    built = case.build()
    yield built
    built.close()


def _read(stream: Iterator[TextPiece | Finished]) -> tuple[list[str], Finished]:
    *pieces, last = stream
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
        assert finished.prompt_tokens == generator.count_prompt_tokens(case.request.messages)
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
            else:
                seen.append(event.text)
        assert len(seen) == 2

    def test_cancelled_before_the_first_piece_it_shows_nothing(
        self, case: Case, generator: TextGenerator
    ) -> None:
        shown, finished = _read(generator.stream(case.request, cancelled=lambda: True))
        assert (shown, finished.reason, finished.completion_tokens) == ([], "cancelled", 0)

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
