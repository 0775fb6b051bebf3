"""Why hits stand where they stand, in words and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.cli.screen import one_line, wrapped, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag import ArmScore, Explanation, Hit, Missed

_NOT_BROUGHT = "not among what it brings"
#: Less than this is 0.000 as it is shown.
_SHOWN = 0.0005


def write_explanation(explained: Explanation, following: Explanation | None) -> None:
    """What speaks for a hit, its words, and why it stands above the next."""
    hit = explained.hit
    if hit.contributions is not None:
        parts = hit.contributions
        named = f" + {parts.name:.3f} by the document's name" if parts.name else ""
        reranked = (
            f" + {parts.reranking:.3f} by the reranker ({_arm(hit.reranked, 'its score')})"
            if hit.reranked is not None
            else ""
        )
        write(
            f"   {hit.score:.3f} = {parts.meaning:.3f} by meaning ({_arm(hit.dense, 'cosine')}) + "
            f"{parts.words:.3f} by words ({_arm(hit.lexical, 'BM25')}){named}{reranked}"
        )
    write(wrapped(_words(explained), indent="   "))
    if following is not None:
        write(wrapped(_above(hit, following.hit), indent="   "))


def write_missed(missed: Missed, place: str) -> None:
    """Why a place is not among the first hits."""
    if missed.best is None:
        write(f"{place} holds no text that could be found.")
        return
    hit = missed.best.hit
    if missed.rank is not None:
        write(f"The best of {place} stands at rank {missed.rank} of {missed.looked_at} that were looked at.")
        if missed.said_by is not None:
            same = missed.said_by
            write(
                f"It says nothing beyond rank {same.rank}, page {same.page_number} of "
                f"{one_line(same.document)}, and is shown as a place more of that."
            )
    else:
        write(f"Nothing of {place} was looked at: neither way of searching brings it. Its best:")
    for name, own, last in (
        ("meaning, cosine", hit.dense, missed.last_dense),
        ("words, BM25", hit.lexical, missed.last_lexical),
    ):
        reached = "none" if own is None else f"{own.score:.3f}"
        limit = (
            "nothing was brought"
            if last is None
            else f"the last that is brought, rank {last.rank}, has {last.score:.3f}"
        )
        write(wrapped(f"by {name}: {reached}; {limit}", indent="   "))
    if hit.reranked is not None:
        write(f"   by the reranker: {hit.reranked.score:.3f}")
    write(wrapped(_words(missed.best), indent="   "))
    write(wrapped(hit.text, indent="   ", most_lines=4))


def explanation_as_json(explained: Explanation) -> dict[str, object]:
    hit, parts = explained.hit, explained.hit.contributions
    return {
        "dense": _arm_as_json(hit.dense),
        "lexical": _arm_as_json(hit.lexical),
        "reranked": _arm_as_json(hit.reranked),
        "contributions": None
        if parts is None
        else {
            "meaning": parts.meaning,
            "words": parts.words,
            "name": parts.name,
            "reranking": parts.reranking,
        },
        "shared_words": list(explained.shared),
        "lacking_words": list(explained.lacking),
    }


def missed_as_json(missed: Missed) -> dict[str, object]:
    return {
        "rank": missed.rank,
        "looked_at": missed.looked_at,
        "said_by": None
        if missed.said_by is None
        else {"document": missed.said_by.document, "page": missed.said_by.page_number},
        "last_dense": _arm_as_json(missed.last_dense),
        "last_lexical": _arm_as_json(missed.last_lexical),
        "best": None
        if missed.best is None
        else {
            "document": missed.best.hit.document,
            "page": missed.best.hit.page_number,
            "text": missed.best.hit.text,
            **explanation_as_json(missed.best),
        },
    }


def _arm(score: ArmScore | None, measure: str) -> str:
    return _NOT_BROUGHT if score is None else f"rank {score.rank}, {measure} {score.score:.3f}"


def _words(explained: Explanation) -> str:
    shared = ", ".join(map(one_line, explained.shared)) or "none"
    lacking = ", ".join(map(one_line, explained.lacking)) or "none"
    return f"words of the question here: {shared}; not here: {lacking}"


def _above(hit: Hit, following: Hit) -> str:
    """The difference to the next, by what makes it."""
    if hit.contributions is None or following.contributions is None:
        return ""
    mine, theirs = hit.contributions, following.contributions
    differences: Sequence[tuple[str, float]] = (
        ("meaning", mine.meaning - theirs.meaning),
        ("words", mine.words - theirs.words),
        ("name", mine.name - theirs.name),
        ("reranker", mine.reranking - theirs.reranking),
    )
    parts = ", ".join(
        f"{name} {difference:+.3f}" for name, difference in differences if abs(difference) >= _SHOWN
    )
    if not parts:
        equal = mine.score == theirs.score
        return (
            "as good as the next, and older in the collection"
            if equal
            else "as good as the next to three digits"
        )
    return f"above the next by {mine.score - theirs.score:.3f}: {parts}"


def _arm_as_json(score: ArmScore | None) -> dict[str, object] | None:
    return None if score is None else {"rank": score.rank, "score": score.score}
