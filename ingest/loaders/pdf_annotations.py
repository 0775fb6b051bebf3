"""What readers wrote onto a PDF page: text boxes and comments, which are no part of the page's own text."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING

from ingest.loaders.lines import RawLine
from ingest.loaders.pdf_pages import Mapping

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

_MOST_ANNOTATIONS = 1_000  # of one page
_LONGEST = 20_000  # characters of one annotation
_COMMENTING = (
    "TEXT HIGHLIGHT UNDERLINE SQUIGGLY STRIKEOUT CARET STAMP INK LINE SQUARE CIRCLE POLYGON POLYLINE"
).split()


def read_annotations(page: PdfPage, page_text: str) -> tuple[RawLine, ...]:
    """A line for each line of a text box or comment, in the file's order; not what the page itself says."""
    import pypdfium2.raw as pdfium

    commenting = {getattr(pdfium, f"FPDF_ANNOT_{kind}") for kind in _COMMENTING}
    unseen = pdfium.FPDF_ANNOT_FLAG_HIDDEN | pdfium.FPDF_ANNOT_FLAG_NOVIEW
    count = min(pdfium.FPDFPage_GetAnnotCount(page.raw), _MOST_ANNOTATIONS)
    if count <= 0:
        return ()
    said = {"".join(page_text.split())}
    mapping = Mapping(page)
    lines: list[RawLine] = []
    for index in range(count):
        annotation = pdfium.FPDFPage_GetAnnot(page.raw, index)
        if not annotation:
            continue
        try:
            kind = pdfium.FPDFAnnot_GetSubtype(annotation)
            is_box = kind == pdfium.FPDF_ANNOT_FREETEXT
            if not (is_box or kind in commenting) or pdfium.FPDFAnnot_GetFlags(annotation) & unseen:
                continue
            contents = _contents(annotation)
            bare = "".join(contents.split())
            if not bare or any(bare in text for text in said):
                continue
            said.add(bare)
            rectangle = pdfium.FS_RECTF()
            has_place = pdfium.FPDFAnnot_GetRect(annotation, ctypes.byref(rectangle))
            edges = mapping.edges(
                [(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)] if has_place else []
            )
            beginning = "" if is_box else "Comment: "
            lines += [RawLine(text, edges) for text in f"{beginning}{contents}".splitlines() if text.strip()]
        finally:
            pdfium.FPDFPage_CloseAnnot(annotation)
    return tuple(lines)


def _contents(annotation: object) -> str:
    import pypdfium2.raw as pdfium

    size = pdfium.FPDFAnnot_GetStringValue(annotation, b"Contents", None, 0)
    if size <= 2:  # bytes: the closing zero alone
        return ""
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDFAnnot_GetStringValue(
        annotation, b"Contents", ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), size
    )
    return buffer.raw[: size - 2].decode("utf-16-le", "ignore")[:_LONGEST]
