"""Word files (DOCX), by way of HTML."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from ingest.errors import DamagedFile, EncryptedFile
from ingest.loaders.content import FileContent
from ingest.loaders.formulas import write_out_formulas
from ingest.loaders.protocol import DEFAULT_OPTIONS, LoadOptions
from ingest.loaders.web import document_from_html
from ingest.media import DOCX, ENCRYPTED_OFFICE
from ingest.types import Document

_BODY = "word/document.xml"
_PROPERTIES = "docProps/core.xml"
_NOTHING_BEYOND_TEXT = re.compile(r"word/(?:media|embeddings|fonts|theme)/")
_LARGEST_UNPACKED_BYTES = 300_000_000
_STYLE_MAP = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
"""
_PROPERTY = "<(?:[a-z]+:)?{name}\\b[^>]*>(.*?)</(?:[a-z]+:)?{name}>"


class WordLoader:
    """Reads DOCX: headings, paragraphs, lists, tables, footnotes, and formulas on one line.

    Headers, footers, comments and deleted text under change tracking are left out.
    """

    @property
    def media_types(self) -> frozenset[str]:
        return frozenset({DOCX, ENCRYPTED_OFFICE})

    def load(
        self,
        content: FileContent,
        options: LoadOptions = DEFAULT_OPTIONS,  # noqa: ARG002 - encrypted Office files are named, not opened
    ) -> Document:
        if not content.data.startswith(b"PK"):
            raise EncryptedFile(
                f"{content.name} is an Office file under a password, which is not opened here. Save a copy "
                "without the password and give that."
            )
        try:
            repacked, properties = _repack(content)
            markup = _to_html(repacked)
        except DamagedFile:
            raise
        except (zipfile.BadZipFile, zlib.error, EOFError, KeyError) as error:
            raise DamagedFile(
                f"{content.name} is a Word file that is cut short or damaged ({error}). Open it in Word and "
                "save it again, or copy it anew."
            ) from error
        except Exception as error:  # XML from anywhere may break the converter in any way
            raise DamagedFile(
                f"{content.name} could not be read as a Word file: {type(error).__name__}: {error}. Open it "
                "in Word and save it again."
            ) from error
        return document_from_html(
            content,
            DOCX,
            markup,
            title=_property(properties, "title"),
            author=_property(properties, "creator"),
            when_empty="It may hold only pictures, or other documents: those are not read.",
        )


def _repack(content: FileContent) -> tuple[io.BytesIO, str]:
    """The same file without pictures and with its formulas as text; and its properties."""
    repacked = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content.data)) as archive,
        zipfile.ZipFile(repacked, "w", zipfile.ZIP_STORED) as copy,
    ):
        members = [member for member in archive.infolist() if not _NOTHING_BEYOND_TEXT.match(member.filename)]
        if sum(member.file_size for member in members) > _LARGEST_UNPACKED_BYTES:
            raise DamagedFile(
                f"{content.name} unpacks to more than {_LARGEST_UNPACKED_BYTES // 1_000_000} MB of text, "
                "which no honest Word file does. Leave it out, or split it in Word."
            )
        properties = ""
        for member in members:
            data = archive.read(member)
            if member.filename == _PROPERTIES:
                properties = data.decode("utf-8", errors="replace")
            copy.writestr(member.filename, write_out_formulas(data) if member.filename == _BODY else data)
    repacked.seek(0)
    return repacked, properties


def _to_html(file: io.BytesIO) -> str:
    import mammoth

    def no_picture(image: object) -> list[object]:  # noqa: ARG001 - mammoth passes the picture
        return []

    result = mammoth.convert_to_html(file, style_map=_STYLE_MAP, convert_image=no_picture)
    return str(result.value)


def _property(properties: str, name: str) -> str | None:
    import html

    found = re.search(_PROPERTY.format(name=name), properties, re.DOTALL)
    return html.unescape(found[1]) if found else None
