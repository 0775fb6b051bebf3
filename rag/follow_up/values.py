"""Values in a question that another of the same kind can take the place of: years, quarters, names."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MONTHS = (
    "january february march april may june july august september october november december "
    "januar februar märz mai juni juli oktober dezember janvier février mars avril juin juillet août "
    "septembre octobre novembre décembre enero febrero marzo mayo junio julio septiembre "
    "octubre noviembre diciembre"
)
_DAYS = (
    "monday tuesday wednesday thursday friday saturday sunday weekend weekends weekdays montag dienstag "
    "mittwoch donnerstag freitag samstag sonntag lundi mardi mercredi jeudi vendredi samedi dimanche "
    "lunes martes miércoles jueves viernes sábado domingo"
)
_PARTS = (
    "section|article|chapter|clause|page|part|annex|appendix|table|figure|item|note|plan|form|schedule|phase"
)

_PATTERNS = {
    "part": re.compile(rf"\b(?i:{_PARTS}|artikel|kapitel|abschnitt)\s+(?:\d+(?:\.\d+)*|[A-Z])\b"),
    "quarter": re.compile(
        r"\b(?:[qh][1-4]|(?:first|second|third|fourth|last)\s+(?:quarter|half))\b", re.IGNORECASE
    ),
    "year": re.compile(r"\b(?:1[5-9]|20)\d\d\b"),
    # "may" is a verb, too: only with its capital
    "month": re.compile(rf"\b(?:(?!may\b)(?i:{'|'.join(_MONTHS.split())})|May)\b"),
    "day": re.compile(rf"\b(?:{'|'.join(_DAYS.split())})\b", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a kind; `start` and `end` are offsets into the text it stands in."""

    kind: str
    written: str
    start: int
    end: int


def values_in(text: str) -> tuple[Value, ...]:
    """The values in a text, in their order, none within another."""
    found = [
        Value(kind, match.group(), match.start(), match.end())
        for kind, pattern in _PATTERNS.items()
        for match in pattern.finditer(text)
    ]
    kept: list[Value] = []
    for value in found:
        if all(value.end <= other.start or other.end <= value.start for other in kept):
            kept.append(value)
    return tuple(sorted(kept, key=lambda value: value.start))


def is_value(text: str) -> bool:
    """Whether a word is a value and nothing else."""
    return any(pattern.fullmatch(text) for pattern in _PATTERNS.values())


def replaced(text: str, value: Value, by: str) -> str:
    """The text with another in the value's place."""
    return text[: value.start] + by + text[value.end :]


def with_values(text: str, values: tuple[Value, ...]) -> tuple[str, tuple[Value, ...]]:
    """The text with these in the place of its own of the same kind, and those that found no place.

    As many as there are of a kind are replaced, the last ones; where the new ones name a quarter or a month
    and no year, the year stays.
    """
    without_place: list[Value] = []
    for kind in dict.fromkeys(value.kind for value in values):
        new = [value for value in values if value.kind == kind]
        old = [value for value in values_in(text) if value.kind == kind]
        pairs = list(zip(old[-len(new) :], new, strict=False))
        for before, after in reversed(pairs):
            text = replaced(text, before, after.written)
        without_place += new[len(pairs) :]
    return text, tuple(without_place)
