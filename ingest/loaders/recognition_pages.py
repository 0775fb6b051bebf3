"""A picture of a page becomes lines of text: turned upright, in reading order, without what is guessed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.loaders.lines import Edges, RawLine
from ingest.loaders.recognition import RecognisedLine, Recogniser
from ingest.loaders.recognition_order import Row, reading_rows

if TYPE_CHECKING:
    from ingest.loaders.recognition import Picture

#: Why a picture gave nothing, as a half sentence.
NO_TEXT = "OCR found no text on it"
#: Pictures are made no larger: recognition needs about 1 GB for so many.
MOST_PIXELS = 4_000_000
#: Pixels per point (1/72 inch) that a page is drawn with. Below, words run together; above, only time grows.
PIXELS_PER_POINT = 2.0

_BLANK_CONTRAST = 16  # of 255: between the lightest and the darkest of a picture with nothing on it
_SURE = 0.85  # confidence of a page read the right way up
_LEAST_PAGE_CONFIDENCE = 0.75  # scripts the recogniser does not know are read at .5 to .7
_LEAST_LINE_CONFIDENCE = 0.6
_TALL = 1.5  # a line higher than wide by this factor is turned
_FEWEST_LETTERS = 2


@dataclass(frozen=True, slots=True)
class Unrecognised:
    """Recognition gave nothing to keep. `reason` is a half sentence."""

    reason: str


def is_blank(picture: Picture) -> bool:
    """Whether nothing at all is to be seen on it."""
    return int(picture.max()) - int(picture.min()) < _BLANK_CONTRAST


def recognise_lines(picture: Picture, recogniser: Recogniser) -> tuple[RawLine, ...] | Unrecognised:
    """The picture's lines of text in reading order, cells of one row as one line."""
    attempt = _best_attempt(picture, recogniser)
    if not attempt.letters:
        return Unrecognised(NO_TEXT)
    if attempt.confidence < _LEAST_PAGE_CONFIDENCE:
        return Unrecognised(
            f"OCR read it with a confidence of {attempt.confidence:.2f} only (of 1), too little to trust: "
            "perhaps a script it does not know, handwriting or a bad scan"
        )
    trusted = [line for line in attempt.lines if line.confidence >= _LEAST_LINE_CONFIDENCE]
    if sum(_letters(line) for line in trusted) < _FEWEST_LETTERS:
        return Unrecognised(NO_TEXT)
    return tuple(_raw_line(row, _BACK[attempt.quarter_turns]) for row in reading_rows(trusted))


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What was read after so many quarter turns against the clock."""

    lines: tuple[RecognisedLine, ...]
    quarter_turns: int

    @property
    def letters(self) -> int:
        return sum(_letters(line) for line in self.lines)

    @property
    def confidence(self) -> float:
        """Of a letter, on average."""
        weighed = sum(_letters(line) * line.confidence for line in self.lines)
        return weighed / self.letters if self.letters else 0.0


def _best_attempt(picture: Picture, recogniser: Recogniser) -> _Attempt:
    upright = _attempt(picture, recogniser, 0)
    turns: tuple[int, ...]
    attempts: list[_Attempt]
    if _is_sideways(upright.lines, picture):
        turns, attempts = (1, 3), []
    elif upright.letters and upright.confidence < _SURE:
        turns, attempts = (2,), [upright]
    else:
        return upright
    for turn in turns:
        attempts.append(_attempt(picture, recogniser, turn))
        if attempts[-1].confidence >= _SURE:
            break
    return max(attempts, key=lambda attempt: attempt.confidence)


def _attempt(picture: Picture, recogniser: Recogniser, quarter_turns: int) -> _Attempt:
    import numpy as np

    turned = np.ascontiguousarray(np.rot90(picture, quarter_turns)) if quarter_turns else picture
    return _Attempt(recogniser.recognise(turned), quarter_turns)


def _is_sideways(lines: Sequence[RecognisedLine], picture: Picture) -> bool:
    """Whether most letters stand in lines that are higher than wide."""
    height, width = picture.shape[:2]
    words = [line for line in lines if len(line.text) > _FEWEST_LETTERS]
    tall = [
        line for line in words if (line.bottom - line.top) * height > _TALL * (line.right - line.left) * width
    ]
    return sum(map(_letters, tall)) > sum(map(_letters, words)) / 2


def _letters(line: RecognisedLine) -> int:
    return sum(map(str.isalnum, line.text))


def _raw_line(row: Row, turn_back: Callable[[Edges], Edges]) -> RawLine:
    edges = Edges(
        min(line.left for line in row),
        min(line.top for line in row),
        max(line.right for line in row),
        max(line.bottom for line in row),
    )
    return RawLine(" ".join(line.text for line in row), turn_back(edges))


# From places on the turned picture to places on the page, by quarter turns against the clock.
_BACK: dict[int, Callable[[Edges], Edges]] = {
    0: lambda edges: edges,
    1: lambda edges: Edges(1 - edges.bottom, edges.left, 1 - edges.top, edges.right),
    2: lambda edges: Edges(1 - edges.right, 1 - edges.bottom, 1 - edges.left, 1 - edges.top),
    3: lambda edges: Edges(edges.top, 1 - edges.right, edges.bottom, 1 - edges.left),
}
