"""Mail: who wrote what to whom and when, and the files that came with it."""

from __future__ import annotations

from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from ingest.errors import DamagedFile, EmptyFile
from ingest.loaders.attachments import BROKEN_PART, attachments_of, take_out
from ingest.loaders.characters import clean
from ingest.loaders.content import FileOnDisk
from ingest.loaders.encoding import decode_text
from ingest.loaders.metadata import tidy_day
from ingest.loaders.parts import text_pages
from ingest.loaders.protocol import DEFAULT_OPTIONS, Closed, LoadOptions, Opened, PageRead, ReadEvent
from ingest.loaders.titles import choose_title, tidy_author
from ingest.loaders.web import read_page
from ingest.media import MAIL
from ingest.types import Document, Page

_SHOWN = ("Subject", "From", "To", "Cc", "Date")
_SEALED = frozenset({"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})
_MOST_RECIPIENTS = 600  # characters of a line of addresses


class MailLoader:
    """Reads mails (EML): a few lines of headers and the text, in pages; attachments as members.

    Of a text that came twice the plain one is read, unless it is empty. Without a scratch folder the
    attachments are named in a note. Pictures that the text shows are left out.
    """

    @property
    def media_types(self) -> frozenset[str]:
        return frozenset({MAIL})

    def read(
        self, file: FileOnDisk, options: LoadOptions = DEFAULT_OPTIONS, *, first_page: int = 1
    ) -> Iterator[ReadEvent]:
        try:
            message = _parse(file.file.read_bytes())
            pages = _pages(message)
            document = _document(file, message)
        except BROKEN_PART as error:
            raise DamagedFile(
                f"{file.name} could not be read as a mail: {type(error).__name__}: {error}. Open it in a "
                "mail program and save it again."
            ) from error
        attachments = list(attachments_of(message))
        if not pages and not attachments:
            raise EmptyFile(f"{file.name} is called a mail, and holds neither headers nor text.")
        yield Opened(document, len(pages))
        for page in pages[first_page - 1 :]:
            yield PageRead(page)
        notes = ["Its text is encrypted: only the headers are read."] if _is_sealed(message) else []
        if options.scratch is not None:
            yield from take_out(attachments, options.scratch)
        elif attachments:
            names = ", ".join(each.name for each in attachments)
            notes.append(f"Not read, because they lie inside the mail: {names}.")
        yield Closed(tuple(notes))


def _parse(data: bytes) -> EmailMessage:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or 0 in data[:64]:  # saved from a program that writes UTF-16
        data = (decode_text(data) or "").encode("utf-8")
    if data.startswith(b"From "):  # how mailboxes begin each message
        data = data.partition(b"\n")[2]
    return BytesParser(EmailMessage, policy=policy.default).parsebytes(data.lstrip(b"\xef\xbb\xbf\r\n"))


def _document(file: FileOnDisk, message: EmailMessage) -> Document:
    sender = _header(message, "From")
    return Document(
        sha256=file.sha256,
        media_type=MAIL,
        title=choose_title(file.path, _header(message, "Subject")),
        pages=(),
        author=tidy_author(_name_of(sender)),
        written=tidy_day(_header(message, "Date")),
    )


def _pages(message: EmailMessage) -> tuple[Page, ...]:
    lines = [f"{name}: {value}" for name in _SHOWN if (value := _header(message, name))]
    body = _body(message).strip("\n")
    text = "\n\n".join(part for part in ("\n".join(lines), body) if part.strip())
    subject = " ".join(_header(message, "Subject").split())
    return text_pages(text, headings=(subject,) if subject else (), whole="the message")


def _body(message: EmailMessage) -> str:
    for kind in ("plain", "html"):
        part = message.get_body(preferencelist=(kind,))
        if part is None and message.is_multipart():
            part = next((each for each in message.walk() if each.get_content_type() == f"text/{kind}"), None)
        if not isinstance(part, EmailMessage) or part.is_attachment():
            continue
        text = _text_of(part)
        if kind == "html":
            pages, _ = read_page(text)
            text = "\n\n".join(page.text for page in pages)
        if text.strip():
            return clean(text)
    return ""


def _text_of(part: EmailMessage) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    return decode_text(data, part.get_content_charset()) or ""


def _header(message: EmailMessage, name: str) -> str:
    try:
        value = str(message.get(name) or "")
    except BROKEN_PART:  # a mail is more than one header
        return ""
    value = " ".join(clean(value.encode("utf-8", "replace").decode("utf-8")).split())
    return value if len(value) <= _MOST_RECIPIENTS else f"{value[:_MOST_RECIPIENTS].rsplit(',', 1)[0]} …"


def _name_of(sender: str) -> str:
    name = sender.partition("<")[0].strip().strip('"').strip()
    return name or sender.strip("<> ")


def _is_sealed(message: EmailMessage) -> bool:
    return message.get_content_type() in _SEALED
