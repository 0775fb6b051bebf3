"""The words of a text that can tell one passage from another."""

from __future__ import annotations

import re
from collections.abc import Set

_WORD = re.compile(r"\d+(?:[.,]\d+)*|\w+")

#: Words too common to say what a sentence is about.
STOP_WORDS = frozenset(
    "a about after all also an and any are as at be been before being between both but by can could did do "
    "does doing during each few for from further had has have having he her here hers him his how i if in "
    "into is it its itself just many may me might more most much must my no nor not of off on once only or "
    "other our out over own s same shall she should so some such t than that the their them then there these "
    "they this those through to too under until up upon was we were what when where which while who whom why "
    "will with would you your".split()
)


def content_terms(text: str) -> list[str]:
    """Lower-cased words and numbers, stop words left out, plurals and the like cut to a common stem."""
    return [stem(word) for word in _WORD.findall(text.lower()) if word not in STOP_WORDS]


def closeness(said: Set[str], asked: Set[str], terms: Set[str]) -> float:
    """How much a source with these terms says of what is said; 0 where they share none.

    What the sentence says counts first; what was asked tells equals apart ("1889" in two places).
    """
    return 1.0 * len(said & terms) + 0.4 * len((asked - said) & terms) if said & terms else 0.0


def stem(word: str) -> str:
    """A light stem: enough to join "firms" and "firm", "signed" and "sign"."""
    if word[0].isdigit():
        return word.replace(",", "")
    for suffix in ("ingly", "edly", "ies", "ing", "ed", "es", "ly", "s"):
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            return word[: -len(suffix)] + ("y" if suffix == "ies" else "")
    return word
