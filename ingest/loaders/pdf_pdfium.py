"""A PDF opened by pdfium: fast, with the place of every line, and able to draw its pages."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ingest.loaders.pdf_annotations import read_annotations
from ingest.loaders.pdf_facts import PdfFacts, read_facts
from ingest.loaders.pdf_outline import HeadingPaths
from ingest.loaders.pdf_pages import read_lines
from ingest.loaders.pdf_source import RawPage, Unopened
from ingest.loaders.pdf_text_layer import MANY_CHARACTERS, picture_share, visible_characters
from ingest.loaders.recognition_pages import MOST_PIXELS, PIXELS_PER_POINT

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

    from ingest.loaders.recognition import Picture

_pdfium_lock = threading.Lock()  # pdfium keeps state of its own and must not be entered twice
_RENEWED_AFTER = 256  # pages read: pdfium keeps fonts and objects of each for as long as the file is open
_SMALLEST_SIDE = 32  # pixels: less is enlarged, as far as it goes


class PasswordNeeded(Exception):  # named for what happened, as all errors here
    """Neither the empty password nor any of those given opens the file."""


class PdfiumSource:
    """A `PdfSource`. Safe beside others in other threads, each used by one thread at a time."""

    def __init__(self, file: Path | BinaryIO, passwords: Sequence[str] = ()) -> None:
        """Raises `PasswordNeeded`, and `PdfiumError` where the file does not open for another reason."""
        self._file = file
        self._pages_read = 0
        with _pdfium_lock:
            self._pdf, self._password = _open(file, passwords)
            try:
                self._facts = read_facts(self._pdf)
                self._headings = HeadingPaths(self._pdf)
                self._page_count = len(self._pdf)
            except BaseException:
                self._pdf.close()
                raise

    @property
    def facts(self) -> PdfFacts:
        return self._facts

    @property
    def page_count(self) -> int:
        return self._page_count

    def headings(self, index: int) -> tuple[str, ...]:
        return self._headings.above(index)

    def read_page(self, index: int) -> RawPage | Unopened:
        with _pdfium_lock:
            try:
                self._renew()
                return _read_page(self._pdf, index)
            except Exception as error:  # noqa: BLE001 - a hostile page may break the wrapper around pdfium in any way
                return _unopened(error)

    def draw_page(self, index: int) -> Picture | Unopened:
        with _pdfium_lock:
            try:
                page = self._pdf[index]
                try:
                    return _draw(page)
                finally:
                    page.close()
            except Exception as error:  # noqa: BLE001 - as above
                return _unopened(error)

    def close(self) -> None:
        with _pdfium_lock:
            self._pdf.close()

    def _renew(self) -> None:
        """Open the file anew now and then, so that memory stays the same however many pages it has."""
        self._pages_read += 1
        if self._pages_read % _RENEWED_AFTER == 0 and isinstance(self._file, Path):
            renewed, _ = _open(self._file, (self._password,) if self._password else ())
            self._pdf.close()
            self._pdf = renewed


def _open(file: Path | BinaryIO, passwords: Sequence[str]) -> tuple[PdfDocument, str | None]:
    """The open file, and the password that opened it."""
    import pypdfium2.raw as pdfium
    from pypdfium2 import PdfDocument, PdfiumError

    # Most encrypted files open without one; then those given for others in the batch are not tried.
    for password in (None, *passwords):
        try:
            pdf = PdfDocument(file, password=password, autoclose=True)
            if pdf.get_formtype() == pdfium.FORMTYPE_ACRO_FORM:
                pdf.init_forms()
            return pdf, password
        except PdfiumError as error:
            if error.err_code != pdfium.FPDF_ERR_PASSWORD:
                raise
    raise PasswordNeeded


def _read_page(pdf: PdfDocument, index: int) -> RawPage:
    """The page's lines; in a form with what was filled in, which is no part of the page until flattened."""
    import pypdfium2.raw as pdfium

    page = pdf[index]
    try:
        if page.formenv and page.flatten() == pdfium.FLATTEN_SUCCESS:
            page.close()
            page = pdf[index]
        lines = read_lines(page)
        text = "\n".join(line.text for line in lines)
        is_full = len(text) > 2 * MANY_CHARACTERS or visible_characters(text) >= MANY_CHARACTERS
        return RawPage(lines, read_annotations(page, text), 0.0 if is_full else picture_share(page))
    finally:
        page.close()


def _draw(page: PdfPage) -> Picture:
    width, height = page.get_size()
    scale = PIXELS_PER_POINT
    if min(width, height) > 0:
        scale = max(scale, _SMALLEST_SIDE / min(width, height))
        scale = min(scale, math.sqrt(MOST_PIXELS / (width * height)))
    bitmap = page.render(scale=scale, rev_byteorder=True, limit_image_cache=True)
    try:
        picture: Picture = bitmap.to_numpy()[:, :, :3].copy()
        return picture
    finally:
        bitmap.close()


def _unopened(error: Exception) -> Unopened:
    said = " ".join(str(error).split()).rstrip(".")[:200]
    return Unopened(f"it does not open ({said or type(error).__name__})")
