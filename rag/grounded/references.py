"""What a wish says of where to look: "the apparatus on page 4 of the manual"."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PAGE = re.compile(
    r"\b(?:page|pg\.?|p\.|seite)\s*(?P<number>\d{1,6})\b"
    r"(?:\s+(?:of|in|from|von|aus)\s+(?P<document>[^:;,\n]+))?",
    re.IGNORECASE,
)
_FILE = re.compile(
    r"\s+(?:of|in|from|von|aus)\s+(?:the\s+)?(?P<document>[^\s:;,]+\.[a-z]\w{1,4})[\s.!?]*$", re.IGNORECASE
)
#: What leads from the subject to the page: "that is described on".
_LEADING = re.compile(
    r"[\s,]*(?:\b(?:that|which|as|is|are|was|were|described|shown|pictured|mentioned|explained|found|given)\s+)*"
    r"\b(?:on|at|from|in|by|of|auf|von|aus|of what|what)\s*(?:the\s+)?$|[\s,:(]+$",
    re.IGNORECASE,
)
_EDGES = " \t\n.,:;!?()\"'“”"


@dataclass(frozen=True, slots=True)
class Reference:
    """`page_number` counts from 1. `document` is the phrase that names it, `subject` what is left."""

    subject: str
    page_number: int | None = None
    document: str | None = None


def read_reference(wish: str) -> Reference:
    """The page and the document that a wish names, where it does."""
    words = " ".join(wish.split())
    if match := _PAGE.search(words):
        before = _LEADING.sub("", words[: match.start()]).strip(_EDGES)
        after = words[match.end() :].strip(_EDGES)
        document = (match["document"] or "").strip(" \t.!?\"'“”") or None
        return Reference(before or after, int(match["number"]), document)
    if match := _FILE.search(words):
        return Reference(_LEADING.sub("", words[: match.start()]).strip(_EDGES), None, match["document"])
    return Reference(words.strip())
