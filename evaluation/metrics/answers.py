"""How near an answer comes to the gold answers, word by word."""

from __future__ import annotations

from collections.abc import Mapping

from evaluation.metrics.refusals import refused
from evaluation.metrics.rouge import BestRouge
from evaluation.metrics.squad import contains_gold, exact_match, token_f1
from evaluation.metrics.words import mostly_unspaced
from evaluation.types import Metric, Outcome, Question


class AnswerScorer:
    """What was said (`Reply.said`) against the gold answers; all 0..1, the best gold answer counts.

    - exact_match, token_f1, contains_gold: SQuAD's, see `squad`.
    - bleu: sacrebleu's sentence BLEU (https://aclanthology.org/W18-6319/) / 100, against all gold answers at
      once: the geometric mean of clipped n-gram precisions, n = 1..4, times the brevity penalty
      exp(1 - r / c) where the answer (c words) is shorter than the gold answer nearest in length (r words).
      Orders longer than the answer are left out (effective order), zero counts smoothed (exp). Not corpus
      BLEU, which sums the counts of all answers before dividing: a mean of these is not that. Texts are
      parted by sacrebleu's 13a, by its char where a gold answer is mostly in a script without spaces.
    - chrf: sacrebleu's chrF2 / 100 (https://aclanthology.org/W15-3049/): F-score (beta 2: recall weighs
      twice) of character n-grams, n = 1..6, averaged over n. White space does not count. Not chrF++, which
      adds word n-grams.
    - rouge1, rouge2, rougeL: rouge_score's F-measure, see `rouge`.

    Defined for answerable questions with gold answers that got a reply; one that refuses scores 0 on all.
    """

    def __init__(self) -> None:
        from sacrebleu.metrics.bleu import BLEU
        from sacrebleu.metrics.chrf import CHRF

        self._bleu = BLEU(effective_order=True)
        self._bleu_by_characters = BLEU(effective_order=True, tokenize="char")
        self._chrf = CHRF()
        self._rouge = BestRouge()

    @property
    def metrics(self) -> tuple[Metric, ...]:
        return (
            Metric("exact_match", "Exact match", "answer"),
            Metric("token_f1", "Token F1", "answer"),
            Metric("contains_gold", "Contains a gold answer", "answer"),
            Metric("bleu", "Sentence BLEU", "answer"),
            Metric("chrf", "chrF", "answer"),
            Metric("rouge1", "ROUGE-1", "answer"),
            Metric("rouge2", "ROUGE-2", "answer"),
            Metric("rougeL", "ROUGE-L", "answer"),
        )

    @property
    def facts(self) -> Mapping[str, str]:
        return {}

    def score(self, question: Question, outcome: Outcome) -> dict[str, float]:
        reply, golds = outcome.reply, question.answers
        if outcome.error is not None or reply is None or not question.answerable or not golds:
            return {}
        if refused(question, reply):
            return {metric.name: 0.0 for metric in self.metrics}
        said = reply.said
        bleu = self._bleu_by_characters if any(map(mostly_unspaced, golds)) else self._bleu
        scores = {
            "exact_match": exact_match(said, golds),
            "token_f1": token_f1(said, golds),
            "contains_gold": contains_gold(said, golds),
            "bleu": bleu.sentence_score(said, golds).score / 100,
            "chrf": self._chrf.sentence_score(said, golds).score / 100,
            **self._rouge.score(said, golds),
        }
        # The geometric mean of BLEU goes through logarithms, and an exact match may come out as 1 + 4e-16.
        return {name: min(1.0, value) for name, value in scores.items()}

    def close(self) -> None:
        """Nothing is held."""
