"""Where a format has neither pages nor headings, its pages are parts of about equal size."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.loaders.characters import clean
from ingest.types import Page

_PART_CHARACTERS = 3000
_BREAKS = (re.compile(r"\n[ \t]*\n\s*"), re.compile(r"\n\s*"), re.compile(r"\s+"))
_LONGEST_ENTRIES = 20_000  # characters of rows or records on one page
_LONGEST_HEADER = 2000


def text_pages(text: str, headings: tuple[str, ...] = (), whole: str = "the text") -> tuple[Page, ...]:
    """Plain text as pages, cut between paragraphs. One page alone is called `whole`."""
    parts = [part for part in text_parts(text) if part]
    return tuple(
        Page(number, part, whole if len(parts) == 1 else f"part {number}", headings)
        for number, part in enumerate(parts, start=1)
    )


def text_parts(text: str, longest: int = _PART_CHARACTERS) -> Iterator[str]:
    """The text cut at the last paragraph end, line end or space before each `longest` characters."""
    start = 0
    while len(text) - start > longest:
        end = _last_break(text, start + longest // 2, start + longest)
        yield text[start:end].strip("\n").rstrip()
        start = end
    yield text[start:].strip("\n").rstrip()


def entry_pages(
    entries: Sequence[str], noun: str, *, header: str = "", separator: str = "\n", most: int = 200
) -> tuple[Page, ...]:
    """Rows or records as pages of at most so many, called "rows 1-200", each led by the `header`.

    A header so long that it would fill the pages leads only the first.

    An entry too long for a page is cut over several, which are all called by its number.
    """
    pages: list[Page] = []
    gathered: list[str] = []
    first = 1

    def close(last: int, texts: Sequence[str]) -> None:
        name = noun.removesuffix("s") if first == last else noun
        label = f"{name} {first}" if first == last else f"{name} {first}-{last}"
        is_led = header and (not pages or len(header) <= _LONGEST_HEADER)
        text = separator.join([header, *texts] if is_led else texts).strip("\n")
        if text.strip():
            pages.append(Page(len(pages) + 1, text, label))

    length = 0
    for number, entry in enumerate((clean(each) for each in entries), start=1):
        if gathered and (len(gathered) >= most or length + len(entry) > _LONGEST_ENTRIES):
            close(number - 1, gathered)
            gathered, length, first = [], 0, number
        if len(entry) > _LONGEST_ENTRIES:
            for part in text_parts(entry, _LONGEST_ENTRIES):
                close(number, [part])
            first = number + 1
            continue
        gathered.append(entry)
        length += len(entry)
    if gathered:
        close(len(entries), gathered)
    return tuple(pages)


def _last_break(text: str, earliest: int, limit: int) -> int:
    for pattern in _BREAKS:
        last = None
        for match in pattern.finditer(text, earliest, limit):
            last = match
        if last is not None:
            return last.end()
    return limit
