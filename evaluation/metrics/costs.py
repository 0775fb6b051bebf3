"""What a question cost in time, tokens and energy."""

from __future__ import annotations

from collections.abc import Mapping

from evaluation.metrics.refusals import refused
from evaluation.types import Metric, MetricGroup, Outcome, Question, Reply

_UNITS: Mapping[MetricGroup, str] = {"time": "s", "tokens": "tokens", "energy": "J"}


class CostScorer:
    """Seconds, tokens and joules, as measured; none has an upper bound.

    - first_text_seconds: from the question to the first text of an answer that a person sees.
    - first_checked_seconds: to the first sentence whose support was checked; where one was.
    - answer_seconds: to the end of an answer; refusal_seconds: to the end of a refusal (`refusals.refused`).
      The others are of answers alone, too: a refusal for want of hits takes next to no time, and many of
      them would look like speed.
    - search_seconds: the search alone. Not a part of the others: it was asked for by itself.
    - prompt_tokens, completion_tokens: read and written by the model. reused_tokens: those of the prompt that
      an earlier one had left in memory, so that they were not computed again; more is better.
    - energy_joules: what the whole machine took while it was asked, other programs' share included; where its
      counters tell.

    An outcome that is `cached` has the times of the call that computed it.
    """

    @property
    def metrics(self) -> tuple[Metric, ...]:
        return (
            _cost("first_text_seconds", "First text", "time"),
            _cost("first_checked_seconds", "First checked sentence", "time"),
            _cost("answer_seconds", "Whole answer", "time"),
            _cost("refusal_seconds", "Whole refusal", "time"),
            _cost("search_seconds", "Search", "time"),
            _cost("prompt_tokens", "Prompt tokens", "tokens"),
            _cost("reused_tokens", "Prompt tokens reused", "tokens", higher_is_better=True),
            _cost("completion_tokens", "Completion tokens", "tokens"),
            _cost("energy_joules", "Energy of the whole machine", "energy"),
        )

    @property
    def facts(self) -> Mapping[str, str]:
        return {}

    def score(self, question: Question, outcome: Outcome) -> dict[str, float]:
        if outcome.error is not None:
            return {}
        scores: dict[str, float] = {}
        if outcome.reply is not None:
            scores |= _of_reply(question, outcome.reply)
        if outcome.retrieval is not None:
            scores["search_seconds"] = outcome.retrieval.seconds
        return scores

    def close(self) -> None:
        """Nothing is held."""


def _cost(name: str, title: str, group: MetricGroup, higher_is_better: bool = False) -> Metric:
    return Metric(
        name, title, group, higher_is_better=higher_is_better, highest=None, unit=_UNITS.get(group, "")
    )


def _of_reply(question: Question, reply: Reply) -> dict[str, float]:
    scores: dict[str, float] = {}
    if refused(question, reply):
        scores["refusal_seconds"] = reply.total_seconds
    else:
        scores |= {"first_text_seconds": reply.first_text_seconds, "answer_seconds": reply.total_seconds}
        if reply.first_checked_seconds is not None:
            scores["first_checked_seconds"] = reply.first_checked_seconds
    scores["prompt_tokens"] = float(reply.prompt_tokens)
    scores["reused_tokens"] = float(reply.reused_tokens)
    scores["completion_tokens"] = float(reply.completion_tokens)
    if reply.energy_joules is not None:
        scores["energy_joules"] = reply.energy_joules
    return scores
