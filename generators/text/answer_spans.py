"""Answers read out of passages: which stretch a model holds for one, and how sure it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.errors import GenerationFailed
from generators.text.protocol import Evidence

_MOST_SPAN_TOKENS = 40
#: So many likely beginnings and ends of a window are paired.
_MOST_ENDS = 20
#: Tokens that neighbouring windows share.
_STRIDE_TOKENS = 64
_LONGEST_WINDOW_TOKENS = 384
_ROOM_FOR_PASSAGE_TOKENS = 16


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """`text` is verbatim `evidence.text[start:end]` of the evidence with that number.

    `score` is the start's logit plus the end's; `margin` is that less the score of there being no answer, so
    below 0 the model would rather say that. Devlin and others (2019), https://arxiv.org/abs/1810.04805, 4.3.
    """

    number: int
    start: int
    end: int
    text: str
    score: float
    margin: float


class SpanReader:
    """A BERT-kind model that says of each token whether an answer begins or ends there."""

    def __init__(self, model: Any, tokenizer: Any, trained_context_tokens: int | None) -> None:
        """`tokenizer` must know where its tokens stand in the text."""
        self._model = model
        self._tokenizer = tokenizer
        self._window_tokens = min(_LONGEST_WINDOW_TOKENS, trained_context_tokens or _LONGEST_WINDOW_TOKENS)

    def find_spans(
        self, question: str, evidence: Sequence[Evidence], given_up: Callable[[], bool] = lambda: False
    ) -> list[AnswerSpan]:
        """The best span of each passage, that with the highest margin first; none once `given_up`.

        Raises GenerationFailed.
        """
        best: list[AnswerSpan] = []
        for item in evidence:
            if given_up():
                return []
            if (span := self._best_span(question, item)) is not None:
                best.append(span)
        return sorted(best, key=lambda span: -span.margin)

    def _best_span(self, question: str, item: Evidence) -> AnswerSpan | None:
        windows = self._windows(question, item.text)
        starts, ends = self._read(windows)
        # A passage holds no answer where none of its windows does.
        no_answer = float((starts[:, 0] + ends[:, 0]).min())
        found = [
            (score, *place)
            for number in range(len(starts))
            for score, place in _pairs(starts[number], ends[number], _places(windows, number))
            if item.text[slice(*place)].strip()
        ]
        if not found:
            return None
        score, start, end = max(found)
        return AnswerSpan(item.number, start, end, item.text[start:end], score, score - no_answer)

    def _windows(self, question: str, text: str) -> Any:
        """Question and passage together, as often as it takes to read all of a long passage."""
        asked = self._tokenizer(
            question,
            truncation=True,
            max_length=self._window_tokens - _ROOM_FOR_PASSAGE_TOKENS,
            add_special_tokens=False,
            return_offsets_mapping=True,
        )["offset_mapping"]
        room = self._window_tokens - len(asked)
        return self._tokenizer(
            question[: asked[-1][1]] if asked else "",
            text,
            truncation="only_second",
            max_length=self._window_tokens,
            stride=min(_STRIDE_TOKENS, room // 4),
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            padding=True,
        )

    def _read(self, windows: Any) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """float32 [windows, tokens], of beginnings and of ends."""
        import torch

        names = [name for name in ("input_ids", "attention_mask", "token_type_ids") if name in windows]
        given = {name: torch.tensor(windows[name], device=self._model.device) for name in names}
        try:
            with torch.inference_mode():
                output = self._model(**given)
        except RuntimeError as error:
            raise GenerationFailed(f"torch stopped while reading passages: {error}.") from error
        return output.start_logits.float().cpu().numpy(), output.end_logits.float().cpu().numpy()


def _places(windows: Any, number: int) -> list[tuple[int, int] | None]:
    """Where a window's tokens stand in the passage; None for those of the question and marks."""
    parts = windows.sequence_ids(number)
    offsets = windows["offset_mapping"][number]
    return [tuple(offset) if part == 1 else None for part, offset in zip(parts, offsets, strict=True)]


def _pairs(
    starts: NDArray[np.float32], ends: NDArray[np.float32], places: Sequence[tuple[int, int] | None]
) -> Iterator[tuple[float, tuple[int, int]]]:
    """Scores of likely stretches of the passage, and where they stand in it."""
    inside = np.flatnonzero([place is not None for place in places])
    for first in inside[np.argsort(-starts[inside])[:_MOST_ENDS]]:
        for last in inside[np.argsort(-ends[inside])[:_MOST_ENDS]]:
            begins, stops = places[first], places[last]
            if begins is not None and stops is not None and 0 <= last - first < _MOST_SPAN_TOKENS:
                yield float(starts[first] + ends[last]), (begins[0], stops[1])
