"""What the PDF loader needs of whatever reads the file: pages by index, and pictures of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ingest.loaders.lines import RawLine
from ingest.loaders.pdf_facts import PdfFacts

if TYPE_CHECKING:
    from ingest.loaders.recognition import Picture


@dataclass(frozen=True, slots=True)
class RawPage:
    """A page as its own text layer has it."""

    lines: tuple[RawLine, ...]
    #: Text boxes and comments put onto it.
    annotations: tuple[RawLine, ...] = ()
    #: Of the page, by its largest picture; looked at only where there is little text.
    picture_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Unopened:
    """A page that does not open. `reason` is a half sentence."""

    reason: str


class PdfSource(Protocol):
    """An open PDF. Nothing but `close` may be called once it is closed."""

    @property
    def facts(self) -> PdfFacts: ...

    @property
    def page_count(self) -> int:
        """As the file promises it."""
        ...

    def headings(self, index: int) -> tuple[str, ...]:
        """The path of headings above a page's text. `index` counts from 0 here and below."""
        ...

    def read_page(self, index: int) -> RawPage | Unopened: ...

    def draw_page(self, index: int) -> Picture | Unopened:
        """The page as a reader sees it, upright."""
        ...

    def close(self) -> None: ...
