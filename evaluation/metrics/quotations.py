"""Whether one stretch of text holds another: a chunk a gold sentence, a quote what it should quote."""

from __future__ import annotations

import re
from functools import lru_cache

from evaluation.metrics.words import folded, is_unspaced, ngrams, words

#: Share of a sentence's trigrams from which on a text is said to hold it.
ENOUGH = 0.5
_LENGTH = 3


def share_held(text: str, sentence: str) -> float:
    """Share of the sentence that stands in the text, 0..1: 1 where it stands there verbatim.

    Verbatim: white space and case apart, and not as part of longer words. Otherwise
    |trigrams of the sentence, by position, that occur in the text| / |trigrams of the sentence|, over words
    (characters in scripts without spaces); a sentence of one or two words is one n-gram of that length. An
    empty sentence stands nowhere. Not symmetric (see `overlap`); the order of the trigrams is not compared,
    as it is in ROUGE-L.
    """
    if not sentence.strip():
        return 0.0
    if _verbatim(sentence).search(folded(text)):
        return 1.0
    wanted = _sentence_ngrams(sentence)
    if not wanted:
        return 0.0
    there = set(ngrams(words(text), len(wanted[0])))
    return sum(ngram in there for ngram in wanted) / len(wanted)


def holds(text: str, sentence: str) -> bool:
    """Whether the text holds the sentence: verbatim, or at least half of its trigrams."""
    return share_held(text, sentence) >= ENOUGH


def overlap(one: str, other: str) -> float:
    """How much of the shorter of two texts stands in the longer, 0..1; symmetric.

    `share_held` of the one with fewer words; of equally long ones the higher of both ways.
    """
    first, second = len(words(one)), len(words(other))
    shares = []
    if first <= second:
        shares.append(share_held(other, one))
    if second <= first:
        shares.append(share_held(one, other))
    return max(shares)


def matches(quote: str, sentence: str) -> bool:
    """Whether a quote and a gold sentence are of the same words, whichever is longer: half of the shorter."""
    return overlap(quote, sentence) >= ENOUGH


@lru_cache(maxsize=4096)
def _verbatim(sentence: str) -> re.Pattern[str]:
    """The sentence as a pattern over folded text, any white space between its characters."""
    characters = [character for character in folded(sentence) if not character.isspace()]
    before = r"(?<!\w)" if _joins(characters[0]) else ""
    after = r"(?!\w)" if _joins(characters[-1]) else ""
    return re.compile(before + r"\s*".join(map(re.escape, characters)) + after)


def _joins(character: str) -> bool:
    """Whether a neighbour would make a longer word of it."""
    return character.isalnum() and not is_unspaced(character)


@lru_cache(maxsize=4096)
def _sentence_ngrams(sentence: str) -> tuple[tuple[str, ...], ...]:
    found = words(sentence)
    return tuple(ngrams(found, min(_LENGTH, len(found)))) if found else ()
