"""What speaks for a sentence being said by its sources, each as one number."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise

from rag.support.words import Word, words

#: Beyond so many words a sentence counts as no longer.
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Signals:
    """One claim's signals. A share is 0..1 of the sentence's words (lengths: of its words' letters).

    - ordered: words that stand in the sources in the same order (longest common subsequence, the recall of
      ROUGE-L with the sentence as reference, https://aclanthology.org/W04-1013/).
    - ordered_in_one: the same within the one source sentence that has most of them.
    - unbroken: the longest stretch of words that stands in the sources as it is.
    - words, content, weighty: words, content words, and content words by their length, that the sources have.
    - pairs: pairs of neighbouring words that the sources have.
    - missing: log(1 + content words that they lack).
    - length: log of the number of words, at most 40 of them.
    - meaning: cosine similarity to the nearest source sentence; None where nothing embeds.
    """

    ordered: float
    ordered_in_one: float
    unbroken: float
    words: float
    content: float
    weighty: float
    pairs: float
    missing: float
    length: float
    meaning: float | None = None

    def as_dict(self) -> dict[str, float]:
        """By name, without what there is not."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def signals(sentence: str, sources: Sequence[str], meaning: float | None = None) -> Signals | None:
    """The signals of a sentence beside its sources; None where it has no word."""
    said, read = words(sentence), [words(source) for source in sources]
    if not said:
        return None
    forms = [word.form for word in said]
    source_forms = [[word.form for word in source] for source in read]
    joined = [form for source in source_forms for form in source]
    content = [word for word in said if word.has_content] or said
    known = set(joined)
    held = [word for word in content if word.form in known]
    return Signals(
        ordered=longest_common_subsequence(forms, joined) / len(forms),
        ordered_in_one=max((longest_common_subsequence(forms, one) for one in source_forms), default=0)
        / len(forms),
        unbroken=_longest_common_stretch(forms, joined) / len(forms),
        words=sum((Counter(forms) & Counter(joined)).values()) / len(forms),
        content=len(held) / len(content),
        weighty=_weight(held) / _weight(content),
        pairs=_shared_pairs(forms, source_forms, known),
        missing=math.log1p(len({word.form for word in content} - known)),
        length=math.log(min(len(forms), _LONGEST)),
        meaning=meaning,
    )


def longest_common_subsequence(first: Sequence[str], second: Sequence[str]) -> int:
    """Its length. By bits of one integer: Hyyrö 2004, "Bit-parallel LCS-length computation revisited"."""
    places: dict[str, int] = {}
    for position, word in enumerate(second):
        places[word] = places.get(word, 0) | 1 << position
    all_ones = (1 << len(second)) - 1
    row = all_ones
    for word in first:
        matched = row & places.get(word, 0)
        row = ((row + matched) | (row - matched)) & all_ones
    return len(second) - row.bit_count()


def _longest_common_stretch(first: Sequence[str], second: Sequence[str]) -> int:
    longest = 0
    before: dict[int, int] = {}
    places: dict[str, list[int]] = {}
    for position, word in enumerate(second):
        places.setdefault(word, []).append(position)
    for word in first:
        here = {position: before.get(position - 1, 0) + 1 for position in places.get(word, ())}
        longest = max(longest, *here.values()) if here else longest
        before = here
    return longest


def _shared_pairs(forms: Sequence[str], sources: Sequence[Sequence[str]], known: Collection[str]) -> float:
    """A single word is its own pair."""
    pairs = list(pairwise(forms))
    if not pairs:
        return float(forms[0] in known)
    stated = {pair for source in sources for pair in pairwise(source)}
    return sum(pair in stated for pair in pairs) / len(pairs)


def _weight(counted: Sequence[Word]) -> int:
    return sum(len(word.form) for word in counted)
