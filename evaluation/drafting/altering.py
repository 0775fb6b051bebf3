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


def altered(question: str, other_names: Sequence[str], draw: random.Random) -> Iterator[Altered]:
    """Each way in which the question's key fact can be another one, the surer one first: another year still
    makes sense, another name may not.

    `other_names` are names that stand elsewhere in the collection.
    """
    yield from _other_years(question, draw)
    yield from _other_names(question, other_names, draw)


def _other_years(question: str, draw: random.Random) -> Iterator[Altered]:
    years = _YEAR.findall(question)
    if len(set(years)) == 1:
        year = str(int(years[0]) + draw.choice(_YEARS_AWAY))
        yield Altered("other year", question.replace(years[0], year), year)


def _other_names(question: str, other_names: Sequence[str], draw: random.Random) -> Iterator[Altered]:
    mine = names_in(question)
    asked = set(content_terms(question))
    others = [name for name in other_names if not asked & set(content_terms(name))]
    if mine and others:
        name = draw.choice(mine)
        alike = [other for other in others if len(other.split()) == len(name.split())]
        other = draw.choice(alike or others)
        yield Altered("other name", question.replace(name, other, 1), other)
