"""What a language model makes of an answer, with how far it is to be trusted in the metric's own title."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evaluation.judging.judge import Judge
from evaluation.judging.measuring import JudgeMeasurement
from evaluation.judging.trust import LEAST_KAPPA, Trust, measurements_of, trust_of
from evaluation.judging.types import Case, Rubric
from evaluation.metrics.refusals import refused
from evaluation.metrics.squad import token_f1
from evaluation.types import Metric, MetricGroup, Outcome, Question, Reply

#: Where no labelled single answers said where a score becomes a verdict.
_CUT = 0.5


class JudgedScorer:
    """A judge's score by each rubric, its verdict, and their spread; all 0..1.

    - judged_NAME: expected value of the judge's replies, the mean over the rubric's wordings.
    - judged_NAME_verdict: 1 where that is at least the cut that was chosen on answers that people judged; 0.5
      where there were none. What kappa says of a judge, it says of this.
    - judged_NAME_spread: the highest of the wordings' scores less the lowest. Lower is better: a judge whose
      verdict hangs on the wording knows little.

    The whole answer is judged, not the short one. Rubrics that show a gold answer are defined for answerable
    questions that have one, and a refusal scores 0 with them; of several gold answers the nearest by token F1
    is shown. Rubrics that show a source see the passages that the answer was written from. These, and those
    that show the question alone, are defined for answers that are no refusals. Where nothing that the judge
    replied could be read, there is no score.
    """

    def __init__(self, judge: Judge, rubrics: Sequence[Rubric], least_kappa: float = LEAST_KAPPA) -> None:
        """The judge is the scorer's from now on, and closed with it. What was measured of it is looked up."""
        self._judge = judge
        self._rubrics = tuple(rubrics)
        measured = {rubric.name: measurements_of(judge.identity, rubric) for rubric in rubrics}
        self._trust = {name: trust_of(own, least_kappa) for name, own in measured.items()}
        self._least_kappa = least_kappa
        self._cuts = {name: _cut(own) for name, own in measured.items()}

    @property
    def metrics(self) -> tuple[Metric, ...]:
        return tuple(
            metric for rubric in self._rubrics for metric in self._of_rubric(rubric, self._trust[rubric.name])
        )

    @property
    def facts(self) -> Mapping[str, str]:
        marked = {} if self._least_kappa == LEAST_KAPPA else {"least kappa": f"{self._least_kappa:g}"}
        return marked | {
            metric.name: f"{self._judge.identity}, rubric {rubric.name} {rubric.version} {rubric.sha256}, "
            f"cut {self._cuts[rubric.name]:g}"
            for rubric in self._rubrics
            for metric in self._of_rubric(rubric, self._trust[rubric.name])
        }

    def score(self, question: Question, outcome: Outcome) -> dict[str, float]:
        reply = outcome.reply
        if outcome.error is not None or reply is None:
            return {}
        scores: dict[str, float] = {}
        for rubric in self._rubrics:
            scores |= self._scores(rubric, question, reply)
        return scores

    def close(self) -> None:
        self._judge.close()

    def _scores(self, rubric: Rubric, question: Question, reply: Reply) -> dict[str, float]:
        name = f"judged_{rubric.name}"
        against_gold = "gold" in rubric.shows
        golds = [answer for answer in question.answers if answer.strip()]
        if against_gold and not (question.answerable and golds):
            return {}
        if refused(question, reply):
            return {name: 0.0, f"{name}_verdict": 0.0} if against_gold else {}
        source = "\n".join(passage.text for passage in reply.passages)
        if "source" in rubric.shows and not source.strip():
            return {}
        gold = max(golds, key=lambda answer: token_f1(reply.text, [answer])) if against_gold else ""
        judgement = self._judge.judge(rubric, Case(question.text, gold, source), reply.text)
        if judgement is None:
            return {}
        verdict = judgement.verdict(self._cuts[rubric.name])
        # Sums over shares of 1 may come out as 1 + 2e-16.
        found = {name: judgement.score, f"{name}_verdict": float(verdict), f"{name}_spread": judgement.spread}
        return {metric: min(1.0, max(0.0, value)) for metric, value in found.items()}

    def _of_rubric(self, rubric: Rubric, trust: Trust) -> tuple[Metric, ...]:
        name, group = f"judged_{rubric.name}", _group(rubric)
        by = f"judged by {self._judge.engine}; {trust.words}"
        title = rubric.name.capitalize()
        return (
            Metric(name, f"{title}, {by}", group, caution=trust.caution),
            Metric(f"{name}_verdict", f"Share {rubric.name}, {by}", group, caution=trust.caution),
            Metric(
                f"{name}_spread", f"{title}: spread of the judge over wordings", group, higher_is_better=False
            ),
        )


def _cut(measured: Sequence[JudgeMeasurement]) -> float:
    return next((one.model.cut for one in measured if one.judged == "answers"), _CUT)


def _group(rubric: Rubric) -> MetricGroup:
    return "grounding" if "source" in rubric.shows else "answer"
