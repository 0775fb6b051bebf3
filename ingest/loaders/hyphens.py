"""Words broken at a line's end: was the hyphen theirs, or did the line bring it?"""

from __future__ import annotations

import re
from collections.abc import Iterable

#: Stands in a page's raw text where a hyphen ended a line and the word went on in the next.
BREAK = "\ufffe"

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LAST_PART = re.compile(r"[^\W\d_]+\Z")
_BROKEN_WORD = re.compile(rf"[\w-]*{BREAK}[\w-]*")


class WordBreaks:
    """Decides by the words that the same document writes without a line end in them."""

    def __init__(self, page_texts: Iterable[str]) -> None:
        self._words: set[str] = set()
        texts = list(page_texts)
        if any(BREAK in text for text in texts):
            for text in texts:
                self._words.update(_WORD.findall(_BROKEN_WORD.sub(" ", text).lower()))

    def join(self, before: str, after: str) -> str:
        """What stands between the two parts on one line: a hyphen, or nothing.

        Nothing where the document knows the whole word, or does not know what follows as a word of
        its own (`infor` + `mation`). A hyphen in all other cases, as the page shows it (`non` + `public`).
        """
        left, right = _LAST_PART.search(before), _WORD.match(after)
        if left is None or right is None or not right[0][0].islower():
            return "-"
        first, second = left[0].lower(), right[0].lower()
        if f"{first}-{second}" in self._words:
            return "-"
        if first + second in self._words:
            return ""
        return "-" if second.partition("-")[0] in self._words else ""
