"""Whether an answer cites what it should, and whether what it says stands there."""

from __future__ import annotations

from collections.abc import Mapping

from evaluation.metrics.quotations import matches
from evaluation.metrics.refusals import refused
from evaluation.types import Metric, Outcome, Question, Quote, Reply


class GroundingScorer:
    """An answer's citations against gold sentences and pages, and its sentences' verdicts; all 0..1.

    - citation_precision: distinct quotes that match a gold sentence (`quotations.matches`) / distinct quotes.
    - citation_recall: gold sentences that some quote matches / gold sentences.
    - citation_f1: 2 P R / (P + R), 0 where both are 0.
    - page_citation_precision, page_citation_recall: the same over distinct pages: cited and gold ones.
    - supported, unsupported, unchecked: sentences with that verdict / sentences. The verdict is the
      system's own check, so it says how the system sees itself; compare systems by the gold.
    - cited_sentences: sentences with at least one citation / sentences.
    - passages_used: distinct passages cited / passages shown.

    An answer without quotes has precision 0 and recall 0, as in ALCE (https://arxiv.org/abs/2305.14627).
    ALCE lets a model judge whether the cited passage entails the sentence; here, gold says what was to be
    cited, and a quote that supports an answer from elsewhere is counted wrong.

    Defined for answers, not refusals: those of the gold for answerable questions with gold sentences, or gold
    of a grade above 0 that names a page; the others where there are sentences, or passages.
    """

    @property
    def metrics(self) -> tuple[Metric, ...]:
        return (
            Metric("citation_precision", "Citation precision", "grounding"),
            Metric("citation_recall", "Citation recall", "grounding"),
            Metric("citation_f1", "Citation F1", "grounding"),
            Metric("page_citation_precision", "Citation precision (pages)", "grounding"),
            Metric("page_citation_recall", "Citation recall (pages)", "grounding"),
            Metric("supported", "Sentences supported", "grounding"),
            Metric("unsupported", "Sentences unsupported", "grounding", higher_is_better=False),
            Metric("unchecked", "Sentences unchecked", "grounding", higher_is_better=False),
            Metric("cited_sentences", "Sentences with a citation", "grounding"),
            Metric("passages_used", "Passages used", "grounding"),
        )

    @property
    def facts(self) -> Mapping[str, str]:
        return {}

    def score(self, question: Question, outcome: Outcome) -> dict[str, float]:
        reply = outcome.reply
        if outcome.error is not None or reply is None or refused(question, reply):
            return {}
        quotes = {
            (quote.document, quote.page_number, quote.text): quote
            for sentence in reply.sentences
            for quote in sentence.quotes
        }
        scores = _of_sentences(reply) | _of_passages(reply, list(quotes.values()))
        if question.answerable:
            scores |= _against_sentences(question, list(quotes.values()))
            scores |= _against_pages(question, list(quotes.values()))
        return scores

    def close(self) -> None:
        """Nothing is held."""


def _against_sentences(question: Question, quotes: list[Quote]) -> dict[str, float]:
    gold = list(dict.fromkeys(sentence for sentence in question.gold_sentences if sentence.strip()))
    if not gold:
        return {}
    right = sum(any(matches(quote.text, sentence) for sentence in gold) for quote in quotes)
    found = sum(any(matches(quote.text, sentence) for quote in quotes) for sentence in gold)
    precision, recall = _share(right, len(quotes)), found / len(gold)
    return {
        "citation_precision": precision,
        "citation_recall": recall,
        "citation_f1": _share(2 * precision * recall, precision + recall),
    }


def _against_pages(question: Question, quotes: list[Quote]) -> dict[str, float]:
    gold = {
        (item.document, item.page_number)
        for item in question.gold
        if item.grade > 0 and item.page_number is not None
    }
    if not gold:
        return {}
    cited = {(quote.document, quote.page_number) for quote in quotes}
    right = len(cited & gold)
    return {
        "page_citation_precision": _share(right, len(cited)),
        "page_citation_recall": right / len(gold),
    }


def _of_sentences(reply: Reply) -> dict[str, float]:
    count = len(reply.sentences)
    if not count:
        return {}
    verdicts = [sentence.verdict for sentence in reply.sentences]
    return {
        "supported": verdicts.count("supported") / count,
        "unsupported": verdicts.count("unsupported") / count,
        "unchecked": verdicts.count("unchecked") / count,
        "cited_sentences": sum(bool(sentence.quotes) for sentence in reply.sentences) / count,
    }


def _of_passages(reply: Reply, quotes: list[Quote]) -> dict[str, float]:
    shown = {passage.number for passage in reply.passages}
    if not shown:
        return {}
    return {"passages_used": len({quote.passage_number for quote in quotes} & shown) / len(shown)}


def _share(part: float, whole: float) -> float:
    """0 of nothing is 0."""
    return part / whole if whole else 0.0
