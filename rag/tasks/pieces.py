"""Cutting a text into pieces of so many tokens, at the best places there are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

#: From the best place to cut to the worst.
_ENDS = (re.compile(r"\n\s*\n|\f"), re.compile(r"\n"), re.compile(r"(?<=[.!?。！？])\s+"), re.compile(r"\s+"))


@dataclass(frozen=True, slots=True)
class TextPiece:
    """`text` is the whole text from `start` to `end`; the pieces of a text come one behind the other."""

    start: int
    end: int
    text: str


def cut_text(text: str, most_tokens: int, count_tokens: Callable[[str], int]) -> tuple[TextPiece, ...]:
    """Pieces that together are the text: whole paragraphs if they fit, else lines, sentences, words."""
    joined: list[tuple[int, int, int]] = []
    for start, end, tokens in _parts(text, 0, len(text), most_tokens, count_tokens, 0):
        if joined and joined[-1][2] + tokens <= most_tokens:
            joined[-1] = joined[-1][0], end, joined[-1][2] + tokens
        else:
            joined.append((start, end, tokens))
    return tuple(TextPiece(start, end, text[start:end]) for start, end, _ in joined)


def _parts(
    text: str, start: int, end: int, most_tokens: int, count_tokens: Callable[[str], int], level: int
) -> Iterator[tuple[int, int, int]]:
    """Start, end and tokens of each part."""
    if start == end:
        return
    tokens = count_tokens(text[start:end])
    if tokens <= most_tokens or end - start == 1:
        yield start, end, tokens
        return
    if level < len(_ENDS):
        bounds = [start, *(match.end() for match in _ENDS[level].finditer(text, start, end)), end]
    else:
        bounds = [start, (start + end) // 2, end]
    for one, following in pairwise(bounds):
        yield from _parts(text, one, following, most_tokens, count_tokens, min(level + 1, len(_ENDS)))
