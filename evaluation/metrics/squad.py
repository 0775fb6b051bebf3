"""SQuAD's comparison of an answer with gold answers: exact match, token F1, and whether a gold stands in it.

The rules are those of the official evaluate-v2.0.py (https://arxiv.org/abs/1606.05250,
https://arxiv.org/abs/1806.03822). They part words at spaces, so for a gold answer mostly in a script without
them (Chinese, Japanese, Thai) both texts are compared as MLQA does (https://arxiv.org/abs/1910.07475): by
characters, all Unicode punctuation dropped.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from evaluation.metrics.words import mostly_unspaced, words

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalise(text: str) -> str:
    """Lower case, no ASCII punctuation, then no English articles, single spaces."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(said: str, golds: Sequence[str]) -> float:
    """1 where the normalised text equals a normalised gold answer, else 0.

    As in the official script, gold answers of which normalising leaves nothing are passed over; where none
    remains, the right answer is an empty one.
    """
    return max(float(_tokens(said, gold) == _tokens(gold, gold)) for gold in _comparable(golds))


def token_f1(said: str, golds: Sequence[str]) -> float:
    """2 P R / (P + R) against the best gold answer, 0..1: P and R are the shares of shared tokens.

    Tokens count as often as they occur. Where either side is empty, 1 only if both are. Not the F1 of
    retrieval: it knows nothing of order, and of an answer that negates the gold it says nearly 1.
    """
    return max(_f1(_tokens(said, gold), _tokens(gold, gold)) for gold in _comparable(golds))


def contains_gold(said: str, golds: Sequence[str]) -> float:
    """1 where a gold answer stands in the text, both normalised, whole words only, else 0.

    Kinder than exact match to an answer in a whole sentence; an answer that lists every guess pleases it too.
    Gold answers of which normalising leaves nothing stand nowhere.
    """
    return float(any(_stands_in(_tokens(gold, gold), _tokens(said, gold)) for gold in golds))


def _comparable(golds: Sequence[str]) -> list[str]:
    return [gold for gold in golds if normalise(gold)] or [""]


def _tokens(text: str, gold: str) -> list[str]:
    return words(text) if _by_characters(gold) else normalise(text).split()


@lru_cache(maxsize=4096)
def _by_characters(gold: str) -> bool:
    return not gold.isascii() and mostly_unspaced(gold)


def _f1(said: list[str], gold: list[str]) -> float:
    if not said or not gold:
        return float(said == gold)
    shared = sum((Counter(said) & Counter(gold)).values())
    if not shared:
        return 0.0
    precision, recall = shared / len(said), shared / len(gold)
    return 2 * precision * recall / (precision + recall)


def _stands_in(gold: list[str], said: list[str]) -> bool:
    if not gold:
        return False
    return any(said[start : start + len(gold)] == gold for start in range(len(said) - len(gold) + 1))
