"""Text with the lines marked that somebody cites."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from apps.cli.screen import wrapped

if TYPE_CHECKING:
    from rag import Highlight

_MARK, _NO_MARK = "> ", "  "
_LINES_AROUND = 1


def marked_text(highlights: Sequence[Highlight]) -> str:
    """The whole text of the page that all of these are of, with a `>` before each cited line."""
    marked = _marked(highlights)
    lines = highlights[0].page_text.split("\n")
    return "\n".join((_MARK if number in marked else _NO_MARK) + line for number, line in enumerate(lines, 1))


def excerpt(highlights: Sequence[Highlight]) -> str:
    """The same of the cited lines and those beside them alone; the rest is an ellipsis."""
    marked = _marked(highlights)
    lines = highlights[0].page_text.split("\n")
    shown = [
        number
        for number, line in enumerate(lines, 1)
        if line.strip() and any(number + step in marked for step in range(-_LINES_AROUND, _LINES_AROUND + 1))
    ]
    written: list[str] = []
    last = 0
    for number in shown:
        if any(line.strip() for line in lines[last : number - 1]):
            written.append(f"{_NO_MARK}…")
        written.append(wrapped(lines[number - 1], indent=_MARK if number in marked else _NO_MARK))
        last = number
    if any(line.strip() for line in lines[last:]):
        written.append(f"{_NO_MARK}…")
    return "\n".join(written)


def _marked(highlights: Iterable[Highlight]) -> set[int]:
    return {line.number for highlight in highlights for line in highlight.lines}
