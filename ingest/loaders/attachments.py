"""The files that came with a mail. Their names were chosen by strangers: none is used as a path."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path, PurePosixPath

from ingest.loaders.characters import clean
from ingest.loaders.protocol import MemberFound, MemberRefused

_MOST_ATTACHMENTS = 1000
_MOST_BYTES = 1024**3
_LONGEST_NAME = 120
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,10}\Z")
_NOT_IN_A_NAME = re.compile(r"[^\w .,()-]")
_SUFFIXES = {"text/html": ".html", "text/plain": ".txt", "application/pdf": ".pdf"}
#: What the standard library's parser raises on headers and parts that it did not expect.
BROKEN_PART = (ValueError, LookupError, AttributeError, TypeError, AssertionError, RecursionError)
_SIGNATURES = frozenset({"application/pgp-signature", "application/pkcs7-signature"})


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a mail. `name` holds no folder, no control character, and is never empty."""

    name: str
    part: EmailMessage

    def data(self) -> bytes:
        """Its bytes, decoded. An attached mail is given as it lies."""
        if self.part.get_content_maintype() == "message":
            return b"".join(inner.as_bytes() for inner in self.part.iter_parts())
        payload = self.part.get_payload(decode=True)
        return payload if isinstance(payload, bytes) else b""


def attachments_of(message: EmailMessage) -> Iterator[Attachment]:
    """The attached files, each under a name of its own. What an attached mail holds stays inside it."""
    used: set[str] = set()
    for number, part in enumerate(_attached(message), start=1):
        name = _name(part, number)
        while name.lower() in used:
            name = f"{number}-{name}"
        used.add(name.lower())
        yield Attachment(name, part)


def take_out(attachments: Sequence[Attachment], scratch: Path) -> Iterator[MemberFound | MemberRefused]:
    """Write them into the folder under names of our own, each as a new file."""
    taken = 0
    for number, attachment in enumerate(attachments, start=1):
        if number > _MOST_ATTACHMENTS:
            yield MemberRefused(
                attachment.name, f"The mail holds more than {_MOST_ATTACHMENTS} files: no more are read."
            )
            continue
        try:
            data = attachment.data()
        except BROKEN_PART as error:
            yield MemberRefused(attachment.name, f"It could not be decoded: {type(error).__name__}: {error}.")
            continue
        taken += len(data)
        if not data:
            yield MemberRefused(attachment.name, "It is empty.")
        elif taken > _MOST_BYTES:
            yield MemberRefused(
                attachment.name, f"The files in the mail come to more than {_MOST_BYTES // 1024**2} MB."
            )
        else:
            suffix = _SUFFIX.search(attachment.name)
            file = scratch / f"attachment-{number:04d}{suffix[0].lower() if suffix else ''}"
            with file.open("xb") as opened:
                opened.write(data)
            yield MemberFound(attachment.name, file)


def _attached(message: EmailMessage) -> Iterator[EmailMessage]:
    kind = message.get_content_type()
    if kind.startswith("multipart/"):
        for part in message.iter_parts():
            if isinstance(part, EmailMessage):
                yield from _attached(part)
    elif kind in _SIGNATURES or _is_shown_picture(message):
        return
    elif (
        message.is_attachment()
        or message.get_filename()
        or kind.partition("/")[0] not in ("text", "multipart")
    ):
        yield message


def _is_shown_picture(part: EmailMessage) -> bool:
    return part.get_content_maintype() == "image" and part.get("Content-ID") is not None


def _name(part: EmailMessage, number: int) -> str:
    given = " ".join(clean(part.get_filename() or "").replace("\\", "/").split())
    name = PurePosixPath(given.encode("utf-8", "replace").decode("utf-8")).name.strip(". ")
    if name:
        stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix
        return f"{stem[:_LONGEST_NAME]}{suffix[:16]}"
    if part.get_content_maintype() == "message":
        inner = next(iter(part.iter_parts()), None)
        subject = " ".join(clean(str(inner.get("Subject") or "") if inner is not None else "").split())
        named = _NOT_IN_A_NAME.sub("_", subject)[:_LONGEST_NAME]
        return f"{named or f'message {number}'}.eml"
    return f"attachment {number}{_SUFFIXES.get(part.get_content_type(), '')}"
