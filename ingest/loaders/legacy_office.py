"""Word and PowerPoint files of before 2007 (DOC, PPT)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from ingest.errors import DamagedFile, UnreadableFile, UnsupportedFormat
from ingest.loaders.characters import clean
from ingest.loaders.content import FileContent
from ingest.loaders.libre_office import converted
from ingest.loaders.office_package import Properties, damage_told, document_of, iso_date
from ingest.loaders.office_password import opened
from ingest.loaders.protocol import DEFAULT_OPTIONS, Loader, LoadOptions
from ingest.loaders.sections import Block, sections_of
from ingest.loaders.tables import Cell, table_lines
from ingest.media import DOC, DOCX, PPT, PPTX, tell_media_type
from ingest.types import Document, Page

_DEEPEST = 50
_MASTER = "Slide Master"  # what the parser calls the part with the text of the master
_PROGRAMS = {DOC: "Word", PPT: "PowerPoint"}

Element = Mapping[str, Any]


class LegacyOfficeLoader:
    """Reads DOC by sections and PPT by slides, under a password too.

    What its own parser refuses, as files older than 1997, goes through LibreOffice where that is installed,
    and on to one of `loaders`, which read DOCX and PPTX.
    """

    def __init__(self, loaders: Iterable[Loader] = ()) -> None:
        self._loaders = {kind: each for each in loaders for kind in each.media_types}

    @property
    def media_types(self) -> frozenset[str]:
        return frozenset({DOC, PPT})

    def load(self, content: FileContent, options: LoadOptions = DEFAULT_OPTIONS) -> Document:
        kind = PPT if tell_media_type(content) == PPT else DOC
        with damage_told(content, _PROGRAMS[kind]):
            plain = opened(content, options)
            try:
                return _read(plain, kind)
            except UnreadableFile as error:
                return self._convert(plain, kind, error)

    def _convert(self, content: FileContent, kind: str, reason: UnreadableFile) -> Document:
        loader = self._loaders.get(DOCX if kind == DOC else PPTX)
        if loader is None:
            raise reason
        modern = converted(content, "doc" if kind == DOC else "ppt", "docx" if kind == DOC else "pptx")
        if modern is None:
            raise type(reason)(
                f"{reason} If it opens well there, install LibreOffice (apt install libreoffice-writer "
                "libreoffice-impress) and ingest it again: it reads more of these old files."
            ) from reason
        return loader.load(modern)


def _read(content: FileContent, kind: str) -> Document:
    try:
        import office_oxide
    except ImportError as error:
        raise UnsupportedFormat(
            f"{content.name} is a {_PROGRAMS[kind]} file of 1997 to 2003. To read such files: "
            "pip install 'refdesk[legacy]'."
        ) from error
    file_format: Literal["doc", "ppt"] = "ppt" if kind == PPT else "doc"
    program = _PROGRAMS[kind]
    try:
        with office_oxide.Document.from_bytes(content.data, file_format) as parsed:
            tree: Element = parsed.to_ir()
    except BaseException as error:  # its panics are no `Exception`: they are told by the name of their class
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise DamagedFile(
            f"{content.name} could not be read as a {program} file of 1997 to 2003 ({error}). Open it "
            f"in {program} and save it as {'DOCX' if kind == DOC else 'PPTX'}."
        ) from error
    about = tree.get("metadata") or {}
    properties = Properties(
        about.get("title"),
        about.get("author"),
        iso_date(about.get("modified")) or iso_date(about.get("created")),
    )
    parts: list[Element] = tree.get("sections") or []
    pages = _slides(parts) if kind == PPT else _sections(parts)
    return document_of(content, kind, pages, properties, "It may hold only pictures: save it as PDF.")


def _sections(parts: list[Element]) -> tuple[Page, ...]:
    pages = sections_of(block for part in parts for block in _blocks(part.get("elements")))
    running = dict.fromkeys(
        line
        for part in parts
        for name, value in part.items()
        if "header" in name or "footer" in name
        for line in _words(value)
    )
    lines = [line for line in running if any(map(str.isalpha, line))]
    if not lines:
        return pages
    return (*pages, Page(len(pages) + 1, clean("\n".join(lines)), "headers and footers"))


def _slides(parts: list[Element]) -> tuple[Page, ...]:
    pages = []
    for number, part in enumerate(parts, start=1):
        blocks = list(_blocks(part.get("elements")))
        title = next((" ".join(clean(each.text).split()) for each in blocks if each.level), "")
        text = clean("\n".join(each.text for each in blocks if each.text.strip())).strip()
        is_master = part.get("title") == _MASTER and number == len(parts)
        label = "on every slide" if is_master else f"slide {number}"
        pages.append(Page(number, text, label, (title,) if title else ()))
    return tuple(pages)


def _blocks(elements: object, depth: int = 0) -> Iterator[Block]:
    for each in elements if isinstance(elements, list) and depth < _DEEPEST else ():
        match each.get("type"):
            case "heading":
                yield Block(_inline(each.get("content")), int(each.get("level") or 1))
            case "paragraph":
                yield Block(_inline(each.get("content")))
            case "list":
                yield from _list(each, depth)
            case "table":
                yield from _table(each, depth)
            case "footnote" | "endnote":
                author = f"{each['author']}: " if each.get("author") else ""
                yield Block(author + " ".join(_words(each.get("content"))))
            case "image" | "page_break" | "thematic_break":
                continue
            case _:
                yield from (Block(line) for line in _words(each))


def _list(element: Element, depth: int, indent: str = "") -> Iterator[Block]:
    for item in element.get("items") or ():
        text = " ".join(block.text for block in _blocks(item.get("content"), depth + 1))
        # Never a number: the parser takes bullets for numbers, and a wrong number is worse than none.
        yield Block(f"{indent}- {text.strip()}", tight=True)
        if isinstance(nested := item.get("nested"), dict) and depth < _DEEPEST:
            yield from _list(nested, depth + 1, indent + "  ")


def _table(element: Element, depth: int) -> Iterator[Block]:
    rows = [
        [
            Cell(
                " ".join(" ".join(block.text for block in _blocks(cell.get("content"), depth + 1)).split()),
                is_header=bool(row.get("is_header")),
                columns=int(cell.get("col_span") or 1),
                rows=int(cell.get("row_span") or 1),
            )
            for cell in row.get("cells") or ()
        ]
        for row in element.get("rows") or ()
    ]
    for index, line in enumerate(table_lines([row for row in rows if row])):
        yield Block(line, tight=index > 0)


def _inline(content: object) -> str:
    pieces = []
    for each in content if isinstance(content, list) else ():
        if each.get("type") == "line_break":
            pieces.append("\n")
        else:
            pieces.append(str(each.get("text") or "") or " ".join(_words(each.get("content"))))
    return "".join(pieces)


def _words(value: object, depth: int = 0) -> Iterator[str]:
    """Each paragraph's text in a part of the tree, whatever its form."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        if any(isinstance(each, dict) and "text" in each for each in value):
            yield _inline(value).strip()
        else:
            for each in value:
                yield from _words(each, depth + 1)
    elif isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value["text"]
        for each in value.values():
            if isinstance(each, (list, dict)):
                yield from _words(each, depth + 1)
