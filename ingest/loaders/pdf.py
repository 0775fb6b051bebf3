"""PDF files, page by page: pdfium reads them, pypdf where pdfium gives up, OCR where there is no text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.errors import EmptyFile, UnreadableFile
from ingest.loaders.content import FileOnDisk
from ingest.loaders.pdf_pdfium import PasswordNeeded, PdfiumSource
from ingest.loaders.pdf_recognition import PageChoice
from ingest.loaders.pdf_repair import with_new_trailer
from ingest.loaders.pdf_second_opinion import PypdfSource, damaged
from ingest.loaders.pdf_source import PdfSource, Unopened
from ingest.loaders.pdf_windows import read_windows
from ingest.loaders.protocol import (
    DEFAULT_OPTIONS,
    Closed,
    LoadOptions,
    Opened,
    ReadEvent,
)
from ingest.loaders.recognition import Recogniser
from ingest.loaders.titles import choose_title, tidy_author
from ingest.media import PDF
from ingest.types import Document

_MOST_UNOPENED = 500  # pages in a row: a damaged page tree can promise millions
_REPAIRED_NOTE = "the file is damaged or cut short: what is left of it was read"


class PdfLoader:
    """A `PageLoader` for PDF: the text and place of every line, headings from the outline.

    Files encrypted with an empty password are opened. Pages without usable text of their own are read by
    `recogniser` (`RapidOcrRecogniser()`, whose models are loaded with the first such page); without one
    they are lost. Safe to use from several threads, one file at a time each.
    """

    def __init__(self, recogniser: Recogniser | None = None) -> None:
        self._recogniser = recogniser

    @property
    def media_types(self) -> frozenset[str]:
        return frozenset({PDF})

    def read(
        self, file: FileOnDisk, options: LoadOptions = DEFAULT_OPTIONS, *, first_page: int = 1
    ) -> Iterator[ReadEvent]:
        source, notes = open_pdf(file, options.passwords)
        try:
            yield from self._events(file, source, notes, options, first_page)
        finally:
            source.close()

    def _events(
        self,
        file: FileOnDisk,
        source: PdfSource,
        notes: tuple[str, ...],
        options: LoadOptions,
        first_page: int,
    ) -> Iterator[ReadEvent]:
        facts = source.facts
        yield Opened(
            Document(
                sha256=file.sha256,
                media_type=PDF,
                title=choose_title(file.path, facts.title),
                pages=(),
                author=tidy_author(facts.author),
                language=facts.language,
                written=facts.written,
            ),
            source.page_count,
        )
        choice = PageChoice(source, options.ocr, self._recogniser)
        unopened = 0
        for index, page in read_windows(source, first_page - 1):
            unopened = unopened + 1 if isinstance(page, Unopened) else 0
            if unopened > _MOST_UNOPENED:
                raise damaged(
                    file,
                    f"of the {source.page_count} pages it promises, {unopened} in a row do not open, up to "
                    f"page {index + 1}",
                )
            yield choice.choose(index, page)
        yield Closed((*notes, *facts.notes, *choice.notes()))


def open_pdf(file: FileOnDisk, passwords: Sequence[str]) -> tuple[PdfSource, tuple[str, ...]]:
    """The file opened by the first reader that can, and what to say about that. Raises `UnreadableFile`."""
    from pypdfium2 import PdfiumError

    if file.size_bytes == 0:
        raise EmptyFile(f"{file.name} is empty: it holds no byte at all. Check where it was copied from.")
    try:
        try:
            source: PdfSource = PdfiumSource(file.file, passwords)
            notes: tuple[str, ...] = ()
        except PdfiumError as error:
            source, notes = _open_damaged(file, passwords, str(error))
    except UnreadableFile:
        raise
    except PasswordNeeded:
        # pypdf takes some passwords that pdfium does not, and says so where it takes none either.
        source, notes = PypdfSource(file, passwords, "a password is needed"), ()
    except OSError as error:
        raise UnreadableFile(
            f"{file.name} could not be read: {error.strerror or error}. Check the disk it lies on."
        ) from error
    except Exception as error:  # a hostile file may break the wrappers around its readers in any way
        raise damaged(file, f"{type(error).__name__}: {error}") from error
    if source.page_count < 1:
        source.close()
        raise damaged(file, "no page was found in it")
    return source, notes


def _open_damaged(
    file: FileOnDisk, passwords: Sequence[str], first_opinion: str
) -> tuple[PdfSource, tuple[str, ...]]:
    from pypdfium2 import PdfiumError

    mended = with_new_trailer(file.file)
    if mended is not None:
        try:
            return PdfiumSource(mended, passwords), (_REPAIRED_NOTE,)
        except (PdfiumError, PasswordNeeded):
            mended.close()
    return PypdfSource(file, passwords, first_opinion), ()
