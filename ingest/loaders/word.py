"""Word files (DOCX), by way of HTML."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator

from ingest.loaders.blocks import blocks_of
from ingest.loaders.characters import clean
from ingest.loaders.content import FileContent
from ingest.loaders.encoding import decode_text
from ingest.loaders.office_package import (
    OfficePackage,
    attribute,
    document_of,
    local_name,
    open_package,
)
from ingest.loaders.protocol import DEFAULT_OPTIONS, LoadOptions
from ingest.loaders.sections import sections_of
from ingest.loaders.soup import parse_html
from ingest.loaders.word_body import PreparedBody, commented_texts, paragraph_lines, prepare_body
from ingest.media import DOCX
from ingest.types import Document, Page

_BODY = "word/document.xml"
_STYLE_MAP = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
"""
_NOTES = re.compile(r'<ol><li id="(?:foot|end)note-')
_BACK_TO_TEXT = re.compile(r'\s*<a href="#(?:foot|end)note-ref-[^"]*">↑</a>')
_NOTE_MARK = re.compile(r"<sup>(<a href=\"#(?:foot|end)note-[^>]*>)\[(\d+)\]</a></sup>")
_MARKUP_BODY = re.compile(r"<body\b[^>]*>(.*?)(?:</body\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")


class WordLoader:
    """Reads DOCX: headings, paragraphs, lists, tables, text boxes, imported pages, formulas on one line.

    Notes, comments, and the headers and footers of all pages follow the text, as pages of their own.
    Text deleted under change tracking is left out.
    """

    @property
    def media_types(self) -> frozenset[str]:
        return frozenset({DOCX})

    def load(
        self,
        content: FileContent,
        options: LoadOptions = DEFAULT_OPTIONS,  # noqa: ARG002 - one under a password is of another kind until opened
    ) -> Document:
        with open_package(content, "Word") as package:
            main = next(iter(package.related("", "officeDocument")), _BODY)
            body = prepare_body(package, main)
            markup = _to_html(package.copy(lambda name, data: body.xml if name == main else data))
            for mark, name in body.imported.items():
                markup = markup.replace(mark, _imported(package, name))
            text, notes = _without_notes(markup)
            pages = sections_of(blocks_of(parse_html(text)))
            after = [
                ("notes", _lines_of(notes)),
                ("comments", list(_comments(package, main))),
                ("headers and footers", _headers_and_footers(package, main)),
            ]
            properties = package.properties()
        added = [(label, clean("\n".join(lines))) for label, lines in after if lines]
        return document_of(
            content,
            DOCX,
            (*pages, *(Page(len(pages) + n, each, label) for n, (label, each) in enumerate(added, start=1))),
            properties,
            " ".join([*_embedded(body), "It may hold only pictures: those are not read."]),
            _embedded(body),
        )


def _to_html(file: io.BytesIO) -> str:
    import mammoth

    def no_picture(image: object) -> list[object]:  # noqa: ARG001 - mammoth passes the picture
        return []

    result = mammoth.convert_to_html(file, style_map=_STYLE_MAP, convert_image=no_picture)
    return _NOTE_MARK.sub(r" \1[note \2]</a>", str(result.value))


def _without_notes(markup: str) -> tuple[str, str]:
    """The text and the list of notes that the converter puts below it."""
    notes = _NOTES.search(markup)
    return (markup[: notes.start()], markup[notes.start() :]) if notes else (markup, "")


def _lines_of(notes: str) -> list[str]:
    items = blocks_of(parse_html(_BACK_TO_TEXT.sub("", notes)))
    return [re.sub(r"\A(\d+)\. ", r"[note \1] ", each.text) for each in items]


def _imported(package: OfficePackage, name: str) -> str:
    """A file that the text takes in at one place (`altChunk`), as markup."""
    data = package.read(name)
    if data.startswith(b"PK"):
        return _without_notes(_to_html(io.BytesIO(data)))[0]
    text = decode_text(data) or ""
    if text.lstrip()[:13].lower() == "mime-version:":
        text = _page_of_archive(data)
    body = _MARKUP_BODY.search(text)
    if body or "<" in text[:400]:
        return f"<div>{body[1] if body else text}</div>"
    return f"<pre>{html.escape(text)}</pre>"


def _page_of_archive(data: bytes) -> str:
    """The first page of a web archive (MHT)."""
    import email.policy
    from email.message import EmailMessage

    message = email.message_from_bytes(data, policy=email.policy.default)
    for part in message.walk():
        if isinstance(part, EmailMessage) and part.get_content_type() == "text/html":
            return str(part.get_content())
    return ""


def _comments(package: OfficePackage, main: str) -> Iterator[str]:
    """`Ada on “five percent”: Is that so?`, in the order of the file."""
    body = package.tree(main)
    written_on = commented_texts(body) if body is not None else {}
    for name in package.related(main, "comments"):
        for each in package.tree(name) or ():
            if local_name(each) == "comment" and (lines := paragraph_lines(each)):
                words = " ".join(written_on.get(attribute(each, "id") or "", "").split())
                author = attribute(each, "author") or "Comment"
                yield f"{author}{f' on “{words}”' if words else ''}: {' '.join(lines)}"


def _headers_and_footers(package: OfficePackage, main: str) -> list[str]:
    """Each line once; lines without a letter are page numbers."""
    names = [name for kind in ("header", "footer") for name in package.related(main, kind)]
    trees = [tree for name in names if (tree := package.tree(name)) is not None]
    lines = dict.fromkeys(line for tree in trees for line in paragraph_lines(tree))
    return [line for line in lines if _LETTER.search(line)]


def _embedded(body: PreparedBody) -> tuple[str, ...]:
    if not body.embedded:
        return ()
    kinds = ", ".join(dict.fromkeys(body.embedded))
    return (
        f"It holds {len(body.embedded)} embedded file(s) ({kinds}), which are not read. Save them as files "
        "of their own to have them read.",
    )
