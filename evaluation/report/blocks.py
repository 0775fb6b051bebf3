"""What a report is made of, before it is HTML or Markdown.

All text here is plain: the two writers escape it and make its control characters visible, so that nothing a
document or a model said becomes markup. Anchors and targets are made by this package alone, never from data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

#: What colour may stress. The words say the same without it.
Tone = Literal["plain", "better", "worse", "warning", "muted"]


@dataclass(frozen=True, slots=True)
class Cell:
    """`anchor` is the id of this place, `target` the id of the place it leads to; empty for none."""

    text: str
    tone: Tone = "plain"
    anchor: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """The first column of a table names its rows. `numeric` and `short` ones are not broken into lines."""

    title: str
    numeric: bool = False
    short: bool = False
    anchor: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Body:
    """Rows that belong together, under a title where it is not empty."""

    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Each row and each line of `foot` has a cell for each column. `tall` ones scroll inside themselves."""

    kind: ClassVar[str] = "table"
    caption: str
    columns: tuple[Column, ...]
    bodies: tuple[Body, ...]
    foot: tuple[tuple[Cell, ...], ...] = ()
    tall: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    kind: ClassVar[str] = "paragraph"
    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Command:
    """Lines to be typed, as they stand."""

    kind: ClassVar[str] = "command"
    text: str


@dataclass(frozen=True, slots=True)
class Term:
    """A name and what it stands for. `target` is the id of a place that says more."""

    name: str
    text: str
    tone: Tone = "plain"
    target: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    kind: ClassVar[str] = "terms"
    items: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A longer text with a line above it that says what it is, and notes below."""

    head: str
    text: str
    notes: tuple[str, ...] = ()
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Listing:
    """Texts in order. A `folded` one is opened by the reader."""

    kind: ClassVar[str] = "listing"
    title: str
    items: tuple[Item, ...]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """`svg` is safe markup made by `evaluation.report.drawing`; `caption` says in words what it shows."""

    kind: ClassVar[str] = "plot"
    svg: str
    caption: str


@dataclass(frozen=True, slots=True)
class Sides:
    """Two things beside each other; below each other where the page is narrow."""

    kind: ClassVar[str] = "sides"
    first_title: str
    first: tuple[Block, ...]
    second_title: str
    second: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks that the reader opens; `anchor` is its id."""

    kind: ClassVar[str] = "fold"
    title: str
    blocks: tuple[Block, ...]
    anchor: str = ""
    is_open: bool = False


Block = Table | Paragraph | Command | Terms | Listing | Plot | Sides | Fold


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    anchor: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """`kicker` says what kind of report it is, `lead` what is the first thing to know."""

    kicker: str
    title: str
    lead: str
    sections: tuple[Section, ...]
    warnings: tuple[str, ...] = ()
