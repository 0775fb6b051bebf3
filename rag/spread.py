"""Whether a question's words stand in several places: then more has to be shown than for one place."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rag.hits import Hit
from rag.terms import content_terms

#: Above it are 60% of the questions of HotpotQA, which need two passages, and 10 to 17% of those of SQuAD 2
#: and RGB, which need one.
_MUCH = 0.25


def word_spread(question: str, hits: Sequence[Hit]) -> float:
    """How much more of the question's words stands in all hits together than in the best of them, 0..1.

    Words count by how rare they are among the hits; those that stand in none count as not found. A question
    that leads from one thing to another is high, one that a single passage speaks of is 0.
    """
    wanted = set(content_terms(question))
    held = [wanted & set(content_terms(hit.text)) for hit in hits]
    if not wanted or not held:
        return 0.0
    rarity = {term: math.log(1 + len(held) / (1 + sum(term in terms for terms in held))) for term in wanted}
    whole = sum(rarity.values())
    return _share(set().union(*held), rarity, whole) - max(_share(terms, rarity, whole) for terms in held)


def is_spread(question: str, hits: Sequence[Hit]) -> bool:
    """Whether one place is not enough."""
    return word_spread(question, hits) > _MUCH


def _share(terms: set[str], rarity: dict[str, float], whole: float) -> float:
    return sum(rarity[term] for term in terms) / whole
