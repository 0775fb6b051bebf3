"""What a picked sentence needs beside it: its table's heading, the sentence it goes on from."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.calculation.asked import Asked
from rag.tables import read_row
from rag.terms import content_terms

#: A sentence that begins so means something that was said before.
_GOES_ON = re.compile(
    r"[\"'“‘(]?(?:he|she|it|they|its|his|her|their|this|these|those|that|such|both|however|but|also|therefore|thus|"
    r"hence|moreover|furthermore|nevertheless|nonetheless|instead|otherwise|consequently|meanwhile|then|"
    r"in addition|as a result|in contrast|on the other hand|for example|for instance)\b",
    re.IGNORECASE,
)
_LONGEST_TITLE = 60
#: Rows of headings that are taken along: two rows of column names, and a line such as "(in thousands)".
_MOST_HEADINGS = 3


def goes_on(text: str) -> bool:
    """Whether a sentence begins with a pronoun or a connective."""
    return _GOES_ON.match(text) is not None


def headings_above(texts: Sequence[str], index: int) -> tuple[int, ...]:
    """The lines that head the table which the row at `index` stands in, first to last.

    `texts` are sentences and rows that follow each other. Empty for prose, for rows of headings and for rows
    that name their columns themselves.
    """
    row = read_row(texts[index])
    if row is None or row.is_named:
        return ()
    start = index
    while start > 0 and (read_row(texts[start - 1]) is not None or _is_title(texts, start - 1)):
        start -= 1
    if row.is_heading:  # a table of words: its first row names the columns
        return (start,) if start < index else ()
    found: list[int] = []
    for position in range(start, index):
        above = read_row(texts[position])
        if above is not None and above.is_heading and not above.is_bare:
            if found and found[-1] != position - 1:
                found = []  # columns are named anew
            found.append(position)
    return tuple(found[:_MOST_HEADINGS])


def _is_title(texts: Sequence[str], index: int) -> bool:
    """Whether a short line stands between rows, as titles within tables do."""
    return index > 0 and len(texts[index]) <= _LONGEST_TITLE and read_row(texts[index - 1]) is not None


def row_likeness(asked: Asked, text: str) -> float:
    """The share of a row's label that the things to calculate with are called; 0 for prose."""
    row = read_row(text)
    if row is None or row.is_heading:
        return 0.0
    label = set(content_terms(row.label))
    items = set(content_terms(" ".join(asked.items)))
    return len(label & items) / len(label) if label else 0.0
