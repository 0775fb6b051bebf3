"""What a PDF says of itself: dates, language, attached files."""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from ingest.loaders.characters import clean

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

_DATE = re.compile(r"\s*(?:D:)?\s*(\d{4})(?:-?(\d{2}))?(?:-?(\d{2}))?")
_LANGUAGE = re.compile(r"\s*([A-Za-z]{2})(?:[-_]|\s*\Z)")
_EARLIEST_YEAR = 1980
_MOST_NAMES = 10
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class PdfFacts:
    """A file's own word on itself, untidied but for dates and language."""

    title: str | None = None
    author: str | None = None
    #: ISO 639-1.
    language: str | None = None
    #: ISO 8601, the day of the last change, else of the making.
    written: str | None = None
    notes: tuple[str, ...] = ()


def read_facts(pdf: PdfDocument) -> PdfFacts:
    import pypdfium2.raw as pdfium

    size = pdfium.FPDFCatalog_GetLanguage(pdf.raw, None, 0)
    buffer = ctypes.create_string_buffer(max(size, 2))
    pdfium.FPDFCatalog_GetLanguage(pdf.raw, ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), size)
    attached = _attachments_note(pdf)
    return PdfFacts(
        title=pdf.get_metadata_value("Title"),
        author=pdf.get_metadata_value("Author"),
        language=language_of(buffer.raw[: max(size - 2, 0)].decode("utf-16-le", "ignore")),
        written=iso_date(pdf.get_metadata_value("ModDate"))
        or iso_date(pdf.get_metadata_value("CreationDate")),
        notes=(attached,) if attached else (),
    )


def iso_date(text: str | None) -> str | None:
    """The day in a PDF's date (`D:20240531120000+02'00'` is `2024-05-31`), or None where it is none."""
    match = _DATE.match(text or "")
    if match is None:
        return None
    year, month, day = (int(part or 1) for part in match.groups())
    try:
        return date(year, month, day).isoformat() if year >= _EARLIEST_YEAR else None
    except ValueError:
        return None


def language_of(tag: str | None) -> str | None:
    """The language of a tag (`en-US` is `en`), where it has one of two letters."""
    match = _LANGUAGE.match(tag or "")
    return match[1].lower() if match else None


def _attachments_note(pdf: PdfDocument) -> str | None:
    count = pdf.count_attachments()
    if count <= 0:
        return None
    names = []
    for index in range(min(count, _MOST_NAMES)):
        try:
            name = " ".join(clean(pdf.get_attachment(index).get_name()).split())[:_LONGEST_NAME]
        except (UnicodeDecodeError, ValueError, RuntimeError):  # RuntimeError is pdfium's own kind of error
            name = ""
        names.append(name or "one without a name")
    more = f" and {count - _MOST_NAMES} more" if count > _MOST_NAMES else ""
    files = "a file" if count == 1 else f"{count} files"
    return f"{files} attached to it {'was' if count == 1 else 'were'} not read: {', '.join(names)}{more}"
