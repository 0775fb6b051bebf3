"""pypdf's reading of a PDF that pdfium does not open: slower, more forgiving, and without boxes."""

from __future__ import annotations

import io
import logging

from ingest.errors import DamagedFile, EncryptedFile
from ingest.loaders.content import FileContent
from ingest.loaders.pdf_pages import RawLine

# What pypdf logs about a damaged file is in the error or the note; unhandled it would go to the terminal.
logging.getLogger("pypdf").addHandler(logging.NullHandler())


def read_with_pypdf(
    content: FileContent, password: str | None, first_opinion: str
) -> list[tuple[RawLine, ...]]:
    """The lines of each page. Raises `EncryptedFile`, or `DamagedFile` that says what both readers said."""
    from pypdf import PdfReader
    from pypdf.errors import FileNotDecryptedError, WrongPasswordError

    try:
        reader = PdfReader(io.BytesIO(content.data), strict=False)
        if reader.is_encrypted and not (reader.decrypt("") or reader.decrypt(password or "")):
            raise locked(content, password)
        pages = [
            tuple(RawLine(line, None, False) for line in page.extract_text().splitlines() if line.strip())
            for page in reader.pages
        ]
    except EncryptedFile:
        raise
    except (FileNotDecryptedError, WrongPasswordError) as error:
        raise locked(content, password) from error
    except Exception as error:  # a damaged file may break pypdf in any way
        raise _damaged(content, f"{first_opinion}; {type(error).__name__}: {error}") from error
    if not pages:
        raise _damaged(content, "no page was found in it")
    return pages


def locked(content: FileContent, password: str | None) -> EncryptedFile:
    """The error for a file that neither the empty nor the given password opens."""
    tried = "and the one given does not open it" if password else "and the empty one does not open it"
    return EncryptedFile(
        f"{content.name} is protected by a password, {tried}. Give its password, or save a copy without one."
    )


def _damaged(content: FileContent, reason: str) -> DamagedFile:
    reason = " ".join(reason.split())[:300]
    return DamagedFile(
        f"{content.name} is a PDF that is cut short or damaged ({reason}). Open it in a PDF viewer and save "
        "it again, or copy it anew."
    )
