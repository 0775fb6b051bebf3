"""A question turned into one like it about something else: another year, another name."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evaluation.drafting.types import Kind
from evaluation.drafting.wording import names_in
from rag.terms import content_terms

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_YEARS_AWAY = (-3, -4, -5, -6, -7, -8, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class Altered:
    """A question made of another one. `key` is the year or name that is new in it; empty where nothing is."""

    kind: Kind
    text: str
    key: str = ""

    def may_be_answered_by(self, text: str) -> bool:
        """Whether the text speaks of the key at all. A small model answers also where it does not."""
        return set(content_terms(self.key)) <= set(content_terms(text))


def altered(question: str, names: Sequence[Sequence[str]], draw: random.Random) -> Iterator[Altered]:
    """Each way in which the question's key fact can be another one, the surer one first: another year still
    makes sense, another name may not.

    `names` stand elsewhere in the collection, in groups: those of the nearest passages, which are of the same
    matter, before others.
    """
    yield from _other_years(question, draw)
    yield from _other_names(question, names, draw)


def _other_years(question: str, draw: random.Random) -> Iterator[Altered]:
    years = _YEAR.findall(question)
    if len(set(years)) == 1:
        year = str(int(years[0]) + draw.choice(_YEARS_AWAY))
        yield Altered("other year", question.replace(years[0], year), year)


def _other_names(question: str, names: Sequence[Sequence[str]], draw: random.Random) -> Iterator[Altered]:
    """One name for another of as many words, if there is one."""
    mine = names_in(question)
    if not mine:
        return
    name, asked = draw.choice(mine), set(content_terms(question))
    groups = [
        [other for other in group if (terms := set(content_terms(other))) and not terms & asked]
        for group in names
    ]
    alike = [[other for other in group if len(other.split()) == len(name.split())] for group in groups]
    if found := next(filter(None, [*alike, *groups]), None):
        other = draw.choice(found)
        yield Altered("other name", question.replace(name, other, 1), other)
