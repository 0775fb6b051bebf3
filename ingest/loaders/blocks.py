"""An HTML tree as blocks of visible text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingest.loaders.sections import Block
from ingest.loaders.tables import Cell, table_lines

if TYPE_CHECKING:
    from bs4 import Tag

# Not the head as a whole: where it is never closed, the body hangs below it.
_NEVER_SHOWN = frozenset(
    {"script", "style", "template", "noscript", "title", "nav", "svg", "iframe", "object", "embed", "audio"}
    | {"video", "canvas", "map", "datalist", "input"}
)
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details"}
    | {"dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1"}
    | {"h2", "h3", "h4", "h5", "h6", "head", "header", "hgroup", "hr", "html", "legend", "li", "main"}
    | {"menu", "ol", "optgroup", "option", "p", "pre", "section", "select", "summary", "table", "tbody"}
    | {"td", "tfoot", "th", "thead", "tr", "ul"}
)
_LISTS = frozenset({"ul", "ol", "menu", "dir"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_PAGE_LAYOUT = _HEADINGS | {"table"}  # in a table, these say that it lays out a page
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_LINE_END = "\v"  # stands for <br> until the white space of the source is folded
_DEEPEST = 150  # levels of nesting read as structure; below, all text is one block
_LONGEST_HEADING = 300  # characters; a heading left open by mistake holds half the page


def blocks_of(element: Tag, depth: int = 0, indent: str = "") -> Iterator[Block]:
    """The visible text below an element, in reading order. Nothing visible is left out."""
    from bs4 import Tag

    gathered: list[str] = []
    for child in element.children:
        if not isinstance(child, Tag):
            gathered.append(_plain(child))
        elif _is_hidden(child):
            continue
        elif child.name == "br":
            gathered.append(_LINE_END)
        elif depth >= _DEEPEST:
            gathered.append(_text(child, " "))
        elif child.name in _BLOCKS or _holds(child, _BLOCKS):
            yield from _paragraph(gathered, indent)
            gathered = []
            yield from _structure(child, depth + 1, indent)
        else:
            gathered.append(_text(child))
    yield from _paragraph(gathered, indent)


def _structure(tag: Tag, depth: int, indent: str) -> Iterator[Block]:
    if tag.name in _HEADINGS:
        text = _fold(_text(tag, " "), " ")
        if len(text) <= _LONGEST_HEADING:
            yield Block(text, level=int(tag.name[1]))
            return
    elif tag.name == "pre":
        yield Block(_text(tag).replace(_LINE_END, "\n"))
        return
    elif tag.name == "table" and not _holds(tag, _PAGE_LAYOUT):
        yield from _table(tag, indent)
        return
    elif tag.name in _LISTS:
        yield from _list(tag, depth, indent)
        return
    yield from blocks_of(tag, depth, indent)


def _list(tag: Tag, depth: int, indent: str) -> Iterator[Block]:
    from bs4 import Tag

    number = _whole_number(tag.get("start"))
    for child in tag.children:
        if not isinstance(child, Tag):
            yield from _paragraph([_plain(child)], indent)
        elif _is_hidden(child):
            continue
        elif child.name == "li":
            yield from _item(child, depth + 1, indent, f"{number}. " if tag.name == "ol" else "- ")
            number += 1
        elif depth < _DEEPEST:
            yield from _structure(child, depth + 1, indent + "  ")
        else:
            yield from _paragraph([_text(child, " ")], indent)


def _item(tag: Tag, depth: int, indent: str, marker: str) -> Iterator[Block]:
    is_marked = False
    for block in blocks_of(tag, depth, indent + "  "):
        if block.level > 0:
            yield block
        elif is_marked:
            yield Block(block.text, tight=True)
        else:
            yield Block(f"{indent}{marker}{block.text.strip()}", tight=True)
            is_marked = True


def _table(tag: Tag, indent: str) -> Iterator[Block]:
    from bs4 import Tag

    for part in tag.children:  # captions, and text that stands in no cell
        if not isinstance(part, Tag):
            yield from _paragraph([_plain(part)], indent)
        elif part.find("tr") is None and part.name != "tr" and not _is_hidden(part):
            yield from _paragraph([_text(part, " ")], indent)
    rows = [
        [
            Cell(
                text=_fold(_text(cell, " "), " "),
                is_header=cell.name == "th",
                columns=_whole_number(cell.get("colspan")),
                rows=_whole_number(cell.get("rowspan")),
            )
            for cell in row.find_all(["td", "th"])
            if not _is_hidden(cell)
        ]
        for row in tag.find_all("tr")
        if not _is_hidden(row)
    ]
    for index, line in enumerate(table_lines([row for row in rows if row])):
        yield Block(indent + line, tight=index > 0)


def _paragraph(gathered: list[str], indent: str) -> Iterator[Block]:
    lines = _fold("".join(gathered), "\n").split("\n")
    text = "\n".join(indent + line for line in lines if line)
    if text:
        yield Block(text)


def _fold(text: str, line_end: str) -> str:
    """White space of the source folded to single spaces; each `<br>` becomes `line_end`."""
    return line_end.join(_SPACE.sub(" ", line).strip() for line in text.split(_LINE_END)).strip()


def _holds(tag: Tag, names: frozenset[str]) -> bool:
    """Whether any element below has one of the names. (The tree's own search is some 50 times slower.)"""
    from bs4 import Tag

    return any(node.name in names for node in tag.descendants if isinstance(node, Tag))


def _is_hidden(tag: Tag) -> bool:
    if tag.name in _NEVER_SHOWN or tag.has_attr("hidden"):
        return True
    style = tag.get("style")
    return isinstance(style, str) and _HIDDEN_STYLE.search(style) is not None


def _text(tag: Tag, around_blocks: str = "") -> str:
    """All visible text of an element in one piece, `around_blocks` where a block begins or ends."""
    from bs4 import Tag

    pieces: list[str] = []
    skipped: Tag | None = None
    for node in tag.descendants:
        if skipped is not None and any(parent is skipped for parent in node.parents):
            continue
        skipped = None
        if not isinstance(node, Tag):
            pieces.append(_plain(node))
        elif _is_hidden(node):
            skipped = node
        elif node.name == "br":
            pieces.append(_LINE_END)
        elif node.name in _BLOCKS:
            pieces.append(around_blocks)
    return "".join(pieces)


def _plain(node: object) -> str:
    """A text node's text; comments, doctypes and the like have none."""
    from bs4.element import NavigableString, PreformattedString

    is_text = isinstance(node, NavigableString) and not isinstance(node, PreformattedString)
    return str(node).replace(_LINE_END, " ") if is_text else ""


def _whole_number(value: object) -> int:
    """An attribute's number; 1 where it has none that makes sense."""
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
