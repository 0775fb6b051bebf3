"""Answers read out of passages by a question answering model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from generators.assembly import build_text_generator
from generators.errors import ModelUnusable
from generators.settings import GeneratorSettings
from generators.text.answer_spans import SpanReader
from generators.text.protocol import Evidence, GenerationRequest, Quoting, TextGenerator, TextPiece
from tests.small_language_models import causal_model, reader_model, word_pieces

_QUESTION = "When does the library open?"
_RULES = Evidence(
    1, "House rules", "The library opens at nine on every working day of the week. Dogs stay outside."
)


@dataclass(slots=True)
class _Pointing:
    """A model that answers from the word `begins` to the word `ends`, or holds that there is none."""

    tokenizer: Any
    begins: str
    ends: str
    no_answer: float = 1.0
    device: str = "cpu"

    def __call__(self, input_ids: Any, **_: Any) -> SimpleNamespace:
        def logits(word: str) -> Any:
            scores = 5.0 * (input_ids == self.tokenizer.convert_tokens_to_ids(word)).float()
            scores[:, 0] = self.no_answer
            return scores

        return SimpleNamespace(start_logits=logits(self.begins), end_logits=logits(self.ends))


def _reader(begins: str, ends: str, no_answer: float = 1.0, window: int = 48) -> SpanReader:
    tokenizer = word_pieces(window)
    return SpanReader(_Pointing(tokenizer, begins, ends, no_answer), tokenizer, window)


def test_a_span_is_verbatim_with_its_place_and_scores() -> None:
    (span,) = _reader("nine", "day").find_spans(_QUESTION, (_RULES,))
    assert (span.number, span.text) == (1, "nine on every working day")
    assert _RULES.text[span.start : span.end] == span.text
    assert (span.score, span.margin) == (5.0 + 5.0, 5.0 + 5.0 - (1.0 + 1.0))


def test_where_there_is_no_answer_the_margin_is_below_zero() -> None:
    other = Evidence(1, "", "Dogs stay outside.")
    (span,) = _reader("nine", "day").find_spans(_QUESTION, (other,))
    assert span.margin == 0.0 - (1.0 + 1.0)


def test_an_answer_in_the_middle_of_a_long_passage_is_found() -> None:
    long = Evidence(3, "", f"{'Dogs stay outside. ' * 40}It opens at nine. {'Dogs stay outside. ' * 40}")
    (span,) = _reader("opens", "nine").find_spans(_QUESTION, (long,))
    assert (span.text, span.margin) == ("opens at nine", 8.0)


def test_an_answer_stands_in_the_passage_and_not_in_the_question() -> None:
    (span,) = _reader("library", "library").find_spans(_QUESTION, (_RULES,))
    assert (span.start, span.text) == (4, "library")


def test_a_question_longer_than_the_window_is_cut() -> None:
    (span,) = _reader("nine", "nine").find_spans("When does the library open? " * 40, (_RULES,))
    assert span.text == "nine"


def test_the_passage_with_the_highest_margin_comes_first() -> None:
    other = Evidence(2, "", "Dogs stay outside.")
    spans = _reader("nine", "day").find_spans(_QUESTION, (other, _RULES))
    assert [span.number for span in spans] == [1, 2]
    assert _reader("nine", "day").find_spans(_QUESTION, (_RULES,), lambda: True) == []


def _built(folder: Path) -> TextGenerator:
    settings = GeneratorSettings(engine=f"reader:{folder}", refusal_text="Not here.", gpu_layers=0)
    return build_text_generator(settings, Path, Path())


def _text(generator: TextGenerator, evidence: tuple[Evidence, ...], quoting: Quoting = "best") -> str:
    request = GenerationRequest((), _QUESTION, evidence, 64, quoting=quoting)
    return "".join(event.text for event in generator.stream(request) if isinstance(event, TextPiece))


def test_a_saved_model_answers_with_a_mark_at_each_sentence(tmp_path: Path) -> None:
    assert _text(_built(reader_model(tmp_path)), (_RULES,)) == (
        "every working day of the week. [1] Dogs stay outside [1]"
    )


def test_all_that_answer_are_quoted_where_all_are_asked_for(tmp_path: Path) -> None:
    again = Evidence(2, "", _RULES.text)
    text = _text(_built(reader_model(tmp_path)), (_RULES, again), "all")
    assert ("[1]" in text, "[2]" in text) == (True, True)


def test_where_the_model_holds_that_nothing_answers_it_refuses(tmp_path: Path) -> None:
    refusing = _built(reader_model(tmp_path, seed=3))
    assert _text(refusing, (_RULES,)) == "Not here."
    assert _text(refusing, ()) == "Not here."
    assert _text(refusing, (_RULES,), "leads").endswith("week. [1]")


def test_a_model_that_writes_is_no_reader(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match=r"no question answering model.*transformers:"):
        _built(causal_model(tmp_path))
