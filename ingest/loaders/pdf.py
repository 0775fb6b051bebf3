"""PDF files: pdfium reads them, pypdf where pdfium gives up."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ingest.errors import DamagedFile, EmptyFile, UnreadableFile
from ingest.loaders.content import FileContent
from ingest.loaders.hyphens import BREAK, WordBreaks
from ingest.loaders.pdf_outline import heading_paths
from ingest.loaders.pdf_pages import RawLine, read_lines, set_lines
from ingest.loaders.pdf_repair import with_new_trailer
from ingest.loaders.pdf_second_opinion import locked, read_with_pypdf
from ingest.loaders.protocol import DEFAULT_OPTIONS, LoadOptions
from ingest.loaders.titles import choose_title, tidy_author
from ingest.media import PDF
from ingest.types import Document, Page

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

_MOST_UNREADABLE_PAGES = 500  # a damaged page tree can promise millions
_pdfium_lock = threading.Lock()  # pdfium keeps state of its own and must not be entered twice


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a reader found. One entry per page; None where a page could not be opened."""

    pages: list[tuple[RawLine, ...] | None]
    headings: list[tuple[str, ...]]
    title: str | None = None
    author: str | None = None
    notes: tuple[str, ...] = ()


class PdfLoader:
    """Reads PDF: the text and place of every line, page by page, headings from the outline.

    Files encrypted with an empty password are opened; pages without text keep their number.
    Safe to use from several threads, one file at a time.
    """

    @property
    def media_types(self) -> frozenset[str]:
        return frozenset({PDF})

    def load(self, content: FileContent, options: LoadOptions = DEFAULT_OPTIONS) -> Document:
        password = options.passwords[0] if options.passwords else None
        try:
            reading = _read(content, password)
        except UnreadableFile:
            raise
        except Exception as error:  # a hostile file may break the wrapper around pdfium in any way
            raise DamagedFile(
                f"{content.name} could not be read as a PDF: {type(error).__name__}: {error}. Open it in a "
                "PDF viewer and save it again."
            ) from error
        breaks = WordBreaks(_raw_text(lines) for lines in reading.pages if lines)
        pages = []
        for number, (lines, headings) in enumerate(
            zip(reading.pages, reading.headings, strict=True), start=1
        ):
            text, boxes = set_lines(lines or (), breaks)
            pages.append(Page(number, text, f"page {number}", headings, boxes))
        return Document(
            sha256=content.sha256,
            media_type=PDF,
            title=choose_title(content.path, reading.title),
            pages=tuple(pages),
            author=tidy_author(reading.author),
            notes=(*reading.notes, *_notes_on(content, reading, pages)),
        )


def _read(content: FileContent, password: str | None) -> _Reading:
    from pypdfium2 import PdfiumError

    with _pdfium_lock:
        try:
            return _read_with_pdfium(content, content.data, password)
        except PdfiumError as error:
            first_opinion = str(error)
        mended = with_new_trailer(content.data)
        if mended is not None:
            with suppress(PdfiumError):
                reading = _read_with_pdfium(content, mended, password)
                return replace(
                    reading, notes=("the file is damaged or cut short: what is left of it was read",)
                )
    pages = read_with_pypdf(content, password, first_opinion)
    note = "pdfium could not open the file: its text was read by pypdf, without the places of its lines"
    return _Reading([*pages], [()] * len(pages), notes=(note,))


def _read_with_pdfium(content: FileContent, data: bytes, password: str | None) -> _Reading:
    """Raises `PdfiumError` where the file as a whole does not open."""
    pdf = _open(content, data, password)
    try:
        return _read_open(content, pdf)
    finally:
        pdf.close()


def _open(content: FileContent, data: bytes, password: str | None) -> PdfDocument:
    """Raises `EncryptedFile` where a password must be asked for, `PdfiumError` for all other trouble."""
    import pypdfium2.raw as pdfium
    from pypdfium2 import PdfDocument, PdfiumError

    # Most encrypted files open without one; then a password given for others in the batch is not tried.
    for tried in (None, password) if password else (None,):
        try:
            return PdfDocument(data, password=tried)
        except PdfiumError as error:
            if error.err_code != pdfium.FPDF_ERR_PASSWORD or tried:
                raise  # also for a wrong password: pypdf takes some that pdfium does not
    raise locked(content, password)


def _read_open(content: FileContent, pdf: PdfDocument) -> _Reading:
    import pypdfium2.raw as pdfium
    from pypdfium2 import PdfiumError

    if pdf.get_formtype() == pdfium.FORMTYPE_ACRO_FORM:
        pdf.init_forms()
    pages: list[tuple[RawLine, ...] | None] = []
    unreadable = 0
    for index in range(len(pdf)):
        try:
            pages.append(_read_page(pdf, index))
        except PdfiumError as error:
            pages.append(None)
            unreadable += 1
            if unreadable > _MOST_UNREADABLE_PAGES:
                raise DamagedFile(
                    f"{content.name} is a damaged PDF: of its first {index + 1} pages {unreadable} do not "
                    "open. Open it in a PDF viewer and save it again, or copy it anew."
                ) from error
    return _Reading(
        pages, heading_paths(pdf), pdf.get_metadata_value("Title"), pdf.get_metadata_value("Author")
    )


def _read_page(pdf: PdfDocument, index: int) -> tuple[RawLine, ...]:
    """The page's lines; in a form with what was filled in, which is no part of the page until flattened."""
    import pypdfium2.raw as pdfium

    page = pdf[index]
    try:
        if page.formenv and page.flatten() == pdfium.FLATTEN_SUCCESS:
            page.close()
            page = pdf[index]
        return read_lines(page)
    finally:
        page.close()


def _raw_text(lines: tuple[RawLine, ...]) -> str:
    return "".join(line.text + (BREAK if line.is_broken else "\n") for line in lines)


def _notes_on(content: FileContent, reading: _Reading, pages: list[Page]) -> list[str]:
    """Raises where no page holds any text: a document without text is none."""
    unreadable = sum(lines is None for lines in reading.pages)
    without_text = sum(not page.text for page in pages) - unreadable
    if unreadable == len(pages):
        raise DamagedFile(
            f"{content.name} is a damaged PDF: none of its {len(pages)} pages opens. Open it in a PDF viewer "
            "and save it again, or copy it anew."
        )
    if unreadable + without_text == len(pages):
        where = "its only page" if len(pages) == 1 else f"any of its {len(pages)} pages"
        raise EmptyFile(
            f"{content.name} holds no text on {where}: it looks scanned. Run text recognition (OCR) over it "
            "and give the result."
        )
    notes = []
    if without_text:
        notes.append(f"{without_text} of {len(pages)} pages hold no text (scanned?)")
    if unreadable:
        notes.append(f"{unreadable} of {len(pages)} pages could not be opened (damaged)")
    return notes
