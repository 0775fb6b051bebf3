"""Excel workbooks (XLSX, XLS): a sheet is a page, a long one several."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from xml.etree import ElementTree as ET

from ingest.errors import UnreadableFile
from ingest.loaders.characters import clean
from ingest.loaders.content import FileContent
from ingest.loaders.office_package import (
    OfficePackage,
    Properties,
    attribute,
    damage_told,
    document_of,
    local_name,
    open_package,
)
from ingest.loaders.office_password import opened
from ingest.loaders.protocol import DEFAULT_OPTIONS, LoadOptions
from ingest.loaders.sheet_pages import SheetPage, pages_of_sheet
from ingest.loaders.titles import choose_title
from ingest.loaders.workbooks import (
    Sheet,
    SheetTooLarge,
    sheet_members,
    sheets_of_old_workbook,
    sheets_of_package,
)
from ingest.media import XLS, XLSX
from ingest.types import Document, Page

_GENERIC_NAME = re.compile(
    r"\A(?:sheet|tabelle|feuil|hoja|foglio|planilha|лист|工作表) ?\d*\Z", re.IGNORECASE
)
_WHEN_EMPTY = "Its sheets may hold only pictures or formulas that were never computed: save it in Excel."


class SheetsLoader:
    """Reads XLSX: every row of every sheet, hidden ones too, each value with the head of its column.

    Remarks on cells and the words on charts follow their sheet.
    """

    @property
    def media_types(self) -> frozenset[str]:
        return frozenset({XLSX})

    def load(
        self,
        content: FileContent,
        options: LoadOptions = DEFAULT_OPTIONS,  # noqa: ARG002 - one under a password is of another kind until opened
    ) -> Document:
        with open_package(content, "Excel") as package:
            remarks = {name: _remarks(package, member) for name, member in sheet_members(package).items()}
            sheets = sheets_of_package(content.data, package)
            return _told_where_too_large(content, XLSX, sheets, package.properties(), remarks)


class OldSheetsLoader:
    """Reads XLS (Excel 97 to 2003), under a password too."""

    @property
    def media_types(self) -> frozenset[str]:
        return frozenset({XLS})

    def load(self, content: FileContent, options: LoadOptions = DEFAULT_OPTIONS) -> Document:
        with damage_told(content, "Excel"):
            data = opened(content, options).data
            return _told_where_too_large(content, XLS, sheets_of_old_workbook(data), Properties(), {})


def _told_where_too_large(
    content: FileContent,
    media_type: str,
    sheets: Iterable[Sheet],
    properties: Properties,
    remarks: dict[str, list[str]],
) -> Document:
    try:
        return _document(content, media_type, sheets, properties, remarks)
    except SheetTooLarge as error:
        raise UnreadableFile(f"{content.name} is too large to be read: {error}.") from error


def _document(
    content: FileContent,
    media_type: str,
    sheets: Iterable[Sheet],
    properties: Properties,
    remarks: dict[str, list[str]],
) -> Document:
    pages: list[Page] = []
    notes: list[str] = []
    read: set[str] = set()
    for sheet in sheets:
        read.add(sheet.name)
        parts = list(pages_of_sheet(sheet))
        pages.extend(pages_named_after(sheet.name, parts, remarks.get(sheet.name, []), len(pages)))
        if sheet.is_hidden:
            notes.append(f"The sheet {sheet.name} is hidden; it is read too.")
        if sheet.without_result:
            notes.append(
                f"{sheet.without_result} cells of the sheet {sheet.name} hold formulas without "
                "their results. Open the file in Excel and save it."
            )
    for name, lines in remarks.items():  # a sheet that is a chart and nothing else
        if name not in read and lines:
            pages.extend(pages_named_after(name, [], lines, len(pages)))
    document = document_of(content, media_type, tuple(pages), properties, _WHEN_EMPTY, tuple(notes))
    return replace(document, title=choose_title(content.path, properties.title))  # not its first sheet's name


def pages_named_after(name: str, parts: list[SheetPage], remarks: list[str], before: int) -> list[Page]:
    """A sheet's parts as pages that follow `before` others, the remarks on the last."""
    if remarks:
        last = parts[-1] if parts else SheetPage("", 0, 0)
        text = "\n\n".join(each for each in (last.text, clean("\n".join(remarks))) if each)
        parts = [*parts[:-1], SheetPage(text, last.first_row, last.last_row)]
    headings = () if _GENERIC_NAME.match(name) else (clean(name),)
    several = len(parts) > 1
    return [
        Page(
            number,
            part.text,
            f"sheet {clean(name)}" + (f", rows {part.first_row}-{part.last_row}" if several else ""),
            headings,
        )
        for number, part in enumerate(parts, start=before + 1)
    ]


def _remarks(package: OfficePackage, member: str) -> list[str]:
    """What stands on a sheet and in no cell: remarks on cells, then the words on charts and in text boxes."""
    lines = [line for name in package.related(member, "comments") for line in _cell_remarks(package, name)]
    for drawing in package.related(member, "drawing"):
        charts = package.related(drawing, "chart")
        for name in (drawing, *charts):
            tree = package.tree(name)
            for paragraph in tree.iter() if tree is not None else ():
                if local_name(paragraph) == "p" and (words := _words(paragraph)):
                    lines.append(words)
    return list(dict.fromkeys(lines))


def _cell_remarks(package: OfficePackage, name: str) -> Iterator[str]:
    tree = package.tree(name)
    if tree is None:
        return
    authors = [each.text or "" for each in tree.iter() if local_name(each) == "author"]
    for each in tree.iter():
        if local_name(each) == "comment" and (words := _words(each)):
            place = int(attribute(each, "authorId") or 0)
            author = authors[place] if place < len(authors) else ""
            words = words.removeprefix(f"{author}:").strip()
            yield f"Comment on {attribute(each, 'ref')}{f' by {author}' if author else ''}: {words}"


def _words(element: ET.Element) -> str:
    return " ".join("".join(t.text or "" for t in element.iter() if local_name(t) == "t").split())
