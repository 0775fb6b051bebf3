"""XML: its text, with enough of its structure to be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingest.errors import EmptyFile
from ingest.loaders.characters import clean
from ingest.loaders.content import FileContent
from ingest.loaders.encoding import decode_text
from ingest.loaders.parts import text_pages
from ingest.loaders.protocol import DEFAULT_OPTIONS, LoadOptions
from ingest.loaders.text import document_of_text
from ingest.loaders.titles import choose_title, tidy_author
from ingest.loaders.word_xml import WORD_ROOT, read_word_xml
from ingest.media import SVG, XML, tell_media_type
from ingest.types import Document

if TYPE_CHECKING:
    from lxml.etree import _Element

_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_DECLARED_ENCODING = re.compile(rb"""\A\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._:-]+)""")
_TAG = re.compile(r"<[^<>]*>")
_TITLES = frozenset({"title", "headline"})
_HEADS = frozenset({"channel", "head", "header", "info", "metadata", "front", "fileDesc"})
_NEVER_SHOWN = frozenset({"script", "style", "binData", "binary", "metadata"})
_TECHNICAL = re.compile(r"(?:schemaLocation|style|class|id|href|src|version|space|rsid\w*|xmlns\w*)\Z", re.I)
_LONGEST_ATTRIBUTE = 300


class MarkupLoader:
    """Reads XML of any kind, and the words in SVG drawings. No entity is expanded and no other file read.

    An element with nothing but text becomes `name: text`; one with text and elements side by side is a
    paragraph. Word's own XML of 2003 is read as the document it is.
    """

    @property
    def media_types(self) -> frozenset[str]:
        return frozenset({XML, SVG})

    def load(
        self,
        content: FileContent,
        options: LoadOptions = DEFAULT_OPTIONS,  # noqa: ARG002 - no XML is encrypted; the seam has it for kinds that are
    ) -> Document:
        kind = tell_media_type(content)
        if kind not in self.media_types:
            kind = XML  # asked to read it as XML all the same
        declared = _DECLARED_ENCODING.match(content.data)
        text = decode_text(content.data, declared[1].decode("ascii") if declared else None)
        root = _parse(text) if text is not None else None
        if text is None or root is None:
            return document_of_text(content, kind, ("It is no valid XML: read as plain text.",))
        if root.tag == WORD_ROOT:
            return read_word_xml(content, root)
        names = kind == XML
        pages = text_pages("\n".join(_lines(root, names)).strip("\n"))
        if not pages:
            if _TAG.sub("", text).strip() and kind == XML:  # nested too deep for the parser, for one
                return document_of_text(content, kind, ("It is no valid XML: read as plain text.",))
            raise EmptyFile(f"{content.name} holds no text between its tags.")
        return Document(
            content.sha256,
            kind,
            choose_title(content.path, _said(root, _TITLES)),
            pages,
            author=tidy_author(_said(root, frozenset({"author", "creator"}))),
        )


def _parse(text: str) -> _Element | None:
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        recover=True,
        huge_tree=True,
        remove_pis=True,
        remove_comments=True,
    )
    try:
        return etree.fromstring(_DECLARATION.sub("", text.lstrip("\ufeff")).replace("\x00", ""), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _lines(root: _Element, names: bool) -> Iterator[str]:
    """The text in reading order; a blank line where an element with elements in it begins."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        name = _local(element)
        if name in _NEVER_SHOWN:
            continue
        children = [child for child in element if isinstance(child.tag, str)]
        attributes = _attributes(element) if names else ""
        if not children or _is_mixed(element):
            text = " ".join(clean("".join(element.itertext())).split())
            label = f"{name} ({attributes})" if attributes else name
            if text and names and not children:
                yield f"{label}: {text}"
            elif text:
                yield f"\n{text}"
            elif attributes:
                yield label
            continue
        yield f"\n{name} ({attributes})" if attributes else ""
        waiting.extend(reversed(children))


def _is_mixed(element: _Element) -> bool:
    texts = [element.text, *(child.tail for child in element)]
    return any(text and text.strip() for text in texts)


def _attributes(element: _Element) -> str:
    said = ((_bare(str(name)), " ".join(str(value).split())) for name, value in element.attrib.items())
    return ", ".join(
        f"{name} {value}"
        for name, value in said
        if value and not _TECHNICAL.match(name) and len(value) <= _LONGEST_ATTRIBUTE
    )


def _said(root: _Element, names: frozenset[str]) -> str | None:
    """The text of the first element so called at the top, or in the part that describes the whole."""
    for level in (root, *(child for child in root if isinstance(child.tag, str) and _local(child) in _HEADS)):
        for child in level:
            if isinstance(child.tag, str) and _local(child) in names and len(child) == 0 and child.text:
                return str(child.text)
    return None


def _local(element: _Element) -> str:
    return _bare(str(element.tag))


def _bare(name: str) -> str:
    return name.rpartition("}")[2]
