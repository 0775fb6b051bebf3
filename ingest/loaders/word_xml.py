"""Word's own XML of 2003: one file of markup that Word wrote in place of a DOC."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from typing import TYPE_CHECKING

from ingest.errors import EmptyFile
from ingest.loaders.content import FileContent
from ingest.loaders.metadata import tidy_day
from ingest.loaders.sections import Block, first_heading, sections_of
from ingest.loaders.tables import Cell, table_lines
from ingest.loaders.titles import choose_title, tidy_author
from ingest.media import XML
from ingest.types import Document

if TYPE_CHECKING:
    from lxml.etree import _Element

_WORD = "{http://schemas.microsoft.com/office/word/2003/wordml}"
_OFFICE = "{urn:schemas-microsoft-com:office:office}"
WORD_ROOT = f"{_WORD}wordDocument"
_TEXT_BOX = f"{_WORD}txbxContent"
_LEFT_OUT = frozenset({f"{_WORD}{name}" for name in ("hdr", "ftr", "sectPr", "pict", "instrText", "delText")})
_WHITE = {f"{_WORD}tab": "\t", f"{_WORD}br": "\n", f"{_WORD}cr": "\n", f"{_WORD}noBreakHyphen": "-"}
_HEADING_STYLE = re.compile(r"heading\s*([1-6])\Z", re.IGNORECASE)


def read_word_xml(content: FileContent, root: _Element) -> Document:
    """Paragraphs, headings and tables, in order; the words in a text box follow those it hangs on.

    Headers, footers and pictures are left out.
    """
    body = root.find(f"{_WORD}body")
    levels = _heading_levels(root)
    pages = sections_of(_blocks(body, levels) if body is not None else ())
    if not pages:
        raise EmptyFile(f"{content.name} is a Word document that shows no text.")

    def said(name: str) -> str | None:
        found = root.findtext(f"{_OFFICE}DocumentProperties/{_OFFICE}{name}")
        return None if found is None else str(found)

    return Document(
        content.sha256,
        XML,
        choose_title(content.path, said("Title"), first_heading(pages)),
        pages,
        author=tidy_author(said("Author")),
        written=tidy_day(said("LastSaved") or said("Created")),
    )


def _heading_levels(root: _Element) -> dict[str, int]:
    """Style ids to the levels of the headings that they stand for."""
    levels = {}
    for style in root.iter(f"{_WORD}style"):
        name = style.find(f"{_WORD}name")
        match = _HEADING_STYLE.match(name.get(f"{_WORD}val", "")) if name is not None else None
        if match is not None:
            levels[str(style.get(f"{_WORD}styleId"))] = int(match[1])
    return levels


def _blocks(parent: _Element, levels: dict[str, int]) -> Iterator[Block]:
    waiting = list(reversed(parent))
    while waiting:
        element = waiting.pop()
        if element.tag == f"{_WORD}p":
            style = element.find(f"{_WORD}pPr/{_WORD}pStyle")
            level = levels.get(str(style.get(f"{_WORD}val")), 0) if style is not None else 0
            is_item = element.find(f"{_WORD}pPr/{_WORD}listPr") is not None
            text = _text(element).strip()
            yield Block(f"- {text}" if is_item and text and not level else text, level, tight=is_item)
            waiting.extend(reversed(_text_boxes(element)))
        elif element.tag == f"{_WORD}tbl":
            rows = [
                [Cell(" ".join(_text(cell).split())) for cell in _own(row, "tc")]
                for row in _own(element, "tr")
            ]
            for index, line in enumerate(table_lines(rows)):
                yield Block(line, tight=index > 0)
            waiting.extend(reversed(_text_boxes(element)))
        elif element.tag not in _LEFT_OUT:
            waiting.extend(reversed(element))


def _text_boxes(element: _Element) -> list[_Element]:
    """The outermost ones in a paragraph or table, each as what holds its paragraphs."""
    return [
        box
        for box in element.iter(_TEXT_BOX)
        if not any(above.tag == _TEXT_BOX for above in _up_to(box, element))
    ]


def _up_to(inner: _Element, outer: _Element) -> Iterator[_Element]:
    return takewhile(lambda each: each is not outer, inner.iterancestors())


def _own(element: _Element, name: str) -> Iterator[_Element]:
    """A table's rows or a row's cells, without those of tables inside its cells."""
    for part in element.iter(f"{_WORD}{name}"):
        if next(part.iterancestors(element.tag), None) is element:
            yield part


def _text(element: _Element) -> str:
    pieces: list[str] = []
    waiting = [element]
    while waiting:
        node = waiting.pop()
        if node.tag in _LEFT_OUT:
            continue
        if node.tag == f"{_WORD}t":
            pieces.append(node.text or "")
        elif node.tag in _WHITE:
            pieces.append(_WHITE[node.tag])
        elif node.tag == f"{_WORD}p" and pieces:
            pieces.append(" ")
        waiting.extend(reversed(node))
    return "".join(pieces)
