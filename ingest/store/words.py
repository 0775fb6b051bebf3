"""A question's words: what is looked for, and the FTS5 expression for it, which cannot be a syntax error."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.indexing import unspaced_runs

#: More words than this cost time and find nothing more; the longest, being the rarest, are kept.
MAX_WORDS = 32

#: A word that a question repeats counts so often, but no more: each time costs a look at all its places.
_MOST_REPEATS = 4

# Runs of letters and digits, perhaps joined inside by one mark: "10-K", "3.5", "company's", "R&D".
_COMPOUND = re.compile(r"[^\W_]+(?:[-‐‑._/&,:'’][^\W_]+)*")
#: Letters and digits are words apart, as `ingest.indexing.letters_and_digits_apart` leaves them.
_PART = re.compile(r"[^\W\d_]+|\d+")
_APOSTROPHE = re.compile(r"['’]")

STOP_WORDS = frozenset(
    """
    a about also am an and any are as at be been being both but by can could d did do does doing don for from
    give had has have having he her him his how i if in into is it its itself just ll let m me might more most
    must my no nor not of off on or our out over own please re s shall she should so some such t tell than
    that the their them then there these they this those to too under up ve very was we were what when
    where whether which while who whom whose why will with would you your
    """.split()
)


@dataclass(frozen=True, slots=True)
class Term:
    """A word that is looked for, or several that must follow each other, with blanks between."""

    text: str
    times: int = 1
    """How often it counts: FTS5 adds up what each time is worth."""


def sought_terms(query: str) -> tuple[Term, ...]:
    """The query's words and joined words, in the order in which they are looked for.

    Stop words are left out unless nothing else is there. A joined word counts as a phrase, and each
    of its parts as a word, so that "year-over-year" finds both spellings and prefers its own, and "FY2018"
    finds "2018". What a long question keeps coming back to counts more. Of Chinese and Japanese, pairs of
    neighbouring letters are phrases.
    """
    runs, spaced = unspaced_runs(unicodedata.normalize("NFC", query).lower())
    compounds = _COMPOUND.findall(spaced)
    words = [part for compound in compounds for part in _PART.findall(_without_possessive(compound))]
    phrases = [
        " ".join(_PART.findall(compound))
        for compound in map(_without_possessive, compounds)
        if not _APOSTROPHE.search(compound) and len(_PART.findall(compound)) > 1
    ]
    telling = [word for word in words if word not in STOP_WORDS]
    pairs = [pair for run in runs for pair in _pairs(run)]
    counts = Counter([*phrases, *(telling if telling or pairs else words), *pairs])
    terms = list(counts)
    if len(terms) > MAX_WORDS:
        kept = set(sorted(terms, key=len, reverse=True)[:MAX_WORDS])
        terms = [term for term in terms if term in kept]
    return tuple(Term(term, min(counts[term], _MOST_REPEATS)) for term in terms)


def match_expression(terms: Sequence[Term]) -> str:
    """An OR of the terms for FTS5, each quoted, and repeated as often as it counts."""
    return " OR ".join(f'"{term.text}"' for term in terms for _ in range(term.times))


def _pairs(run: str) -> list[str]:
    """Each two neighbours; a letter that stands alone by itself."""
    return [" ".join(run[at : at + 2]) for at in range(max(1, len(run) - 1))]


def _without_possessive(word: str) -> str:
    return re.sub(r"['’]s$", "", word)
