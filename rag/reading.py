"""Reading documents through: what is to be read, how far it is, and what the result was read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

#: Which pages were read where not all were: those most like the whole of their document, or those nearest
#: to what was asked.
PageChoice = Literal["all", "central", "nearest"]

_CHOSEN: dict[PageChoice, str] = {
    "all": "",
    "central": ": those most like the whole of their document",
    "nearest": ": those nearest to what was asked",
}
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A document that was not read, by its path, and why: "holds no text"."""

    document: str
    reason: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was read, of what there was to read. A document counts that was read in part."""

    documents: int
    documents_total: int
    pages: int
    pages_total: int
    chosen: PageChoice = "all"
    left_out: tuple[LeftOut, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether nothing was left out."""
        return self.documents == self.documents_total and self.pages == self.pages_total

    @property
    def text(self) -> str:
        """The same in words: "From 12 of 12 documents, 341 pages."."""
        documents = f"{self.documents:,} of {_counted(self.documents_total, 'document')}"
        pages = _counted(self.pages_total, "page")
        if self.pages < self.pages_total:
            pages = f"{self.pages:,} of {pages}{_CHOSEN[self.chosen]}"
        return " ".join([f"From {documents}, {pages}.", *self._left_out()])

    def _left_out(self) -> list[str]:
        if not self.left_out:
            return []
        named = [f"{file_name(one.document)} ({one.reason})" for one in self.left_out[:_MOST_NAMED]]
        return [f"Not read: {listed(named, len(self.left_out))}."]


@dataclass(frozen=True, slots=True)
class ReadingPlanned:
    """So much will be read, before the first of it is: `prompt_tokens` for the model, in `pieces`."""

    documents: int
    pages: int
    pieces: int
    prompt_tokens: int


@dataclass(frozen=True, slots=True)
class ReadingProgress:
    """This piece of so many, from 1, is read now; `document` is empty while notes are put together."""

    document: str
    piece: int
    pieces: int


def file_name(path: str) -> str:
    """The last part of a document's path."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2] or path


def listed(some: Sequence[str], total: int) -> str:
    """ "a, b and c", or "a, b and 12 more" where there are more than are named."""
    if len(some) < total:
        return f"{', '.join(some)} and {total - len(some):,} more"
    return " and ".join(part for part in (", ".join(some[:-1]), some[-1]) if part)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
