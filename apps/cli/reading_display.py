"""How much there is to read for an overview, and how far it is: lines on standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.cli.screen import count_of, file_name, note

if TYPE_CHECKING:
    from rag import ReadingPlanned, ReadingProgress


class ReadingDisplay:
    """Writes what is planned, then a line for each document that is begun."""

    def __init__(self) -> None:
        self._document: str | None = None

    def show(self, event: ReadingPlanned | ReadingProgress) -> None:
        from rag import ReadingPlanned

        if isinstance(event, ReadingPlanned):
            pieces = (
                f"in {count_of(event.pieces, 'piece')} of {count_of(event.prompt_tokens, 'token')} together"
            )
            note(f"About {count_of(event.pages, 'page')} to read, {pieces}. Ctrl-C stops it.")
        elif event.document != self._document:
            self._document = event.document
            what = f"Reading {file_name(event.document)}" if event.document else "Putting the notes together"
            note(f"{what} ({event.piece:,} of {event.pieces:,}).")
