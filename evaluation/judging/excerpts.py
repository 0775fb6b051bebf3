"""Long texts cut to what a judge can be given: a token of a prompt takes time."""

from __future__ import annotations

from collections.abc import Callable

from evaluation.metrics.words import words
from rag.sentences import sentence_spans

GAP = "[...]"


def beginning(text: str, most_tokens: int, count_tokens: Callable[[str], int]) -> str:
    """The text's first sentences, as many as fit, with a mark where something is left out.

    For answers and gold answers: what matters comes first, and nobody may choose the better half of an
    answer. A first sentence that is too long is cut after a word.
    """
    text = text.strip()
    if count_tokens(text) <= most_tokens:
        return text
    end, left = 0, most_tokens
    for start, stop in sentence_spans(text):
        left -= count_tokens(text[start:stop])
        if left < 0:
            break
        end = stop
    kept = text[:end] if end else _cut(text, most_tokens, count_tokens)
    return f"{kept} {GAP}"


def nearest(text: str, answer: str, most_tokens: int, count_tokens: Callable[[str], int]) -> str:
    """The text's sentences that share the most words with the answer, in the text's order, gaps marked.

    For sources: an answer rests on a few sentences of a long page, and those hold its words. Of two that
    share as many words the earlier one is taken.
    """
    text = text.strip()
    if count_tokens(text) <= most_tokens:
        return text
    wanted = {word.lower() for word in words(answer)}
    sentences = [text[start:stop] for start, stop in sentence_spans(text)]
    shared = [len(wanted & {word.lower() for word in words(sentence)}) for sentence in sentences]
    kept: set[int] = set()
    left = most_tokens
    for index in sorted(range(len(sentences)), key=lambda index: (-shared[index], index)):
        tokens = count_tokens(sentences[index])
        if tokens <= left:
            kept.add(index)
            left -= tokens
    if not kept:
        best = max(range(len(sentences)), key=lambda index: (shared[index], -index))
        return f"{_cut(sentences[best], most_tokens, count_tokens)} {GAP}"
    parts: list[str] = []
    for index, sentence in enumerate(sentences):
        if index in kept:
            parts.append(sentence)
        elif parts[-1:] != [GAP]:
            parts.append(GAP)
    return " ".join(parts)


def _cut(text: str, most_tokens: int, count_tokens: Callable[[str], int]) -> str:
    """The longest beginning that fits, found by halving; back to the last space if one is near its end."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if count_tokens(text[:middle]) <= most_tokens else (low, middle - 1)
    space = text.rfind(" ", 0, low + 1)
    return text[: space if low < len(text) and space > low - 30 and space > 0 else low].rstrip()
