"""What a file is, told from its content. Its name only breaks ties that the content leaves open."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from ingest.loaders.content import FileContent
from ingest.loaders.encoding import decode_text

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#: A Word, Excel or PowerPoint file under a password: which of them shows only once it is open.
ENCRYPTED_OFFICE = "application/x-encrypted-office"
HTML = "text/html"
MARKDOWN = "text/markdown"
PLAIN_TEXT = "text/plain"
CSV = "text/csv"
TSV = "text/tab-separated-values"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
DOC = "application/msword"
XLS = "application/vnd.ms-excel"
PPT = "application/vnd.ms-powerpoint"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
ODP = "application/vnd.oasis.opendocument.presentation"
RTF = "application/rtf"
EPUB = "application/epub+zip"
RST = "text/x-rst"
JSON = "application/json"
JSON_LINES = "application/jsonl"
NOTEBOOK = "application/x-ipynb+json"
MAIL = "message/rfc822"
XML = "application/xml"
SOURCE_CODE = "text/x-source"
PNG = "image/png"
JPEG = "image/jpeg"
TIFF = "image/tiff"
ZIP = "application/zip"
UNKNOWN = "application/octet-stream"

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
_OLE_STREAMS = (
    ("EncryptedPackage", ENCRYPTED_OFFICE),
    ("WordDocument", DOC),
    ("Workbook", XLS),
    ("PowerPoint Document", PPT),
    ("__substg1.0_", "application/vnd.ms-outlook"),
)
_ZIP_FOLDERS = (("word/", DOCX), ("xl/", XLSX), ("ppt/", PPTX))
_TEXT_SUFFIXES = {
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".mdown": MARKDOWN,
    ".mkd": MARKDOWN,
    ".csv": CSV,
    ".tsv": TSV,
    ".eml": MAIL,
    ".json": JSON,
    ".jsonl": JSON_LINES,
    ".ipynb": NOTEBOOK,
    ".svg": "image/svg+xml",
    ".xml": XML,
}
_PLAIN_SUFFIXES = frozenset({".txt", ".text", ".log"})
_HTML_SUFFIXES = frozenset({".html", ".htm", ".xhtml"})

_PDF_HEADER_WITHIN = 1024  # readers accept that many bytes of something else before it
_SNIFFED_CHARACTERS = 4096
_HTML_START = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_HTML_ELEMENT = re.compile(
    r"<(?:html|head|body|div|p|span|table|h[1-6]|ul|ol|a|br|meta|title)\b", re.IGNORECASE
)
_XML_START = re.compile(r"\s*<\?xml\b", re.IGNORECASE)
_MAIL_HEADER = re.compile(
    r"^(?:From|To|Cc|Date|Subject|Received|Return-Path|Message-ID|MIME-Version|Content-Type): ?\S",
    re.IGNORECASE,
)
_MAIL_HEADERS_NEEDED = 4


def tell_media_type(content: FileContent) -> str:
    """The kind of file, as a media type; `UNKNOWN` where nothing fits. Never raises."""
    data = content.data
    if data.startswith(_OLE):
        return _kind_of_ole(data)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(data)
    if b"%PDF-" in data[:_PDF_HEADER_WITHIN]:
        return PDF
    for magic, media_type in _MAGIC:
        if data.startswith(magic):
            return media_type
    if data.startswith(b"RIFF"):
        return {b"WAVE": "audio/wav", b"WEBP": "image/webp"}.get(data[8:12], UNKNOWN)
    if data[4:8] == b"ftyp":
        return "video/mp4"
    text = decode_text(data)
    return UNKNOWN if text is None else _kind_of_text(text, content.suffix)


def _kind_of_ole(data: bytes) -> str:
    """The old Office container. Its directory names the streams in UTF-16."""
    for stream, media_type in _OLE_STREAMS:
        if stream.encode("utf-16-le") in data:
            return media_type
    return "application/x-ole-storage"


def _kind_of_zip(data: bytes) -> str:
    """Office and e-book files are zips, told apart by their members."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if "mimetype" in names:
                with archive.open("mimetype") as member:
                    return member.read(128).decode("ascii", errors="replace").strip() or ZIP
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, EOFError, ValueError):
        # Cut short: the directory at its end is gone, but each member still begins with its name.
        names = [name.decode("utf-8", errors="replace") for name in _member_names(data)]
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


def _kind_of_text(text: str, suffix: str) -> str:
    start = text[:_SNIFFED_CHARACTERS].lstrip("\ufeff")
    if _HTML_START.match(start):
        return HTML
    if suffix in _HTML_SUFFIXES and _HTML_ELEMENT.search(text):
        return HTML
    if _XML_START.match(start):
        return HTML if "<html" in start.lower() else _TEXT_SUFFIXES.get(suffix, "application/xml")
    if suffix in _TEXT_SUFFIXES:
        return _TEXT_SUFFIXES[suffix]
    if suffix not in _PLAIN_SUFFIXES and _looks_like_mail(start):
        return MAIL
    if _starts_with_element(start):
        return HTML
    return PLAIN_TEXT


def _starts_with_element(start: str) -> bool:
    """A fragment of a page, saved without its head."""
    match = _HTML_ELEMENT.match(start.lstrip())
    return match is not None and f"</{match[0][1:]}" in start.lower()


def _looks_like_mail(start: str) -> bool:
    head = start.split("\n\n", 1)[0].splitlines()
    return sum(_MAIL_HEADER.match(line) is not None for line in head) >= _MAIL_HEADERS_NEEDED
