"""Workbooks opened: three libraries behind one view of sheets, rows and cells."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.loaders.office_package import OfficePackage, attribute, local_name
from ingest.loaders.shown_values import CellValue, shown

#: Cells looked at in one sheet, empty ones included: a sheet may claim 17 billion of them.
MOST_CELLS = 20_000_000
MOST_COLUMNS = 16_384  # what Excel has
_MOST_MERGED = 20_000
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_ROW = re.compile(rb'\br="[A-Z]{0,3}(\d{1,9})"')
_NO_RESULT = re.compile(rb"</(?:\w+:)?f>\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>")


class SheetTooLarge(ValueError):
    """A sheet with more cells than are looked at. Half a sentence: the loader adds the file's name."""


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell as it is shown. `is_text` is False for numbers and dates."""

    text: str
    is_text: bool = True
    is_bold: bool = False


EMPTY_CELL = ShownCell("")


@dataclass(frozen=True, slots=True)
class Merge:
    """Cells shown as one, by row and column from 1, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. `rows` gives the number of each row that holds anything, from 1, and its cells; once."""

    name: str
    rows: Iterator[tuple[int, list[ShownCell]]]
    merges: tuple[Merge, ...] = ()
    is_hidden: bool = False
    #: Cells whose formula the file holds without the result.
    without_result: int = 0


def sheets_of_package(data: bytes, package: OfficePackage) -> Iterator[Sheet]:
    """Those of an XLSX file, with number formats; of XLSB, and of files that openpyxl refuses, without."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets = list(book.worksheets)
    except Exception:  # noqa: BLE001 - it refuses files for a wrong colour in their styles; another reader may not
        _refuse_absurd_sizes(package)
        yield from sheets_without_formats(data)
        return
    members = sheet_members(package)
    for sheet in sheets:
        markup = package.read(members.get(sheet.title, ""))
        sheet.reset_dimensions()  # what the file says of its size is often wrong
        yield Sheet(
            sheet.title,
            _openpyxl_rows(sheet),
            _merges(markup),
            sheet.sheet_state != "visible",
            len(_NO_RESULT.findall(markup)),
        )


def sheet_members(package: OfficePackage) -> dict[str, str]:
    """The member of each sheet and chart sheet, by its name, in order."""
    workbook = next(iter(package.related("", "officeDocument")), "xl/workbook.xml")
    tree = package.tree(workbook) if workbook.endswith(".xml") else None
    links = package.relationships(workbook)
    return {
        each.get("name", ""): links[link].target
        for each in (tree.iter() if tree is not None else ())
        if local_name(each) == "sheet" and (link := attribute(each, "id") or "") in links
    }


def _refuse_absurd_sizes(package: OfficePackage) -> None:
    """calamine makes room for all cells between the outermost, and ends the process where none is left."""
    for member in sheet_members(package).values():
        rows = [int(number) for number in _ROW.findall(package.read(member))]
        if rows and (max(rows) - min(rows) + 1) * MOST_COLUMNS > MOST_CELLS * 10:
            raise SheetTooLarge("its styles are damaged, and its sheets are too large to be read without")


def sheets_without_formats(data: bytes) -> Iterator[Sheet]:
    """Those of any workbook that calamine opens: values as they are stored."""
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    for about in book.sheets_metadata:
        sheet = book.get_sheet_by_name(about.name)
        merges = tuple(
            Merge(top + 1, left + 1, bottom + 1, right + 1)
            for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
        )
        first = sheet.start[0] + 1 if sheet.start else 1
        padding = [EMPTY_CELL] * (sheet.start[1] if sheet.start else 0)
        rows = (
            (number, padding + [_cell(value) for value in row])
            for number, row in enumerate(sheet.to_python(skip_empty_area=True), start=first)
        )
        yield Sheet(about.name, _bounded(rows), merges, about.visible != SheetVisibleEnum.Visible)


def sheets_of_old_workbook(data: bytes) -> Iterator[Sheet]:
    """Those of an XLS file."""
    import xlrd

    log = io.StringIO()  # it would print what it finds odd
    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, ragged_rows=True, logfile=log)
    except Exception:  # noqa: BLE001 - tables of styles with gaps; the cells may be whole all the same
        book = xlrd.open_workbook(file_contents=data, ragged_rows=True, logfile=log)
    for sheet in book.sheets():
        merges = tuple(
            Merge(top + 1, left + 1, bottom, right) for top, bottom, left, right in sheet.merged_cells
        )
        yield Sheet(
            sheet.name, _bounded(_xlrd_rows(book, sheet)), merges[:_MOST_MERGED], sheet.visibility != 0
        )


def _openpyxl_rows(sheet: Any) -> Iterator[tuple[int, list[ShownCell]]]:
    return _bounded((number, _openpyxl_row(row)) for number, row in enumerate(sheet.iter_rows(), start=1))


def _openpyxl_row(row: Sequence[Any]) -> list[ShownCell]:
    """Styles are slow to look up: of numbers the format is, and boldness only where all cells are texts."""
    values = [cell.value for cell in row]
    could_be_head = all(value is None or isinstance(value, str) for value in values)
    shown_row = []
    for cell, value in zip(row, values, strict=True):
        if value is None:
            shown_row.append(EMPTY_CELL)
        elif isinstance(value, str):
            shown_row.append(_cell(value, is_bold=could_be_head and bool(cell.font and cell.font.b)))
        else:
            shown_row.append(_cell(value, str(cell.number_format)))
    return shown_row


def _xlrd_rows(book: Any, sheet: Any) -> Iterator[tuple[int, list[ShownCell]]]:
    import xlrd

    for number in range(sheet.nrows):
        kinds = sheet.row_types(number)
        if any(kind not in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK) for kind in kinds):
            cells = [(_xlrd_value(book, cell), *_xlrd_style(book, cell)) for cell in sheet.row(number)]
            yield number + 1, [_cell(*each) for each in cells]


def _xlrd_style(book: Any, cell: Any) -> tuple[str, bool]:
    """A cell's number format and whether it is bold; plain where the file's tables of styles have gaps."""
    try:
        style = book.xf_list[cell.xf_index]
        number_format = str(book.format_map[style.format_key].format_str)
        return number_format, bool(book.font_list[style.font_index].bold)
    except (IndexError, KeyError, TypeError):
        return "General", False


def _xlrd_value(book: Any, cell: Any) -> CellValue:
    import xlrd

    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return None
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            moment: datetime.datetime = xlrd.xldate_as_datetime(cell.value, book.datemode)
        except (ValueError, OverflowError):
            return float(cell.value)
        return moment if cell.value >= 1 else moment.time()
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, ""))
    return str(cell.value) if cell.ctype == xlrd.XL_CELL_TEXT else float(cell.value or 0)


def _cell(value: Any, number_format: str = "General", is_bold: bool = False) -> ShownCell:
    text = " ".join(shown(value, number_format).split())
    return ShownCell(text, isinstance(value, str), is_bold) if text else EMPTY_CELL


def _bounded(rows: Iterator[tuple[int, list[ShownCell]]]) -> Iterator[tuple[int, list[ShownCell]]]:
    """Rows that hold anything. Raises `SheetTooLarge` past `MOST_CELLS`."""
    looked_at = 0
    for number, row in rows:
        looked_at += len(row) + 1
        if looked_at > MOST_CELLS:
            raise SheetTooLarge(
                f"a sheet of it has more than {MOST_CELLS:,} cells up to row {number:,}, empty ones "
                "included. Delete the empty rows and columns, or save the sheet as CSV"
            )
        if any(cell.text for cell in row):
            yield number, row


def _merges(markup: bytes) -> tuple[Merge, ...]:
    found = _MERGED.findall(markup)[:_MOST_MERGED]
    return tuple(
        Merge(int(top), _column(left), int(bottom), _column(right)) for left, top, right, bottom in found
    )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
