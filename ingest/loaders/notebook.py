"""Jupyter notebooks: text, code and what it printed, in order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.errors import EmptyFile
from ingest.loaders.blocks import blocks_of
from ingest.loaders.content import FileContent
from ingest.loaders.encoding import decode_text
from ingest.loaders.markdown import render_markdown
from ingest.loaders.protocol import DEFAULT_OPTIONS, LoadOptions
from ingest.loaders.sections import Block, first_heading, sections_of
from ingest.loaders.soup import parse_html
from ingest.loaders.text import document_of_text
from ingest.loaders.titles import choose_title, tidy_author
from ingest.media import NOTEBOOK
from ingest.types import Document, Page

_ENOUGH_CHARACTERS = 1500  # on a page: cells shorter than that share one, up to the next heading
_LONGEST_OUTPUT = 20_000  # characters; more is a log that ran away, and a note says so
_TERMINAL_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True, slots=True)
class _Cell:
    number: int
    blocks: tuple[Block, ...]


class NotebookLoader:
    """Reads Jupyter notebooks (format 3 and later). Pictures among the outputs are left out.

    A page is a cell, or several short ones, under the headings of the Markdown cells above.
    """

    @property
    def media_types(self) -> frozenset[str]:
        return frozenset({NOTEBOOK})

    def load(
        self,
        content: FileContent,
        options: LoadOptions = DEFAULT_OPTIONS,  # noqa: ARG002 - no notebook is encrypted; the seam has it for kinds that are
    ) -> Document:
        text = decode_text(content.data)
        if text is None:
            return document_of_text(content, NOTEBOOK)  # which finds the words for it
        try:
            notebook = json.loads(text.lstrip("\ufeff"), strict=False)
            cells = [
                _Cell(number, tuple(_blocks(content, cell)))
                for number, cell in enumerate(_cells(notebook), start=1)
            ]
        except (ValueError, RecursionError, TypeError, AttributeError, KeyError) as error:
            reason = f"{type(error).__name__}: {error}"
            return document_of_text(
                content, NOTEBOOK, (f"It is no whole notebook ({reason}): read as plain text.",)
            )
        pages = tuple(_pages(cells))
        if not pages:
            raise EmptyFile(f"{content.name} has no cell that holds any text.")
        metadata = notebook.get("metadata") or {}
        title, authors = metadata.get("title"), metadata.get("authors") or ()
        names = [
            each["name"] for each in authors if isinstance(each, dict) and isinstance(each.get("name"), str)
        ]
        is_cut = any(_CUT in block.text for cell in cells for block in cell.blocks)
        return Document(
            content.sha256,
            NOTEBOOK,
            choose_title(content.path, title if isinstance(title, str) else None, first_heading(pages)),
            pages,
            author=tidy_author(", ".join(names)),
            notes=("Some of its outputs are very long: only their beginnings are read.",) if is_cut else (),
        )


_CUT = "[the rest of this output is left out]"


def _cells(notebook: dict[str, object]) -> Sequence[dict[str, object]]:
    cells = notebook.get("cells")
    if cells is None:  # format 3
        sheets = notebook["worksheets"]
        cells = [cell for sheet in sheets for cell in sheet["cells"]] if isinstance(sheets, list) else None
    if not isinstance(cells, list):
        raise TypeError("its cells are no list")
    return cells


def _blocks(content: FileContent, cell: dict[str, object]) -> Iterator[Block]:
    kind = cell.get("cell_type")
    source = _joined(cell.get("source") or cell.get("input"))
    if kind == "heading":
        level = cell.get("level")
        yield Block(source, level if isinstance(level, int) else 1)
    elif kind == "markdown":
        yield from blocks_of(parse_html(render_markdown(content, source)))
    else:
        yield Block(source)
        outputs = cell.get("outputs")
        for output in outputs if isinstance(outputs, list) else ():
            printed = _TERMINAL_COLOURS.sub("", _output(output)).strip("\n")
            is_long = len(printed) > _LONGEST_OUTPUT
            yield Block(f"{printed[:_LONGEST_OUTPUT]}\n{_CUT}" if is_long else printed)


def _output(output: dict[str, object]) -> str:
    if output.get("output_type") in ("error", "pyerr"):
        return f"{output.get('ename', '')}: {output.get('evalue', '')}"
    data = output.get("data")
    shown = data if isinstance(data, dict) else output
    if any(str(kind).startswith("image/") for kind in shown):
        return ""  # the text beside a picture is the drawing program's name for it
    return _joined(shown.get("text/markdown") or shown.get("text/plain") or shown.get("text"))


def _joined(lines: object) -> str:
    """Text lies in a notebook as one string or as a list of lines that keep their ends."""
    if isinstance(lines, list):
        return "".join(str(line) for line in lines)
    return lines if isinstance(lines, str) else ""


def _pages(cells: Sequence[_Cell]) -> Iterator[Page]:
    """The cells' sections, short ones joined, each with the headings that hold where it begins."""
    number = 0
    waiting: list[tuple[int, Page]] = []

    def joined() -> Page:
        first, last = waiting[0][0], waiting[-1][0]
        label = f"cell {first}" if first == last else f"cells {first}-{last}"
        return Page(number, "\n\n".join(page.text for _, page in waiting), label, waiting[-1][1].headings)

    for cell, page in _sections(cells):
        begins_section = bool(waiting) and page.headings != waiting[-1][1].headings
        if waiting and (begins_section or sum(len(each.text) for _, each in waiting) >= _ENOUGH_CHARACTERS):
            number += 1
            yield joined()
            waiting = []
        waiting.append((cell, page))
    if waiting:
        number += 1
        yield joined()


def _sections(cells: Sequence[_Cell]) -> Iterator[tuple[int, Page]]:
    above: list[Block] = []  # the headings that hold at the end of the cell before
    for cell in cells:
        pages = sections_of(cell.blocks)
        for page in pages:
            yield (
                cell.number,
                Page(page.number, page.text, page.label, _path(above, cell.blocks, page.headings)),
            )
        for block in cell.blocks:
            if block.level and block.text.strip():
                above = [each for each in above if each.level < block.level]
                above.append(Block(" ".join(block.text.split()), block.level))


def _path(above: Sequence[Block], blocks: Sequence[Block], own: tuple[str, ...]) -> tuple[str, ...]:
    """The headings above a section: those of earlier cells that are outside its own, then its own."""
    if not own:
        return tuple(block.text for block in above)
    levels = (block.level for block in blocks if block.level and " ".join(block.text.split()) == own[0])
    outermost = next(levels, 1)
    return (*(block.text for block in above if block.level < outermost), *own)
