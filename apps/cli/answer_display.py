"""Showing an answer while it is written: its text is provisional until it is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from apps.cli.screen import is_styled, printable, write

if TYPE_CHECKING:
    from rich.live import Live
    from rich.text import Text


class AnswerDisplay(Protocol):
    """Takes what the model thinks aloud, then an answer in stretches, then once as it finally reads."""

    def reason(self, text: str) -> None: ...

    def add(self, text: str) -> None: ...

    def finish(self, final: str) -> None: ...


@contextmanager
def answer_display() -> Iterator[AnswerDisplay]:
    """On a terminal provisional text is dim and gives way to the final one; elsewhere it is plain."""
    if is_styled():
        with _live_text() as live:
            yield live
        return
    streamed = StreamedText()
    try:
        yield streamed
    finally:
        streamed.end_line()


class StreamedText:
    """Text that cannot be taken back. Where the finished answer reads differently, that is written too."""

    def __init__(self) -> None:
        self._written = ""
        self._line_is_open = False

    def reason(self, text: str) -> None:
        """Not written here: whether it was reasoning is known only once an answer follows."""

    def add(self, text: str) -> None:
        self._written += text
        self._line_is_open = True
        write(text, end="")

    def finish(self, final: str) -> None:
        self.end_line()
        if self._written.strip() != final.strip():
            write(f"As it finally reads: {final}" if self._written.strip() else final)

    def end_line(self) -> None:
        if self._line_is_open:
            self._line_is_open = False
            write()


class _LiveText:
    """Text that is redrawn while it grows, and erased before the final one is written."""

    def __init__(self, live: Live, shown: Text) -> None:
        self._live = live
        self._shown = shown
        self._reasoning = False

    def reason(self, text: str) -> None:
        if not self._reasoning:
            self._reasoning = True
            self._shown.append("Reasoning: ")
        self._shown.append(printable(text))
        self._live.refresh()

    def add(self, text: str) -> None:
        if self._reasoning:  # it gives way to the answer and stands below it at the end
            self._reasoning = False
            self._shown.plain = ""
        self._shown.append(printable(text))
        self._live.refresh()

    def finish(self, final: str) -> None:
        self._live.stop()
        write(final)


@contextmanager
def _live_text() -> Iterator[_LiveText]:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    shown = Text(style="dim italic")
    with Live(shown, console=Console(highlight=False), transient=True, auto_refresh=False) as live:
        yield _LiveText(live, shown)
