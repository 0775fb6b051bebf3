"""One PDF page as pdfium reads it: its lines, and where each stands."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ingest.loaders.hyphens import BREAK
from ingest.loaders.lines import Edges, RawLine
from ingest.loaders.pdf_letter_spacing import join_letters, looks_spaced

if TYPE_CHECKING:
    from pypdfium2 import PdfPage, PdfTextPage

_LINE_END = "\r\n"
_FIRST_HALVES, _SECOND_HALVES = range(0xD800, 0xDC00), range(0xDC00, 0xE000)  # of what 16 bits do not hold
_PROBE_POINTS = 1000.0  # how far apart the points are whose places on the page give its mapping
_DEVICE_UNITS = 10_000_000  # pdfium answers in whole units: many of them make small fractions exact


def read_lines(page: PdfPage) -> tuple[RawLine, ...]:
    """The page's lines in pdfium's reading order, those without a visible character left out."""
    text_page = page.get_textpage()
    try:
        text, places = _characters(text_page)
        if not text.strip():
            return ()
        mapping = Mapping(page)
        return tuple(
            RawLine(
                text=_line(text_page, text[start:end], places[start:end]),
                edges=mapping.edges(_rectangles(text_page, places[start], places[end - 1])),
                is_broken=text[end : end + 1] == BREAK,
            )
            for start, end in _line_spans(text)
        )
    finally:
        text_page.close()


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
            if characters and code in _SECOND_HALVES and ord(characters[-1]) in _FIRST_HALVES:
                pair = characters[-1] + chr(code)
                characters[-1] = pair.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
                continue
            characters.append(chr(code) if 0 < code < 0x110000 else " ")
            places.append(place)
    return "".join(characters), places


def _line(text_page: PdfTextPage, line: str, places: Sequence[int]) -> str:
    return join_letters(text_page, line, places) if looks_spaced(line) else line


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


class Mapping:
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
