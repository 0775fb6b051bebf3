"""The shapes of a slide as blocks of text, in the order that people read them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ingest.loaders.tables import Cell, table_lines

if TYPE_CHECKING:
    from pptx.chart.chart import Chart
    from pptx.shapes.base import BaseShape
    from pptx.table import Table

_SAME_ROW_EMU = 228_600  # a quarter of an inch: shapes whose tops differ by less stand side by side
_DEEPEST_GROUP = 20
_FILE_NAME = re.compile(r"\A\S*\.\w{2,4}\Z|\A\S*\Z")  # as a picture's description this says nothing
_DIAGRAM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def in_reading_order(shapes: Iterable[BaseShape]) -> list[BaseShape]:
    """From top to bottom, and from left to right among those whose tops stand level."""
    placed: list[tuple[int, int, BaseShape]] = []
    for shape in shapes:
        top, left = _place(shape) or (placed[-1][:2] if placed else (0, 0))
        placed.append((top, left, shape))
    rows: list[list[tuple[int, int, BaseShape]]] = []
    for each in sorted(placed, key=lambda place: place[:2]):
        if rows and each[0] - rows[-1][0][0] <= _SAME_ROW_EMU:
            rows[-1].append(each)
        else:
            rows.append([each])
    return [shape for row in rows for _, _, shape in sorted(row, key=lambda place: place[1])]


def is_running_text(shape: BaseShape) -> bool:
    """A footer, or a date or slide number that the program fills in."""
    return _placeholder_kind(shape) in ("ftr", "sldNum", "dt", "hdr")


def shape_blocks(shape: BaseShape, depth: int = 0) -> Iterator[str]:
    """The text of one shape, of all shapes within it, and of the table, chart or diagram it shows."""
    # `Any`: python-pptx gives each kind of shape a class of its own, with members that the others lack.
    any_shape: Any = shape
    if hasattr(any_shape, "shapes") and depth < _DEEPEST_GROUP:
        for inner in in_reading_order(any_shape.shapes):
            yield from shape_blocks(inner, depth + 1)
    elif shape.has_text_frame:
        yield text_of(shape)
    elif getattr(any_shape, "has_table", False):
        yield "\n".join(_table(any_shape.table))
    elif getattr(any_shape, "has_chart", False):
        yield from _chart(any_shape)
    else:
        yield _diagram(shape) or _all_words(shape.element) or _description(shape)


def text_of(shape: BaseShape) -> str:
    """A text frame's paragraphs, one a line, those of deeper levels marked and indented."""
    lines = []
    frame: Any = getattr(shape, "text_frame", None)
    for paragraph in frame.paragraphs if frame is not None else ():
        text = _paragraph_text(paragraph).strip()
        if text:
            mark = "  " * (paragraph.level - 1) + "- " if paragraph.level else ""
            lines.append(mark + text)
    return "\n".join(lines)


def _paragraph_text(paragraph: Any) -> str:
    """With formulas, which python-pptx leaves out: all `t` elements below, and line ends."""
    pieces = []
    for each in paragraph._p.iter():
        name = str(each.tag).rsplit("}", 1)[-1]
        if name == "t" and not _is_filled_in(each):
            pieces.append(each.text or "")
        elif name == "br":
            pieces.append("\n")
    return "".join(pieces)


def _is_filled_in(text: Any) -> bool:
    """A slide's number or a date, which the program fills in."""
    field = text.getparent()
    return field.tag == f"{_DRAWING}fld" and str(field.get("type")).startswith(("slidenum", "datetime"))


def _placeholder_kind(shape: BaseShape) -> str | None:
    """The kind as the file says it (`ftr`): python-pptx refuses those it does not know."""
    if not shape.is_placeholder:
        return None
    found = next((each for each in shape.element.iter() if str(each.tag).endswith("}ph")), None)
    return None if found is None else str(found.get("type") or "")


def _place(shape: BaseShape) -> tuple[int, int] | None:
    """Top and left edge; None where nothing says where a shape stands."""
    try:
        return int(shape.top), int(shape.left)
    except (
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
    ):  # no place, or a layout that is missing or broken
        return None


def _table(table: Table) -> list[str]:
    rows = [
        [
            Cell(
                " ".join(cell.text.split()),
                is_header=table.first_row and index == 0,
                columns=cell.span_width if cell.is_merge_origin else 1,
                rows=cell.span_height if cell.is_merge_origin else 1,
            )
            for cell in row.cells
            if not cell.is_spanned
        ]
        for index, row in enumerate(table.rows)
    ]
    return table_lines(rows)


def _chart(shape: Any) -> Iterator[str]:
    try:
        chart: Chart = shape.chart
        if chart.has_title and chart.chart_title.has_text_frame:
            yield chart.chart_title.text_frame.text
        yield from ("\n".join(table_lines(_plot_rows(plot))) for plot in chart.plots)
    except Exception:  # noqa: BLE001 - a chart of a kind that python-pptx does not know must not lose the slide
        yield _all_words(shape.element)


def _plot_rows(plot: Any) -> list[list[Cell]]:
    names = [Cell("", is_header=True), *(Cell(each.name or "", is_header=True) for each in plot.series)]
    values = [list(each.values) for each in plot.series]
    rows = [names]
    for index, category in enumerate(plot.categories):
        shown = [row[index] if index < len(row) else None for row in values]
        rows.append([Cell(str(category)), *(Cell("" if v is None else f"{v:.15g}") for v in shown)])
    return rows


def _diagram(shape: BaseShape) -> str:
    """The words of a diagram (SmartArt), which lie in a part of their own."""
    for each in shape.element.iter(f"{{{_DIAGRAM}}}relIds"):
        from lxml import etree

        part: Any = shape.part
        try:
            data = part.related_part(each.get(f"{_LINK}dm")).blob
            root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
        except (KeyError, etree.XMLSyntaxError):
            return ""
        return _all_words(root)
    return ""


def _all_words(element: Any) -> str:
    """Each drawn paragraph below an element, one a line."""
    paragraphs = ("".join(t.text or "" for t in p.iter(f"{_DRAWING}t")) for p in element.iter(f"{_DRAWING}p"))
    return "\n".join(text for text in paragraphs if text.strip())


def _description(shape: BaseShape) -> str:
    """What the author wrote for those who do not see a picture."""
    found = next((each for each in shape.element.iter() if str(each.tag).endswith("}cNvPr")), None)
    text = " ".join(str(found.get("descr") or "").split()) if found is not None else ""
    return "" if _FILE_NAME.match(text) else f"Picture: {text}"
