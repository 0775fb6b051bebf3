"""OpenDocument files: texts (ODT), workbooks (ODS), presentations (ODP)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from ingest.errors import EncryptedFile
from ingest.loaders.characters import clean
from ingest.loaders.content import FileContent
from ingest.loaders.office_package import (
    OfficePackage,
    Properties,
    attribute,
    document_of,
    iso_date,
    language_code,
    local_name,
    open_package,
)
from ingest.loaders.opendocument_text import Flow, plain_text
from ingest.loaders.protocol import DEFAULT_OPTIONS, LoadOptions
from ingest.loaders.sections import sections_of
from ingest.loaders.sheet_pages import pages_of_sheet
from ingest.loaders.sheets import pages_named_after
from ingest.loaders.workbooks import EMPTY_CELL, MOST_COLUMNS, Merge, Sheet, ShownCell
from ingest.media import ODP, ODS, ODT
from ingest.types import Document, Page

_WHEN_EMPTY = "It may hold only pictures: save it as PDF to have those read."
_REPEATED_ROWS = 1_000  # a row said to repeat more often is formatting
_RUNNING = frozenset({"date-time", "footer", "header", "page-number"})
_LENGTH = re.compile(r"(-?[\d.]+)(cm|mm|in|pt)?")
_CENTIMETRES = {"cm": 1.0, "mm": 0.1, "in": 2.54, "pt": 0.0353}
_LETTER = re.compile(r"[^\W\d_]")


class OpenDocumentLoader:
    """Reads ODT by sections, ODS by sheets and ODP by slides, with notes and comments."""

    @property
    def media_types(self) -> frozenset[str]:
        return frozenset({ODT, ODS, ODP})

    def load(
        self,
        content: FileContent,
        options: LoadOptions = DEFAULT_OPTIONS,  # noqa: ARG002 - a password is named, not opened
    ) -> Document:
        with open_package(content, "LibreOffice") as package:
            if b"encryption-data" in package.read("META-INF/manifest.xml"):
                raise EncryptedFile(
                    f"{content.name} is an OpenDocument file under a password, which is not opened here. "
                    "Save a copy without the password and give that."
                )
            root = package.tree("content.xml")
            if root is None:
                raise KeyError("it holds no content.xml")
            notes: tuple[str, ...] = ()
            body = next((each for each in root.iter() if local_name(each) == "body"), root)
            kind = next((local_name(each) for each in body), "")
            if kind == "spreadsheet":
                media_type = ODS
                pages, notes = _sheet_pages(root)
            elif kind == "presentation":
                media_type = ODP
                slides = (each for each in body.iter() if local_name(each) == "page")
                pages = tuple(_slide(number, each) for number, each in enumerate(slides, start=1))
            else:
                media_type = ODT
                pages = _text_pages(root, body, package)
            properties = _properties(package)
        return document_of(content, media_type, pages, properties, _WHEN_EMPTY, notes)


def _text_pages(root: ET.Element, body: ET.Element, package: OfficePackage) -> tuple[Page, ...]:
    flow = Flow(root)
    sections = sections_of([block for part in body for block in flow.blocks(part)])
    after = [
        ("notes", flow.notes),
        ("comments", flow.comments),
        ("headers and footers", _headers_and_footers(package)),
    ]
    added = [(label, clean("\n".join(lines))) for label, lines in after if lines]
    numbered = enumerate(added, start=len(sections) + 1)
    return (*sections, *(Page(number, text, label) for number, (label, text) in numbered))


def _headers_and_footers(package: OfficePackage) -> list[str]:
    tree = package.tree("styles.xml")
    running = (
        each
        for each in (tree.iter() if tree is not None else ())
        if re.match(r"(?:header|footer)(?:-left|-first)?\Z", local_name(each))
    )
    lines = (plain_text(each) for part in running for each in part.iter() if local_name(each) == "p")
    return [line for line in dict.fromkeys(lines) if _LETTER.search(line)]


def _slide(number: int, slide: ET.Element) -> Page:
    flow = Flow(slide)
    title, blocks = "", []
    for shape in sorted(slide, key=_place):
        kind = attribute(shape, "class")
        if local_name(shape) in ("notes", "annotation") or kind in _RUNNING:
            flow.gather(shape)
        elif kind == "title" and not title:
            title = " ".join(plain_text(shape).split())
        else:
            blocks.append("\n".join(block.text for block in flow.blocks(shape) if block.text))
    spoken = [each for each in slide if local_name(each) == "notes"]
    said = [
        block.text
        for part in spoken
        for shape in part
        if attribute(shape, "class") == "notes"
        for block in flow.blocks(shape)
    ]
    for label, lines in (("Notes:", said), ("Comments:", flow.comments)):
        if lines:
            blocks.append("\n".join([label, *lines]))
    text = "\n\n".join(each for block in (title, *blocks) if (each := clean(block).strip()))
    return Page(number, text, f"slide {number}", (clean(title),) if title else ())


def _place(shape: ET.Element) -> tuple[float, float]:
    return round(_centimetres(attribute(shape, "y"))), _centimetres(attribute(shape, "x"))


def _centimetres(length: str | None) -> float:
    match = _LENGTH.match(length or "")
    return float(match[1]) * _CENTIMETRES.get(match[2] or "cm", 1.0) if match else 0.0


def _sheet_pages(root: ET.Element) -> tuple[tuple[Page, ...], tuple[str, ...]]:
    hidden_styles = {
        attribute(style, "name")
        for style in root.iter()
        if local_name(style) == "style"
        and any(
            local_name(each) == "table-properties" and attribute(each, "display") == "false" for each in style
        )
    }
    pages: list[Page] = []
    notes = []
    for table in (each for each in root.iter() if local_name(each) == "table"):
        name = attribute(table, "name") or "1"
        flow = Flow(table)
        parts = list(pages_of_sheet(Sheet(name, _rows(table, flow), tuple(_merges(table)))))
        pages.extend(pages_named_after(name, parts, flow.comments, len(pages)))
        if attribute(table, "style-name") in hidden_styles:
            notes.append(f"The sheet {name} is hidden; it is read too.")
    return tuple(pages), tuple(notes)


def _rows(table: ET.Element, flow: Flow) -> Iterator[tuple[int, list[ShownCell]]]:
    number = 1
    for row in (each for each in table.iter() if local_name(each) == "table-row"):
        repeated = _count(row, "number-rows-repeated")
        cells: list[ShownCell] = []
        for cell in row:
            columns = _count(cell, "number-columns-repeated")
            shown = _cell(cell, flow) if local_name(cell) == "table-cell" else EMPTY_CELL
            cells.extend([shown] * min(columns, MOST_COLUMNS - len(cells)))
        if any(cell.text for cell in cells):
            for offset in range(min(repeated, _REPEATED_ROWS)):
                yield number + offset, cells
        number += repeated


def _cell(cell: ET.Element, flow: Flow) -> ShownCell:
    flow.gather(cell)
    text = " ".join(" ".join(plain_text(each) for each in cell if local_name(each) == "p").split())
    text = (attribute(cell, "date-value") or "").replace("T", " ") or text
    return ShownCell(text, (attribute(cell, "value-type") or "string") == "string") if text else EMPTY_CELL


def _merges(table: ET.Element) -> Iterator[Merge]:
    number = 1
    for row in (each for each in table.iter() if local_name(each) == "table-row"):
        column = 1
        for cell in row:
            down, right = _count(cell, "number-rows-spanned"), _count(cell, "number-columns-spanned")
            if down > 1 or right > 1:
                yield Merge(number, column, number + down - 1, column + right - 1)
            column += _count(cell, "number-columns-repeated")
        number += _count(row, "number-rows-repeated")


def _count(element: ET.Element, name: str) -> int:
    text = attribute(element, name) or ""
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 8 else 1


def _properties(package: OfficePackage) -> Properties:
    tree = package.tree("meta.xml")
    found = {local_name(each): each.text for each in tree.iter()} if tree is not None else {}
    return Properties(
        found.get("title"),
        found.get("initial-creator") or found.get("creator"),
        iso_date(found.get("date")) or iso_date(found.get("creation-date")),
        language_code(found.get("language")),
    )
