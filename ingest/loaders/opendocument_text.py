"""The text of OpenDocument's XML as blocks: headings, paragraphs, lists, tables, boxes."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from ingest.loaders.office_package import attribute, local_name
from ingest.loaders.sections import Block
from ingest.loaders.tables import Cell, table_lines

_NEVER_SHOWN = frozenset(
    {"tracked-changes", "table-of-content", "forms", "sequence-decls", "variable-decls", "user-field-decls"}
    | {"title", "desc", "event-listeners", "notes"}
)
_APART = frozenset({"note", "annotation"})  # gathered, not read where they stand
_DEEPEST = 100


class Flow:
    """Reads parts of a document in order and gathers notes and comments as it meets them."""

    def __init__(self, root: ET.Element) -> None:
        self.notes: list[str] = []
        self.comments: list[str] = []
        self._numbered = frozenset(
            attribute(style, "name")
            for style in root.iter()
            if local_name(style) == "list-style"
            and next(map(local_name, style), "") == "list-level-style-number"
        )
        self._titles = {
            attribute(style, "name")
            for style in root.iter()
            if local_name(style) == "style" and attribute(style, "parent-style-name") == "Title"
        } | {"Title"}

    def blocks(self, element: ET.Element, depth: int = 0) -> Iterator[Block]:
        """All visible text of an element and of what is below it."""
        name = local_name(element)
        if name in _NEVER_SHOWN:
            return
        if name in ("h", "p"):
            is_title = attribute(element, "style-name") in self._titles
            level = _level(element) if name == "h" else int(is_title)
            yield Block(self._gathered(element), level)
            yield from self._boxes(element, depth)
        elif name in _APART:
            self._gather_one(element)
        elif name == "list" and depth < _DEEPEST:
            yield from self._list(element, depth, attribute(element, "style-name"))
        elif name == "table":
            yield from self._table(element)
        elif depth < _DEEPEST:
            for child in element:
                yield from self.blocks(child, depth + 1)
        else:
            yield Block(plain_text(element))

    def gather(self, element: ET.Element) -> None:
        """Keep the notes and comments at or below an element."""
        if local_name(element) in _APART:
            self._gather_one(element)
        else:
            for child in element:
                self.gather(child)

    def _gathered(self, paragraph: ET.Element) -> str:
        first = len(self.notes)
        self.gather(paragraph)
        marks = iter(range(first + 1, len(self.notes) + 1))
        return "".join(_pieces(paragraph, marks)).strip()

    def _gather_one(self, element: ET.Element) -> None:
        paragraphs = [plain_text(each) for each in element.iter() if local_name(each) in ("p", "h")]
        text = " ".join(each for each in paragraphs if each)
        if local_name(element) == "note":
            self.notes.append(f"[note {len(self.notes) + 1}] {text}")
        elif text:
            author = next((each.text for each in element if local_name(each) == "creator"), None)
            self.comments.append(f"{author or 'Comment'}: {text}")

    def _boxes(self, paragraph: ET.Element, depth: int) -> Iterator[Block]:
        """Text boxes and the like that hang on a paragraph."""
        for each in paragraph:
            if local_name(each) in ("frame", "custom-shape", "g", "rect", "text-box", "a", "span"):
                if local_name(each) in ("a", "span"):
                    yield from self._boxes(each, depth + 1) if depth < _DEEPEST else ()
                else:
                    yield from self.blocks(each, depth + 1)

    def _list(self, element: ET.Element, depth: int, style: str | None, indent: str = "") -> Iterator[Block]:
        number = 0
        for item in element:
            number += local_name(item) == "list-item"
            mark = f"{number}. " if style in self._numbered else "- "
            for child in item:
                if local_name(child) == "list":
                    inner = attribute(child, "style-name") or style
                    yield from self._list(child, depth + 1, inner, indent + "  ") if depth < _DEEPEST else ()
                    continue
                for block in self.blocks(child, depth + 1):
                    if block.level or not block.text.strip():
                        yield block
                    else:
                        marked = mark if local_name(item) == "list-item" else ""
                        yield Block(f"{indent}{marked}{block.text.strip()}", tight=True)
                        mark = ""

    def _table(self, table: ET.Element) -> Iterator[Block]:
        heads = {row for part in table.iter() if local_name(part) == "table-header-rows" for row in part}
        rows = [
            [
                Cell(
                    " ".join(" ".join(self._cell_lines(cell)).split()),
                    is_header=row in heads,
                    columns=_count(cell, "number-columns-spanned"),
                    rows=_count(cell, "number-rows-spanned"),
                )
                for cell in row
                if local_name(cell) == "table-cell"
            ]
            for row in _own_rows(table)
        ]
        for index, line in enumerate(table_lines([row for row in rows if row])):
            yield Block(line, tight=index > 0)

    def _cell_lines(self, cell: ET.Element) -> list[str]:
        return [block.text for child in cell for block in self.blocks(child, 1)]


def plain_text(element: ET.Element) -> str:
    """The text of an element on its lines, without notes and comments."""
    return "".join(_pieces(element, iter(()))).strip()


def _pieces(element: ET.Element, marks: Iterator[int]) -> Iterator[str]:
    """White space is folded as the format says: only its own elements make more than one space."""
    yield _folded(element.text)
    for child in element:
        match local_name(child):
            case "s":
                yield " " * _count(child, "c")
            case "tab":
                yield " "
            case "line-break":
                yield "\n"
            case "note":
                mark = next(marks, None)
                yield f" [note {mark}]" if mark else ""
            case "annotation" | "frame" | "custom-shape" | "g" | "rect" | "title" | "desc":
                pass
            case _:
                yield from _pieces(child, marks)
        yield _folded(child.tail)


def _folded(text: str | None) -> str:
    if not text:
        return ""
    words = " ".join(text.split())
    return (" " if text[0].isspace() else "") + words + (" " if words and text[-1].isspace() else "")


def _own_rows(table: ET.Element) -> Iterator[ET.Element]:
    for child in table:
        if local_name(child) == "table-row":
            yield child
        elif local_name(child) in ("table-header-rows", "table-rows", "table-row-group"):
            yield from _own_rows(child)


def _level(heading: ET.Element) -> int:
    return min(_count(heading, "outline-level"), 10)


def _count(element: ET.Element, name: str) -> int:
    text = attribute(element, name) or ""
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 5 else 1
