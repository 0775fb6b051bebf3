"""pypdf's reading of a PDF that pdfium does not open: slower, more forgiving, and without boxes."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ingest.errors import DamagedFile, EncryptedFile
from ingest.loaders.content import FileOnDisk
from ingest.loaders.lines import RawLine
from ingest.loaders.pdf_facts import PdfFacts
from ingest.loaders.pdf_source import RawPage, Unopened

if TYPE_CHECKING:
    from ingest.loaders.recognition import Picture

# What pypdf logs about a damaged file is in the error or the note; unhandled it would go to the terminal.
logging.getLogger("pypdf").addHandler(logging.NullHandler())

_NOTE = "pdfium could not open the file: its text was read by pypdf, without the places of its lines"


class PypdfSource:
    """A `PdfSource` that draws nothing and knows no headings."""

    def __init__(self, file: FileOnDisk, passwords: Sequence[str], first_opinion: str) -> None:
        """Raises `EncryptedFile`, or `DamagedFile` that says what both readers said."""
        from pypdf import PdfReader
        from pypdf.errors import FileNotDecryptedError, WrongPasswordError

        self._stream = file.file.open("rb")
        try:
            reader = PdfReader(self._stream, strict=False)
            if reader.is_encrypted and not any(reader.decrypt(each) for each in ("", *passwords)):
                raise locked(file, passwords)
            self._pages = reader.pages
            self._page_count = len(self._pages)
            if self._page_count:
                self._pages[0].mediabox  # noqa: B018 - a page tree that leads nowhere breaks here
        except EncryptedFile:
            self._stream.close()
            raise
        except (FileNotDecryptedError, WrongPasswordError) as error:
            self._stream.close()
            raise locked(file, passwords) from error
        except Exception as error:  # a damaged file may break pypdf in any way
            self._stream.close()
            raise damaged(file, f"{first_opinion}; {type(error).__name__}: {error}") from error
        if not self._page_count:
            self._stream.close()
            raise damaged(file, "no page was found in it")

    @property
    def facts(self) -> PdfFacts:
        return PdfFacts(notes=(_NOTE,))

    @property
    def page_count(self) -> int:
        return self._page_count

    def headings(self, index: int) -> tuple[str, ...]:  # noqa: ARG002 - the protocol's, and none are known
        return ()

    def read_page(self, index: int) -> RawPage | Unopened:
        try:
            text = self._pages[index].extract_text()
        except Exception as error:  # noqa: BLE001 - a damaged page may break pypdf in any way
            said = " ".join(str(error).split()).rstrip(".")[:200]
            return Unopened(f"it does not open ({said or type(error).__name__})")
        return RawPage(tuple(RawLine(line, None) for line in text.splitlines() if line.strip()))

    def draw_page(self, index: int) -> Picture | Unopened:  # noqa: ARG002 - the protocol's, and none is drawn
        return Unopened("the file is too damaged to draw it")

    def close(self) -> None:
        self._stream.close()


def locked(file: FileOnDisk, passwords: Sequence[str]) -> EncryptedFile:
    """The error for a file that neither the empty nor a given password opens."""
    tried = {
        0: "and the empty one does not open it",
        1: "and the one given does not open it",
    }.get(len(passwords), f"and none of the {len(passwords)} given opens it")
    return EncryptedFile(
        f"{file.name} is protected by a password, {tried}. Give it with --password, or save a copy "
        "without one."
    )


def damaged(file: FileOnDisk, reason: str) -> DamagedFile:
    """The error for a file that is beyond reading. `reason` is what its readers said."""
    reason = " ".join(reason.split())[:300]
    return DamagedFile(
        f"{file.name} is a PDF that is cut short or damaged ({reason}). Open it in a PDF viewer and save "
        "it again, or copy it anew."
    )
