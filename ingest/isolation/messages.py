"""What parent and child say to each other, as JSON values.

The child parses what strangers wrote, and may have become theirs: `decode_event` believes nothing. It makes
only the types of `ingest.loaders.protocol`, with fields of the right types and within their bounds, and
members only where they were to be put.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from ingest import errors
from ingest.errors import DamagedFile, UnreadableFile
from ingest.isolation.values import boxes_of, exact, flag, plain_text, text, texts, whole
from ingest.loaders.content import FileOnDisk
from ingest.loaders.protocol import (
    Closed,
    LoadOptions,
    MemberFound,
    MemberRefused,
    Ocr,
    Opened,
    PageLost,
    PageRead,
    ReadEvent,
)
from ingest.types import Document, Page

#: Kinds of message that are no events: an error in words, and memory that was not to be had.
FAILED, OUT_OF_MEMORY = "failed", "memory"

_KINDS: Mapping[str, type[UnreadableFile]] = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, UnreadableFile)
}
_OCR: Mapping[str, Ocr] = {"auto": "auto", "always": "always", "never": "never"}


def encode_request(file: FileOnDisk, options: LoadOptions, first_page: int) -> dict[str, object]:
    return {
        "path": os.fspath(file.path),
        "file": os.path.abspath(file.file),  # noqa: PTH100 - Path.absolute keeps "..", and the child stands elsewhere
        "sha256": file.sha256,
        "size_bytes": file.size_bytes,
        "passwords": list(options.passwords),
        "ocr": options.ocr,
        "scratch": None if options.scratch is None else os.path.abspath(options.scratch),  # noqa: PTH100 - as above
        "first_page": first_page,
    }


def decode_request(message: object) -> tuple[FileOnDisk, LoadOptions, int]:
    """A parent's request. Raises ValueError where it is none."""
    fields = exact(
        message,
        {"path", "file", "sha256", "size_bytes", "passwords", "ocr", "scratch", "first_page"},
    )
    file = FileOnDisk(
        Path(text(fields["path"])),
        Path(text(fields["file"])),
        text(fields["sha256"]),
        whole(fields["size_bytes"], least=0),
    )
    scratch = None if fields["scratch"] is None else Path(text(fields["scratch"]))
    if (ocr := _OCR.get(text(fields["ocr"]))) is None:
        raise ValueError("an unknown way to recognise pages")
    return file, LoadOptions(texts(fields["passwords"]), ocr, scratch), whole(fields["first_page"])


def encode_event(event: ReadEvent) -> dict[str, object]:
    match event:
        case Opened(document, page_count):
            return {
                "kind": "opened",
                "media_type": document.media_type,
                "title": document.title,
                "author": document.author,
                "name": document.name,
                "notes": document.notes,
                "language": document.language,
                "written": document.written,
                "page_count": page_count,
            }
        case PageRead(page):
            numbers: list[float] = []
            for box in page.boxes:
                numbers += (box.start, box.end, box.left, box.top, box.right, box.bottom)
            return {
                "kind": "page",
                "number": page.number,
                "text": page.text,
                "label": page.label,
                "headings": page.headings,
                "boxes": numbers,
                "recognised": page.recognised,
            }
        case PageLost(number, reason):
            return {"kind": "lost", "number": number, "reason": reason}
        case MemberFound(name, file):
            return {"kind": "member", "name": name, "file": os.path.abspath(file)}  # noqa: PTH100 - without ".."
        case MemberRefused(name, reason, locked):
            return {"kind": "refused", "name": name, "reason": reason, "locked": locked}
        case Closed(notes):
            return {"kind": "closed", "notes": notes}


def decode_event(message: object, file: FileOnDisk, scratch: Path | None) -> ReadEvent:
    """A child's message as the event it is. Raises ValueError where it is none that may be believed."""
    kind = message.get("kind") if isinstance(message, dict) else None
    if kind == "opened":
        return _decode_opened(message, file)
    if kind == "page":
        return PageRead(_decode_page(message))
    if kind == "lost":
        fields = exact(message, {"kind", "number", "reason"})
        return PageLost(whole(fields["number"]), plain_text(fields["reason"]))
    if kind == "member":
        fields = exact(message, {"kind", "name", "file"})
        return MemberFound(plain_text(fields["name"]), _member_file(text(fields["file"]), scratch))
    if kind == "refused":
        fields = exact(message, {"kind", "name", "reason", "locked"})
        return MemberRefused(plain_text(fields["name"]), plain_text(fields["reason"]), flag(fields["locked"]))
    if kind == "closed":
        return Closed(texts(exact(message, {"kind", "notes"})["notes"], plain=True))
    raise ValueError("an unknown kind of message")


def encode_error(error: UnreadableFile) -> dict[str, object]:
    kind = next((each.__name__ for each in type(error).__mro__ if each in _KINDS.values()), "DamagedFile")
    return {"kind": FAILED, "error": kind, "words": str(error)}


def decode_error(message: object) -> UnreadableFile:
    """The error a child met, of the same kind, or `DamagedFile` where that is not known here."""
    fields = exact(message, {"kind", "error", "words"})
    return _KINDS.get(text(fields["error"]), DamagedFile)(text(fields["words"]))


def _decode_opened(message: object, file: FileOnDisk) -> Opened:
    fields = exact(
        message,
        {"kind", "media_type", "title", "author", "name", "notes", "language", "written", "page_count"},
    )
    document = Document(
        sha256=file.sha256,
        media_type=plain_text(fields["media_type"]),
        title=plain_text(fields["title"]),
        pages=(),
        author=None if fields["author"] is None else plain_text(fields["author"]),
        name=plain_text(fields["name"]),
        notes=texts(fields["notes"], plain=True),
        language=None if fields["language"] is None else plain_text(fields["language"]),
        written=None if fields["written"] is None else plain_text(fields["written"]),
    )
    page_count = fields["page_count"]
    return Opened(document, None if page_count is None else whole(page_count, least=0))


def _decode_page(message: object) -> Page:
    fields = exact(message, {"kind", "number", "text", "label", "headings", "boxes", "recognised"})
    words = plain_text(fields["text"])
    return Page(
        whole(fields["number"]),
        words,
        plain_text(fields["label"]),
        texts(fields["headings"], plain=True),
        boxes_of(fields["boxes"], len(words)),
        flag(fields["recognised"]),
    )


def _member_file(path: str, scratch: Path | None) -> Path:
    """The member's file, if it is a plain one of its own in the scratch folder."""
    if scratch is None or "\0" in path:
        raise ValueError("a member without a place for it")
    file = Path(path)
    try:
        inside = file.parent.resolve(strict=True).is_relative_to(scratch.resolve(strict=True))
        found = file.lstat()
    except OSError as error:
        raise ValueError("a member that is not there") from error
    if not inside or file.name in ("", "..") or not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
        raise ValueError("a member that is no file of its own in the scratch folder")
    return file
