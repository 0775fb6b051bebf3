"""Flowing formats have no pages: what a citation names there is the section under a heading."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from ingest.loaders.characters import clean
from ingest.types import Page

BEGINNING = "the beginning"

_LABEL_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item, table or heading. `level` is 0 for all but headings (1 is the outermost).

    `tight` blocks follow the one before on the next line; others after a blank line.
    """

    text: str
    level: int = 0
    tight: bool = False


def sections_of(blocks: Iterable[Block]) -> tuple[Page, ...]:
    """One page per heading, holding the heading's own text first and then all up to the next heading.

    A heading directly followed by a deeper one shares that one's page, so no page is a bare title
    where text follows. All text of all blocks is on exactly one page, in order.
    """
    pages: list[Page] = []
    path: list[tuple[int, str]] = []
    lines: list[Block] = []
    has_body = False

    def finish_section() -> None:
        if not lines:
            return
        headings = tuple(text for _, text in path)
        label = f"section {shorten_heading(headings[-1])}" if headings else BEGINNING
        pages.append(Page(len(pages) + 1, _join(lines), label, headings))
        lines.clear()

    for raw in blocks:
        text = clean(raw.text).strip("\n") if raw.level == 0 else " ".join(clean(raw.text).split())
        if not text.strip():
            continue
        block = Block(text, raw.level, raw.tight)
        if block.level == 0:
            lines.append(block)
            has_body = True
            continue
        deeper = not path or block.level > path[-1][0]
        if has_body or not deeper:
            finish_section()
            has_body = False
        while path and path[-1][0] >= block.level:
            path.pop()
        path.append((block.level, block.text))
        lines.append(block)
    finish_section()
    return tuple(pages)


def first_heading(pages: Iterable[Page]) -> str | None:
    """The outermost heading of the first page that has one."""
    return next((page.headings[0] for page in pages if page.headings), None)


def _join(blocks: list[Block]) -> str:
    parts = [blocks[0].text]
    for before, block in pairwise(blocks):
        close = block.tight or before.level > 0
        parts.append("\n" if close else "\n\n")
        parts.append(block.text)
    return "".join(parts)


def shorten_heading(heading: str) -> str:
    """A heading as a label can hold it."""
    if len(heading) <= _LABEL_CHARACTERS:
        return heading
    return heading[: _LABEL_CHARACTERS - 1].rsplit(" ", 1)[0] + "…"
