"""One PDF page as pdfium reads it: its lines, and where each stands."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.loaders.characters import clean
from ingest.loaders.hyphens import BREAK, WordBreaks
from ingest.types import LineBox

if TYPE_CHECKING:
    from pypdfium2 import PdfPage, PdfTextPage

_LINE_END = "\r\n"
# TeX's fonts hold these letters at the places of control characters, and some PDF files say no more.
_LIGATURES = {"\x0b": "ff", "\x0c": "fi", "\x0d": "fl", "\x0e": "ffi", "\x0f": "ffl"}
_LIGATURE = re.compile(r"(?<=[a-z])[\x0b-\x0f]|[\x0b-\x0f](?=[a-z])")
_PROBE_POINTS = 1000.0  # how far apart the points are whose places on the page give its mapping
_DEVICE_UNITS = 10_000_000  # pdfium answers in whole units: many of them make small fractions exact


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
    is_broken: bool


def read_lines(page: PdfPage) -> tuple[RawLine, ...]:
    """The page's lines in pdfium's reading order, those without a visible character left out."""
    text_page = page.get_textpage()
    try:
        text, places = _characters(text_page)
        if not text.strip():
            return ()
        mapping = _Mapping(page)
        return tuple(
            RawLine(
                text=text[start:end],
                edges=mapping.edges(_rectangles(text_page, places[start], places[end - 1])),
                is_broken=text[end : end + 1] == BREAK,
            )
            for start, end in _line_spans(text)
        )
    finally:
        text_page.close()


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


def _characters(text_page: PdfTextPage) -> tuple[str, Sequence[int]]:
    """The page's text, and for each of its characters the number pdfium knows it by."""
    import pypdfium2.raw as pdfium

    count = text_page.count_chars()
    text = text_page.get_text_range() if count else ""
    if len(text) == count:
        return text, range(count)
    # pdfium left some out. Those beyond 16 bits are worth the slow way; the others it hides with reason.
    characters: list[str] = []
    places: list[int] = []
    for place in range(count):
        if pdfium.FPDFText_GetTextIndexFromCharIndex(text_page, place) >= 0:
            code = pdfium.FPDFText_GetUnicode(text_page, place)
            characters.append(chr(code) if 0 < code < 0x110000 else " ")
            places.append(place)
    return "".join(characters), places


def _line_spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.split(_LINE_END):
        for part in line.split(BREAK):
            if part.strip():
                yield start, start + len(part)
            start += len(part) + len(BREAK)
        start += len(_LINE_END) - len(BREAK)


def _rectangles(text_page: PdfTextPage, first: int, last: int) -> list[tuple[float, float, float, float]]:
    """Left, bottom, right, top of each run of characters, in the page's own units."""
    import pypdfium2.raw as pdfium

    left, top, right, bottom = (ctypes.c_double() for _ in range(4))
    edges = [ctypes.byref(edge) for edge in (left, top, right, bottom)]
    rectangles = []
    for index in range(pdfium.FPDFText_CountRects(text_page.raw, first, last - first + 1)):
        if pdfium.FPDFText_GetRect(text_page.raw, index, *edges):
            rectangles.append((left.value, bottom.value, right.value, top.value))
    return rectangles


class _Mapping:
    """From the page's own units to fractions of what a reader sees: cropped and turned upright."""

    def __init__(self, page: PdfPage) -> None:
        origin = _place(page, 0.0, 0.0)
        along_x = _place(page, _PROBE_POINTS, 0.0)
        along_y = _place(page, 0.0, _PROBE_POINTS)
        self._origin = origin
        self._x = tuple((end - start) / _PROBE_POINTS for start, end in zip(origin, along_x, strict=True))
        self._y = tuple((end - start) / _PROBE_POINTS for start, end in zip(origin, along_y, strict=True))

    def edges(self, rectangles: Sequence[tuple[float, float, float, float]]) -> Edges | None:
        """Around all rectangles; None where none of them lies on the visible page."""
        if not rectangles:
            return None
        lefts, bottoms, rights, tops = zip(*rectangles, strict=True)
        corner, opposite = self._at(min(lefts), min(bottoms)), self._at(max(rights), max(tops))
        left, right = sorted((_clamp(corner[0]), _clamp(opposite[0])))
        top, bottom = sorted((_clamp(corner[1]), _clamp(opposite[1])))
        return Edges(left, top, right, bottom) if right > left and bottom > top else None

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return (
            self._origin[0] + x * self._x[0] + y * self._y[0],
            self._origin[1] + x * self._x[1] + y * self._y[1],
        )


def _place(page: PdfPage, x: float, y: float) -> tuple[float, float]:
    import pypdfium2.raw as pdfium

    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page.raw, 0, 0, _DEVICE_UNITS, _DEVICE_UNITS, 0, x, y, across, down)
    return across.value / _DEVICE_UNITS, down.value / _DEVICE_UNITS


def _clamp(fraction: float) -> float:
    return min(max(fraction, 0.0), 1.0)
