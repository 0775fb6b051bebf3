"""The loaders there are, each named here alone. The reading process builds its reader with this."""

from __future__ import annotations

from ingest.file_reader import InProcessReader
from ingest.loaders.protocol import Loader, PageLoader
from ingest.loaders.transcription import MakeTranscriber
from ingest.settings import ReadingLimits

_DEFAULT_LIMITS = ReadingLimits()


def build_in_process_reader(
    limits: ReadingLimits = _DEFAULT_LIMITS, make_transcriber: MakeTranscriber | None = None
) -> InProcessReader:
    """A reader of every kind of file that is read here, without any protection.

    Recordings are read where `make_transcriber` gives something that listens.
    """
    return InProcessReader(default_loaders(), default_page_loaders(limits, make_transcriber))


def default_loaders() -> tuple[Loader, ...]:
    """A loader for every kind of file that is read whole."""
    from ingest.loaders.book import BookLoader
    from ingest.loaders.code import CodeLoader
    from ingest.loaders.delimited import DelimitedLoader
    from ingest.loaders.legacy_office import LegacyOfficeLoader
    from ingest.loaders.markdown import MarkdownLoader
    from ingest.loaders.markup import MarkupLoader
    from ingest.loaders.notebook import NotebookLoader
    from ingest.loaders.office_password import OfficePasswordLoader
    from ingest.loaders.opendocument import OpenDocumentLoader
    from ingest.loaders.records import RecordsLoader
    from ingest.loaders.restructured import RestructuredTextLoader
    from ingest.loaders.rich_text import RichTextLoader
    from ingest.loaders.sheets import OldSheetsLoader, SheetsLoader
    from ingest.loaders.slides import SlidesLoader
    from ingest.loaders.text import TextLoader
    from ingest.loaders.web import WebLoader
    from ingest.loaders.word import WordLoader

    office = (WordLoader(), SheetsLoader(), SlidesLoader())
    return (
        *office,
        OfficePasswordLoader(office),
        LegacyOfficeLoader(office),
        OldSheetsLoader(),
        OpenDocumentLoader(),
        RichTextLoader(),
        BookLoader(),
        WebLoader(),
        MarkupLoader(),
        MarkdownLoader(),
        RestructuredTextLoader(),
        DelimitedLoader(),
        RecordsLoader(),
        NotebookLoader(),
        CodeLoader(),
        TextLoader(),
    )


def default_page_loaders(
    limits: ReadingLimits, make_transcriber: MakeTranscriber | None = None
) -> tuple[PageLoader, ...]:
    """A loader for every kind of file that is read page by page, or that holds files."""
    from ingest.loaders.archive import ArchiveLoader
    from ingest.loaders.images import ImageLoader
    from ingest.loaders.mail import MailLoader
    from ingest.loaders.ocr import RapidOcrRecogniser
    from ingest.loaders.pdf import PdfLoader
    from ingest.loaders.recordings import RecordingLoader

    recogniser = RapidOcrRecogniser()
    return (
        PdfLoader(recogniser),
        ImageLoader(recogniser),
        RecordingLoader(make_transcriber),
        MailLoader(),
        ArchiveLoader(limits),
    )
