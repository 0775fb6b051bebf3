"""Whether a PDF page's own text can be used, or only a picture of the page tells what it says."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

#: Visible characters below which a page's text may be a stamp on a scan.
FEW_CHARACTERS = 60
#: Visible characters, with running heads, from which on a page's pictures are not looked at.
MANY_CHARACTERS = 400
#: Of the page, by its largest picture: more, with few characters, makes it a scan.
MOSTLY_PICTURE = 0.6
_MOST_OBJECTS = 2_000  # looked at, of one page
_MOSTLY_UNREADABLE = 0.5
_NO_CHARACTERS = frozenset({"Cc", "Cn", "Co", "Cs"})
# Bullets and boxes of the Symbol and Wingdings fonts, and TeX's ligatures, say what they are.
_KNOWN = frozenset("\uf0b7\uf0a7\uf06f\uf0a8\uf078\uf0fe\x0b\x0c\x0d\x0e\x0f\t\n")


def visible_characters(text: str) -> int:
    return len("".join(text.split()))


def is_unreadable(text: str) -> bool:
    """Whether most of it are no characters: private ones, control codes, replacements of unknown ones."""
    if text.isascii() and text.isprintable():
        return False
    bad = sum(
        text.count(character)
        for character in set(text) - _KNOWN
        if character == "\ufffd" or unicodedata.category(character) in _NO_CHARACTERS
    )
    return bad > _MOSTLY_UNREADABLE * visible_characters(text)


def picture_share(page: PdfPage) -> float:
    """How much of the page its largest picture covers, 0..1. Pictures within a form count as large as it."""
    import pypdfium2.raw as pdfium

    left, bottom, right, top = page.get_bbox()
    area = (right - left) * (top - bottom)
    if area <= 0:
        return 0.0
    largest = 0.0
    for index in range(min(pdfium.FPDFPage_CountObjects(page.raw), _MOST_OBJECTS)):
        item = pdfium.FPDFPage_GetObject(page.raw, index)
        if _holds_picture(item):
            edges = _bounds(item)
            if edges is not None:
                width = min(right, edges[2]) - max(left, edges[0])
                height = min(top, edges[3]) - max(bottom, edges[1])
                largest = max(largest, max(width, 0.0) * max(height, 0.0) / area)
    return largest


def _holds_picture(item: object) -> bool:
    import pypdfium2.raw as pdfium

    kind = pdfium.FPDFPageObj_GetType(item)
    if kind != pdfium.FPDF_PAGEOBJ_FORM:
        return bool(kind == pdfium.FPDF_PAGEOBJ_IMAGE)
    return any(
        pdfium.FPDFPageObj_GetType(pdfium.FPDFFormObj_GetObject(item, index)) == pdfium.FPDF_PAGEOBJ_IMAGE
        for index in range(min(pdfium.FPDFFormObj_CountObjects(item), _MOST_OBJECTS))
    )


def _bounds(item: object) -> tuple[float, float, float, float] | None:
    """Left, bottom, right, top."""
    import ctypes

    import pypdfium2.raw as pdfium

    edges = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(item, *(ctypes.byref(edge) for edge in edges)):
        return None
    left, bottom, right, top = (edge.value for edge in edges)
    return left, bottom, right, top
