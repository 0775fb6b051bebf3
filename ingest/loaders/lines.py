"""Lines of a page, as they stand on it, and the page's text that is made of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.loaders.characters import clean
from ingest.loaders.hyphens import WordBreaks
from ingest.types import LineBox

# TeX's fonts hold these letters at the places of control characters, and some PDF files say no more.
_LIGATURES = {"\x0b": "ff", "\x0c": "fi", "\x0d": "fl", "\x0e": "ffi", "\x0f": "ffl"}
_LIGATURE = re.compile(r"(?<=[a-z])[\x0b-\x0f]|[\x0b-\x0f](?=[a-z])")


@dataclass(frozen=True, slots=True)
class Edges:
    """A rectangle in fractions of the page, from its top left corner."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class RawLine:
    """A line as it stands on the page. `is_broken` where its last word goes on in the next line."""

    text: str
    edges: Edges | None
    is_broken: bool = False


def set_lines(lines: Sequence[RawLine], breaks: WordBreaks) -> tuple[str, tuple[LineBox, ...]]:
    """The page's text, and the box of each of its lines that has a place."""
    pieces: list[str] = []
    boxes: list[LineBox] = []
    offset = 0
    for index, line in enumerate(lines):
        text = clean(_LIGATURE.sub(_write_out, line.text)).replace("\n", " ").strip()
        after = "\n" if index + 1 < len(lines) else ""
        if line.is_broken:
            text += breaks.join(text, lines[index + 1].text) if after else "-"
            after = ""
        if not text:
            continue
        edges = line.edges
        if edges is not None:
            boxes.append(
                LineBox(offset, offset + len(text), edges.left, edges.top, edges.right, edges.bottom)
            )
        pieces += (text, after)
        offset += len(text) + len(after)
    return "".join(pieces).removesuffix("\n"), tuple(boxes)


def _write_out(ligature: re.Match[str]) -> str:
    return _LIGATURES[ligature[0]]
