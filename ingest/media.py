"""What a file is, told from its content. Its name only breaks ties that the content leaves open."""

from __future__ import annotations

import mmap
import re

from ingest.loaders.content import FileContent, FileOnDisk
from ingest.loaders.encoding import decode_text
from ingest.media_text import kind_of_text
from ingest.media_types import (
    AIFF,
    CSV,
    DOC,
    DOCX,
    ENCRYPTED_OFFICE,
    EPUB,
    FLAC,
    HTML,
    JPEG,
    JSON,
    JSON_LINES,
    M4A,
    MAIL,
    MARKDOWN,
    MP3,
    NOTEBOOK,
    ODP,
    ODS,
    ODT,
    OGG,
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
    WAV,
    XLS,
    XLSX,
    XML,
    ZIP,
)
from ingest.media_zip import Bytes, kind_of_zip

__all__ = (
    "AIFF",
    "CSV",
    "DOC",
    "DOCX",
    "ENCRYPTED_OFFICE",
    "EPUB",
    "FLAC",
    "HTML",
    "JPEG",
    "JSON",
    "JSON_LINES",
    "M4A",
    "MAIL",
    "MARKDOWN",
    "MP3",
    "NOTEBOOK",
    "ODP",
    "ODS",
    "ODT",
    "OGG",
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
    "WAV",
    "XLS",
    "XLSX",
    "XML",
    "ZIP",
    "tell_media_type",
    "tell_media_type_of_file",
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
    (b"OggS", OGG),
    (b"ID3", MP3),
    (b"fLaC", FLAC),
    (b"%!PS", "application/postscript"),
)
#: Brands of MP4 files that hold sound alone: music, audio books.
_SOUND_BRANDS = (b"M4A ", b"M4B ")
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
_ZIP_START = (b"PK\x03\x04", b"PK\x05\x06")

_OLE_SEARCHED = 16 * 1024 * 1024  # bytes, at each place where a container's directory may be
_HEAD_BYTES = 65_536  # texts are told from their beginning
_CUT_BYTES = 4  # the longest character of UTF-8
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
        return kind_of_zip(data, content.suffix, is_whole=is_whole)
    if _is_pdf(data):
        return PDF
    for magic, media_type in _MAGIC:
        if data.startswith(magic):
            return media_type
    if data.startswith(b"RIFF"):
        return {b"WAVE": WAV, b"WEBP": "image/webp"}.get(data[8:12], UNKNOWN)
    if data.startswith(b"FORM") and data[8:12] in (b"AIFF", b"AIFC"):
        return AIFF
    if data[4:8] == b"ftyp":
        return M4A if data[8:12] in _SOUND_BRANDS else "video/mp4"
    if _is_mp3(data):
        return MP3
    text = decode_text(_cut(data))
    return UNKNOWN if text is None else kind_of_text(text, content.name, content.suffix)


def tell_media_type_of_file(file: FileOnDisk) -> str:
    """The kind of a file on the disk, of which no more than the beginning is ever held in memory.

    Raises `OSError` where the file cannot be read.
    """
    with file.file.open("rb") as opened:
        head = FileContent(file.path, opened.read(_HEAD_BYTES + _CUT_BYTES), file.sha256)
        is_whole = len(head.data) <= _HEAD_BYTES
        media_type = tell_media_type(head, is_whole=is_whole)
        if is_whole or media_type != UNKNOWN or not head.data.startswith((_OLE, *_ZIP_START)):
            return media_type
        with mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
            if head.data.startswith(_OLE):
                return _kind_of_ole(data, is_whole=True)
            return kind_of_zip(data, file.suffix, file=opened)


def _is_pdf(data: bytes) -> bool:
    """Whether a PDF begins here. Text may speak of `%PDF-1.4` too, but not at the start of a line."""
    header = _PDF_HEADER.search(data, 0, _PDF_HEADER_WITHIN)
    if header is None:
        return False
    before = data[: header.start()]
    begins_line = not before.strip() or before.endswith((b"\n", b"\r"))
    return begins_line or _PDF_OBJECT.search(data, header.end(), _HEAD_BYTES) is not None


def _is_mp3(data: bytes) -> bool:
    """Whether the frame header of a layer III begins here. (ISO 11172-3, 2.4.1.3: 11 set bits come first.)"""
    if len(data) < 4 or data[0] != 0xFF or data[1] & 0xE6 != 0xE2 or data[1] & 0x18 == 0x08:
        return False
    return data[2] >> 4 not in (0x0, 0xF) and data[2] & 0x0C != 0x0C


def _cut(data: bytes) -> bytes:
    """The beginning of a text, cut where no character is torn apart in the usual encodings."""
    if len(data) <= _HEAD_BYTES:
        return data
    end = _HEAD_BYTES
    while end > _HEAD_BYTES - _CUT_BYTES and data[end] & 0xC0 == 0x80:  # within a character of UTF-8
        end -= 1
    return data[:end]


def _kind_of_ole(data: Bytes, is_whole: bool) -> str:
    """The old Office container. Its directory names the streams in UTF-16."""
    sector_bytes = 1 << min(int.from_bytes(data[30:32], "little"), 16)
    root = (int.from_bytes(data[48:52], "little") + 1) * sector_bytes
    # The directory may be scattered, over the beginning or the end of a large file as its writer works.
    parts = [
        data[max(start, 0) : start + _OLE_SEARCHED]
        for start in (0, root, len(data) - _OLE_SEARCHED)
        if start == 0 or len(data) > _OLE_SEARCHED
    ]

    def names(stream: str) -> bool:
        return any(stream.encode("utf-16-le") in part for part in parts)

    for stream, media_type in _OLE_STREAMS[:1]:
        if names(stream):
            return media_type
    if (media_type_of_root := _OLE_CLASSES.get(data[root + 80 : root + 84])) is not None:
        return media_type_of_root
    if not is_whole:
        return UNKNOWN
    for stream, media_type in _OLE_STREAMS:
        if names(stream):
            return media_type
    return "application/x-ole-storage"
