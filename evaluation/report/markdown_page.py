"""A report as one Markdown file, for reviews and terminals.

Plots are left out: the tables hold their numbers. What the HTML folds away stands under headings here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from evaluation.report.blocks import (
    Block,
    Cell,
    Column,
    Command,
    Fold,
    Listing,
    Page,
    Paragraph,
    Plot,
    Sides,
    Table,
    Terms,
)
from evaluation.report.characters import one_line, visible

_MARKUP = re.compile(r"[\\`*_\[\]<>|~&$]")
#: What starts a heading, a list, a rule or an underline, at the start of a line only.
_LEADING = re.compile(r"^([#=]|[+\-](?=[\s\-]|$)|:(?=\s)|\d+(?=[.)](\s|$)))")
#: GitHub and others make links of these without being asked.
_ADDRESS = re.compile(r"(?=://)|(?<=\bwww)(?=\.)", re.IGNORECASE)
_BACKTICKS = re.compile("`+")
#: Addresses of mails and names of people become links too. No backslash prevents it, an empty comment does.
_AT_SIGN = re.compile(r"@(?=[\w\-]+\.\w)|(?<!\w)@(?=\w)")
_COMMENT = "<!-- -->"


def markdown_of(page: Page) -> str:
    """The page whole. The same page gives the same characters."""
    parts = [f"# {escaped(page.kicker)}: {escaped(page.title)}", escaped(page.lead)]
    parts.extend(f"> **Warning:** {escaped(warning)}" for warning in page.warnings)
    for section in page.sections:
        parts.append(f"## {escaped(section.title)}")
        parts.extend(_blocks(section.blocks, depth=3))
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """The text as part of one line, in which nothing is markup, a link or HTML."""
    line = _MARKUP.sub(lambda found: "\\" + found[0], one_line(text))
    line = _AT_SIGN.sub(f"@{_COMMENT}", _ADDRESS.sub(r"\\", line))
    return _LEADING.sub(lambda found: found[0] + "\\" if found[0].isdigit() else "\\" + found[0], line)


def _blocks(blocks: Sequence[Block], depth: int) -> Iterator[str]:
    for block in blocks:
        yield from _block(block, depth)


def _block(block: Block, depth: int) -> Iterator[str]:
    match block:
        case Paragraph(text=text, tone=tone):
            yield f"> **Warning:** {escaped(text)}" if tone == "warning" else escaped(text)
        case Table():
            yield f"**{escaped(block.caption)}**"
            yield _table(block)
        case Command(text=text):
            yield _fenced(text)
        case Terms(items=items):
            yield "\n".join(f"- **{escaped(item.name)}:** {escaped(item.text)}" for item in items)
        case Listing():
            yield f"**{escaped(block.title)}**"
            yield from _listing(block)
        case Sides():
            yield f"**{escaped(block.first_title)}**"
            yield from _blocks(block.first, depth)
            yield f"**{escaped(block.second_title)}**"
            yield from _blocks(block.second, depth)
        case Fold(title=title, blocks=inner):
            yield f"{'#' * depth} {escaped(title)}"
            yield from _blocks(inner, min(depth + 1, 6))
        case Plot():
            pass


def _listing(listing: Listing) -> Iterator[str]:
    lines = []
    for item in listing.items:
        words = [f"**{escaped(item.head)}**"] if item.head else []
        words += [escaped(item.text)] if item.text else []
        lines.append(f"- {' '.join(words)}")
        lines.extend(f"  - {escaped(note)}" for note in item.notes)
    if lines:
        yield "\n".join(lines)


def _table(table: Table) -> str:
    lines = [
        _row(column.title for column in table.columns),
        _row_of_marks(table.columns),
    ]
    for body in table.bodies:
        if body.title:
            lines.append(_row([body.title, *[""] * (len(table.columns) - 1)], bold=True))
        lines.extend(_row(_texts(row)) for row in body.rows)
    lines.extend(_row(_texts(row), bold=True) for row in table.foot)
    return "\n".join(lines)


def _texts(row: Sequence[Cell]) -> Iterator[str]:
    return (cell.text for cell in row)


def _row(texts: Iterator[str] | Sequence[str], bold: bool = False) -> str:
    shown = [escaped(text) for text in texts]
    if bold:
        shown = [f"**{text}**" if text else "" for text in shown]
    return f"| {' | '.join(shown)} |"


def _row_of_marks(columns: Sequence[Column]) -> str:
    return "|" + "|".join("---:" if column.numeric else "---" for column in columns) + "|"


def _fenced(text: str) -> str:
    """A code block whose fence is longer than any in the text."""
    shown = visible(text)
    longest = max((len(run) for run in _BACKTICKS.findall(shown)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{shown}\n{fence}"
