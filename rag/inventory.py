"""What is in the collection, told by code: documents, pages, dates."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.media_names import media_types_named
from rag.holdings import Holding
from rag.neutralising.passage import neutralised_line
from rag.reading import file_name

#: So many documents are named; of the others it is told how many they are.
_MOST_NAMED = 20


def inventory(holdings: Sequence[Holding], kind: str | None = None) -> str:
    """How many documents and pages there are, and which, by name. `kind` is a name of `media_names`."""
    noun = "document"
    if kind is not None:
        types = media_types_named(kind)
        holdings = [holding for holding in holdings if holding.info.media_type in types]
        noun = f"document of type {kind}"
    if not holdings:
        return f"There is no {noun} here."
    pages = sum(holding.info.page_count for holding in holdings)
    lines = [f"{_counted(len(holdings), noun)}, {_counted(pages, 'page')}:"]
    lines += [f"- {describe(holding)}" for holding in holdings[:_MOST_NAMED]]
    if len(holdings) > _MOST_NAMED:
        lines.append(f"and {len(holdings) - _MOST_NAMED:,} more.")
    return "\n".join(lines)


def describe(holding: Holding) -> str:
    """A document in one line: "report.pdf: 12 pages, written 2023-05-01"."""
    info = holding.info
    day = f"written {info.written}" if info.written else f"read in on {info.ingested_at[:10]}"
    says_more = info.title and info.title not in file_name(info.path)
    title = f" ({neutralised_line(info.title)[0]})" if says_more else ""
    return f"{holding.shown_name}{title}: {_counted(info.page_count, 'page')}, {day}"


def _counted(count: int, noun: str) -> str:
    if count == 1:
        return f"1 {noun}"
    first, space, rest = noun.partition(" ")
    return f"{count:,} {first}s{space}{rest}"
