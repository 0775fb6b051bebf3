"""What a file is, told from its content. Its name only breaks ties that the content leaves open."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from ingest.loaders.content import FileContent
from ingest.loaders.encoding import decode_text
from ingest.media_text import kind_of_text
from ingest.media_types import (
    CSV,
    DOC,
    DOCX,
    ENCRYPTED_OFFICE,
    EPUB,
    HTML,
    JPEG,
    JSON,
    JSON_LINES,
    MAIL,
    MARKDOWN,
    NOTEBOOK,
    ODP,
    ODS,
    ODT,
    PDF,
    PLAIN_TEXT,
    PNG,
    PPT,
    PPTX,
    RST,
    RTF,
    SOURCE_CODE,
    SVG,
    TIFF,
    TSV,
    UNKNOWN,
    XLS,
    XLSX,
    XML,
    ZIP,
)

__all__ = (
    "CSV",
    "DOC",
    "DOCX",
    "ENCRYPTED_OFFICE",
    "EPUB",
    "HTML",
    "JPEG",
    "JSON",
    "JSON_LINES",
    "MAIL",
    "MARKDOWN",
    "NOTEBOOK",
    "ODP",
    "ODS",
    "ODT",
    "PDF",
    "PLAIN_TEXT",
    "PNG",
    "PPT",
    "PPTX",
    "RST",
    "RTF",
    "SOURCE_CODE",
    "SVG",
    "TIFF",
    "TSV",
    "UNKNOWN",
    "XLS",
    "XLSX",
    "XML",
    "ZIP",
    "tell_media_type",
)

_MAGIC = (
    (b"{\\rtf", RTF),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF8", "image/gif"),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"BZh", "application/x-bzip2"),
    (b"\x7fELF", "application/x-executable"),
    (b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"%!PS", "application/postscript"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OUTLOOK = "application/vnd.ms-outlook"
#: In this order: a mail may hold a Word file, and that a sheet.
_OLE_STREAMS = (
    ("EncryptedPackage", ENCRYPTED_OFFICE),
    ("__properties_version1.0", _OUTLOOK),
    ("__substg1.0_", _OUTLOOK),
    ("PowerPoint Document", PPT),
    ("WordDocument", DOC),
    ("Workbook", XLS),
    ("Book\0", XLS),
)
#: The class that the container's root says it is of, as its first 4 bytes.
_OLE_CLASSES = {
    bytes.fromhex("06090200"): DOC,
    bytes.fromhex("00090200"): DOC,
    bytes.fromhex("20080200"): XLS,
    bytes.fromhex("10080200"): XLS,
    bytes.fromhex("108d8164"): PPT,
    bytes.fromhex("0b0d0200"): _OUTLOOK,
}
_ZIP_FOLDERS = (("word/", DOCX), ("xl/", XLSX), ("ppt/", PPTX), ("META-INF/container.xml", EPUB))
_DECLARED = (EPUB, ODT, ODS, ODP)  # templates and the like have names that begin with these
_ZIP_START = (b"PK\x03\x04", b"PK\x05\x06")

_HEAD_BYTES = 65_536  # texts are told from their beginning
_PDF_HEADER = re.compile(rb"%PDF-\d")
_PDF_HEADER_WITHIN = 1024  # readers accept that many bytes of something else before it
_PDF_OBJECT = re.compile(rb"\d+\s+\d+\s+obj\b")


def tell_media_type(content: FileContent, *, is_whole: bool = True) -> str:
    """The kind of file, as a media type; `UNKNOWN` where nothing fits. Never raises.

    With `is_whole` false, `content` holds only the first 64 KB or so of a longer file: zips and old
    Office files whose beginning does not tell what they are then are `UNKNOWN`.
    """
    data = content.data
    if data.startswith(_OLE):
        return _kind_of_ole(data, is_whole)
    if data.startswith(_ZIP_START):
        return _kind_of_zip(data, is_whole)
    if _is_pdf(data):
        return PDF
    for magic, media_type in _MAGIC:
        if data.startswith(magic):
            return media_type
    if data.startswith(b"RIFF"):
        return {b"WAVE": "audio/wav", b"WEBP": "image/webp"}.get(data[8:12], UNKNOWN)
    if data[4:8] == b"ftyp":
        return "video/mp4"
    text = decode_text(_cut(data))
    return UNKNOWN if text is None else kind_of_text(text, content.name, content.suffix)


def _is_pdf(data: bytes) -> bool:
    """Whether a PDF begins here. Text may speak of `%PDF-1.4` too, but not at the start of a line."""
    header = _PDF_HEADER.search(data, 0, _PDF_HEADER_WITHIN)
    if header is None:
        return False
    before = data[: header.start()]
    begins_line = not before.strip() or before.endswith((b"\n", b"\r"))
    return begins_line or _PDF_OBJECT.search(data, header.end(), _HEAD_BYTES) is not None


def _cut(data: bytes) -> bytes:
    """The beginning of a text, cut where no character is torn apart in the usual encodings."""
    if len(data) <= _HEAD_BYTES:
        return data
    end = _HEAD_BYTES
    while end > _HEAD_BYTES - 4 and data[end] & 0xC0 == 0x80:  # within a character of UTF-8
        end -= 1
    return data[:end]


def _kind_of_ole(data: bytes, is_whole: bool) -> str:
    """The old Office container. Its directory names the streams in UTF-16."""
    for stream, media_type in _OLE_STREAMS[:1]:
        if stream.encode("utf-16-le") in data:
            return media_type
    sector_bytes = 1 << min(int.from_bytes(data[30:32], "little"), 16)
    root = (int.from_bytes(data[48:52], "little") + 1) * sector_bytes
    if (media_type_of_root := _OLE_CLASSES.get(data[root + 80 : root + 84])) is not None:
        return media_type_of_root
    if not is_whole:
        return UNKNOWN
    for stream, media_type in _OLE_STREAMS:
        if stream.encode("utf-16-le") in data:
            return media_type
    return "application/x-ole-storage"


def _kind_of_zip(data: bytes, is_whole: bool) -> str:
    """Office and e-book files are zips, told apart by their members."""
    declared = ""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if "mimetype" in names:
                with archive.open("mimetype") as member:
                    declared = member.read(128).decode("ascii", errors="replace").strip()
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, EOFError, ValueError):
        # Cut short: the directory at its end is gone, but each member still begins with its name.
        names = [name.decode("utf-8", errors="replace") for name in _member_names(data)]
        if names[:1] == ["mimetype"]:
            declared = data[38:166].decode("ascii", errors="replace")
        elif not is_whole and not any(
            name.startswith(folder) for folder, _ in _ZIP_FOLDERS for name in names
        ):
            return UNKNOWN
    for media_type in _DECLARED:
        if declared.startswith(media_type):
            return media_type
    for folder, media_type in _ZIP_FOLDERS:
        if any(name.startswith(folder) for name in names):
            return media_type
    return ZIP


def _member_names(data: bytes) -> list[bytes]:
    names, position = [], data.find(b"PK\x03\x04")
    while position >= 0:
        length = int.from_bytes(data[position + 26 : position + 28], "little")
        names.append(data[position + 30 : position + 30 + length])
        position = data.find(b"PK\x03\x04", position + 4)
    return names
