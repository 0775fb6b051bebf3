"""ROUGE of an answer, computed by rouge_score, with words of any script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from evaluation.metrics.words import words

_VARIANTS: Final = ("rouge1", "rouge2", "rougeL")


class BestRouge:
    """ROUGE-1, ROUGE-2 and ROUGE-L as F-measure, 0..1, each against the gold answer that it is highest for.

    F = 2 P R / (P + R), where P and R are the shares of the answer's and of the gold answer's words (rouge1),
    pairs of words (rouge2), or words of their longest common subsequence (rougeL), clipped like BLEU's. Lin:
    ROUGE (2004), https://aclanthology.org/W04-1013/. Words are stemmed (Porter), so rouge1 is not `token_f1`,
    which drops articles and does not stem. rougeL takes a text as one sequence; rougeLsum goes by lines.

    rouge_score's own tokenizer drops every letter that is not ASCII ("Köln" becomes "k ln", "東京" nothing).
    A text that is not plain ASCII is therefore parted by `words`, of which those in ASCII are stemmed; a
    plain one is left to the library. On plain texts both agree.
    """

    def __init__(self) -> None:
        # The library ships no types.
        from rouge_score.rouge_scorer import RougeScorer  # type: ignore[import-untyped]

        self._scorer = RougeScorer(list(_VARIANTS), tokenizer=_AnyScriptTokenizer())

    def score(self, said: str, golds: Sequence[str]) -> dict[str, float]:
        """By variant. `golds` holds at least one gold answer."""
        best = self._scorer.score_multi(golds, said)
        return {variant: float(best[variant].fmeasure) for variant in _VARIANTS}


class _AnyScriptTokenizer:
    """What rouge_score takes for a tokenizer: it calls `tokenize` and asks for no base class."""

    def __init__(self) -> None:
        # The library ships no types.
        from rouge_score.tokenizers import DefaultTokenizer  # type: ignore[import-untyped]

        self._plain = DefaultTokenizer(use_stemmer=True)

    def tokenize(self, text: str) -> list[str]:
        parts = [text] if text.isascii() else words(text)
        return [
            token for part in parts for token in (self._plain.tokenize(part) if part.isascii() else [part])
        ]
