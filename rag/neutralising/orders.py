"""Whether a sentence addresses the software that reads it, rather than a person.

A sentence is given points for each kind of sign; none of the milder ones is enough alone. "Reply with YES"
stands in text messages, "Your answer should be short" in examinations, "language models" in papers; one that
tells a language model how to reply is something else. `signs.toml` holds the signs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.neutralising.delimiters import forges_turns
from rag.neutralising.invisible import hides_text
from rag.neutralising.payload import COMPACT_ORDERS, FORGED_ANSWER, REPORTED, holds_payload, says_by_itself
from rag.neutralising.readings import disguised, seen, spaced_letters
from rag.neutralising.signs import may_hold_signs, sign_points

#: Points from which on a sentence is left out.
ENOUGH = 3.0
#: A sentence beside one with points borrows half of them, if it has some itself.
_BORROWED, _OWN_TO_BORROW = 0.5, 2.5
#: Beside one that is left out, so many of its own are enough.
_ENOUGH_IN_COMPANY, _FARTHEST_COMPANY = 1.5, 3
_QUOTED = re.compile(r"\"[^\"]{8,}\"|'[^']{8,}'(?!\w)|`[^`]{8,}`")


def addressing(sentences: Sequence[str]) -> list[bool]:
    """For each of the sentences, which stand one after the other, whether it addresses the software."""
    points = [order_points(sentence) for sentence in sentences]
    found = [
        own + _BORROWED * max(_beside(points, place), default=0.0) >= ENOUGH
        if own >= _OWN_TO_BORROW
        else own >= ENOUGH
        for place, own in enumerate(points)
    ]
    for _ in range(_FARTHEST_COMPANY):
        found = [
            out or (own >= _ENOUGH_IN_COMPANY and any(found[max(0, place - 1) : place + 2]))
            for place, (out, own) in enumerate(zip(found, points, strict=True))
        ]
    return found


def order_points(sentence: str) -> float:
    """How much speaks for a sentence being an order to the software: 0 for almost all, `ENOUGH` for one."""
    shown = seen(sentence)
    points = _points_of(shown)
    if points < ENOUGH:
        points = max([points, *(_points_of(seen(text)) for text in disguised(shown + _raw(sentence)))])
    letters = spaced_letters(shown)
    if letters and any(order in letters for order in COMPACT_ORDERS):
        points += ENOUGH
    if points and hides_text(sentence):
        points += 1.0
    return points


def _points_of(shown: str) -> float:
    """The points of a text in the form in which it is seen."""
    lowered = shown.casefold().lstrip("#>*|- ")
    if REPORTED.search(lowered):
        # Who writes about such orders quotes them.
        lowered = _QUOTED.sub('""', lowered)
        shown = _QUOTED.sub('""', shown)
    points = sign_points(lowered) if may_hold_signs(lowered) else 0.0
    if forges_turns(shown):
        points += 2.0
    if FORGED_ANSWER.search(shown):
        points += ENOUGH
    if not points:
        return _ENOUGH_IN_COMPANY if says_by_itself(shown) else 0.0
    return points + (1.0 if holds_payload(shown) else 0.0)


def _beside(points: Sequence[float], place: int) -> list[float]:
    return [points[other] for other in (place - 1, place + 1) if 0 <= other < len(points)]


def _raw(sentence: str) -> str:
    """The sentence once more where turning round matters: `seen` has lost the overrides."""
    return sentence if "\u202e" in sentence or "\u202d" in sentence else ""
