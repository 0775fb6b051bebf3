"""Where a text may be cut, from the best place to the worst."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

_SENTENCE_END = r"""[.!?…][\"'’”)\]]*(?=\s)|[。！？][」』”]*"""
#: From the best to the worst; each ends where the next chunk would begin.
_BOUNDARIES = (
    re.compile(r"\n[ \t]*\n\s*"),
    re.compile(rf"(?:{_SENTENCE_END})[ \t]*\n\s*"),
    re.compile(rf"(?:{_SENTENCE_END})\s*"),
    re.compile(r"\n\s*"),
    re.compile(r"\s+"),
)
_SENTENCES_AND_LINES = slice(0, 4)


class Boundaries:
    """All boundaries of one text, found once."""

    def __init__(self, text: str) -> None:
        self._kinds = [[match.end() for match in boundary.finditer(text)] for boundary in _BOUNDARIES]
        self._starts = sorted({place for kind in self._kinds[_SENTENCES_AND_LINES] for place in kind})

    def best_cut(self, lowest: int, highest: int) -> int:
        """The last place of the best kind with `lowest` < place <= `highest`; else `highest`."""
        for places in self._kinds:
            index = bisect_right(places, highest)
            if index and places[index - 1] > lowest:
                return places[index - 1]
        return highest

    def first_start(self, lowest: int, highest: int) -> int | None:
        """The first beginning of a sentence or line with `lowest` <= place < `highest`, else of a word."""
        for places in (self._starts, self._kinds[-1]):
            index = bisect_left(places, lowest)
            if index < len(places) and places[index] < highest:
                return places[index]
        return None
