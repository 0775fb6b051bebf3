"""A paragraph that stands in ten places is one hit with ten places, not ten hits."""

from __future__ import annotations

import re
from collections import Counter

from ingest.indexing import unspaced_letters_apart

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_SHINGLE_WORDS = 3
#: A text with so much of it in another one says what that one says.
_CONTAINED = 0.9

_Shingle = tuple[str, ...]


class KeptTexts:
    """Texts that were kept, ready to tell whether one of them holds all that another one says.

    Containment of word triples: Broder, On the resemblance and containment of documents (1997),
    https://doi.org/10.1109/SEQUEN.1997.666900. Each number must be in it too: a table of another year, or a
    clause with another amount, is no repeat.
    """

    def __init__(self) -> None:
        self._holders: dict[_Shingle, list[int]] = {}
        self._numbers: list[frozenset[str]] = []

    def keep(self, text: str) -> None:
        """The first is number 0."""
        for shingle in _shingles(text):
            self._holders.setdefault(shingle, []).append(len(self._numbers))
        self._numbers.append(_numbers(text))

    def holding(self, text: str) -> int | None:
        """The number of the first kept text that holds this one, None where none does."""
        shingles = _shingles(text)
        shared = Counter(number for shingle in shingles for number in self._holders.get(shingle, ()))
        numbers = _numbers(text)
        return min(
            (
                number
                for number, count in shared.items()
                if count >= _CONTAINED * len(shingles) and numbers <= self._numbers[number]
            ),
            default=None,
        )


def _shingles(text: str) -> frozenset[_Shingle]:
    words = _WORD.findall(unspaced_letters_apart(text).casefold())
    if len(words) <= _SHINGLE_WORDS:
        return frozenset([tuple(words)])
    return frozenset(zip(*(words[place:] for place in range(_SHINGLE_WORDS)), strict=False))


def _numbers(text: str) -> frozenset[str]:
    return frozenset(_NUMBER.findall(text))
