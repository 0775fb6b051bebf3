"""A streamed text told apart into the model's reasoning and its answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from generators.text.protocol import GenerationEvent, PromptRead, TextPiece
from rag.types import ReasoningAdded

#: What models put around a marker they were told to write: "**Answer:**", "## Answer:", "- Answer:".
_BEFORE, _EMPHASIS = r"[ \t>#*_-]*", r"[*_]*"


@dataclass(frozen=True, slots=True)
class Told:
    """What is newly known of the text: more reasoning, more of the answer."""

    reasoning: str = ""
    answer: str = ""


class ReasoningSplitter:
    """Tells a text apart while it comes, however its pieces are cut.

    The marker counts at the beginning of a line, in any case of letters and with markup around it. The first
    one ends the reasoning; one that comes again is left out of the answer. Text that may still become a
    marker is held back. Without a marker to look for everything is answer.
    """

    def __init__(self, marker: str | None) -> None:
        self._bare = "" if marker is None else _bare(marker)
        letters = _EMPHASIS.join(map(re.escape, self._bare))
        self._marker = re.compile(rf"^{_BEFORE}{letters}{_EMPHASIS}[ \t]*", re.IGNORECASE | re.MULTILINE)
        self._text = ""
        self._told = 0
        self._answering = marker is None

    def feed(self, text: str) -> Told:
        self._text += text
        return self._tell(ended=False)

    def finish(self) -> Told:
        """What was held back, once no more comes. It is reasoning where no marker came."""
        return self._tell(ended=True)

    @property
    def answering(self) -> bool:
        """Whether the answer has begun."""
        return self._answering

    def _tell(self, *, ended: bool) -> Told:
        if not self._bare:
            return Told(answer=self._up_to(len(self._text)))
        reasoning = answer = ""
        while (found := self._marker.search(self._text, self._told)) is not None:
            if found.end() == len(self._text) and not ended:
                break  # the markup around it may go on
            before = self._up_to(found.start())
            self._told = found.end()
            if self._answering:
                answer += before
            else:
                reasoning += before
            self._answering = True
        decided = len(self._text) if ended else self._undecided_from()
        rest = self._up_to(max(self._told, decided))
        return Told(reasoning, answer + rest) if self._answering else Told(reasoning + rest, answer)

    def _undecided_from(self) -> int:
        """Where the last line begins, if it may still become a marker; else the text's end."""
        line_start = self._text.rfind("\n") + 1
        begun = _bare(re.sub(rf"\A{_BEFORE}", "", self._text[line_start:])).rstrip()
        return line_start if self._bare.startswith(begun) else len(self._text)

    def _up_to(self, end: int) -> str:
        text, self._told = self._text[self._told : end], end
        return text


class ReasoningReader:
    """Reads one stream of a generator and tells its reasoning apart.

    Where the marker never comes, all that was given as reasoning comes once more as the answer's text:
    it was the answer. Where the stream was stopped before, it stays reasoning.
    """

    def __init__(self, marker: str | None) -> None:
        self._splitter = ReasoningSplitter(marker)
        self._reasoning = ""

    @property
    def reasoning(self) -> str:
        """All of it so far; at the end, empty where it was the answer."""
        return self._reasoning.strip()

    def read(self, events: Iterable[GenerationEvent]) -> Iterator[ReasoningAdded | GenerationEvent]:
        for event in events:
            if isinstance(event, PromptRead):
                yield event
                continue
            if isinstance(event, TextPiece):
                yield from self._pieces(self._splitter.feed(event.text))
                continue
            yield from self._pieces(self._splitter.finish())
            if not self._splitter.answering and event.reason not in ("cancelled", "deadline"):
                text, self._reasoning = self._reasoning, ""
                if text:
                    yield TextPiece(text)
            yield event

    def _pieces(self, told: Told) -> Iterator[ReasoningAdded | TextPiece]:
        if told.reasoning:
            self._reasoning += told.reasoning
            yield ReasoningAdded(told.reasoning)
        if told.answer:
            yield TextPiece(told.answer)


def _bare(text: str) -> str:
    """Without emphasis, which may stand anywhere in a marker, in lower case."""
    return re.sub(_EMPHASIS, "", text).lower()
