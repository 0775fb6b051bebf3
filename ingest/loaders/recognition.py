"""The seam between a picture of a page and the text on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from ingest.errors import IngestError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    #: Height x width x 3 (red, green, blue), each 0..255.
    Picture: TypeAlias = NDArray[np.uint8]


class RecogniserMissing(IngestError):
    """Text recognition is wanted and its engine is not there. Says, as a half sentence, what to install."""


@dataclass(frozen=True, slots=True)
class RecognisedLine:
    """A stretch of text found in a picture. The edges are fractions of the picture's width and height."""

    text: str
    #: 0..1, how sure the recogniser is of its letters.
    confidence: float
    left: float
    top: float
    right: float
    bottom: float


class Recogniser(Protocol):
    """Finds the lines of text in a picture."""

    def recognise(self, picture: Picture) -> tuple[RecognisedLine, ...]:
        """All lines found, in any order, those of little confidence too. None found is an empty tuple.

        Text is read as it stands: turning the picture upright is the caller's part. The engine is loaded
        with the first picture. Raises `RecogniserMissing` where it is not installed.
        """
        ...

    def shows_text(self, picture: Picture) -> bool:
        """Whether any line would be found, told without reading it. Raises as `recognise` does."""
        ...


class ScriptedRecogniser:
    """The fake: gives prepared answers, one per picture, the last one again and again."""

    def __init__(self, *answers: Sequence[RecognisedLine]) -> None:
        self._answers = [tuple(answer) for answer in answers] or [()]
        #: Height and width of each picture it was given.
        self.seen: list[tuple[int, int]] = []
        #: The same of each picture that it only looked at.
        self.glanced: list[tuple[int, int]] = []

    def recognise(self, picture: Picture) -> tuple[RecognisedLine, ...]:
        answer = self._answers[min(len(self.seen), len(self._answers) - 1)]
        self.seen.append((picture.shape[0], picture.shape[1]))
        return answer

    def shows_text(self, picture: Picture) -> bool:
        self.glanced.append((picture.shape[0], picture.shape[1]))
        return bool(self._answers[min(len(self.seen), len(self._answers) - 1)])
