"""What a judge is worth: its agreement with people, beside that of measures that need no language model.

All choices (where a score becomes a verdict) are made on one half of the labelled set, and all figures are of
the other. Which item belongs to which half is decided by what it is about, so that no text is in both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from evaluation.agreement import Advantage, Agreement, advantage, agreement
from evaluation.errors import NothingToJudge
from evaluation.judging.baselines import Likeness
from evaluation.judging.cuts import answer_classes, best_margin, best_threshold, preference_classes
from evaluation.judging.judge import Judge
from evaluation.judging.labelled import Half, Item, LabelledAnswer, LabelledPair, LabelledSet, half_of
from evaluation.judging.types import Judgement, Rubric, Told, Way

#: Below so many items of either half a cut is chance, and so is what is measured with it.
FEWEST_TO_MEASURE = 2


@dataclass(frozen=True, slots=True)
class JudgeAgreement:
    """One judge beside people. `cut` was chosen on the other half: for single answers the threshold
    from which on one is good, for pairs the margin beyond which one is preferred.

    `kappa` is the figure that counts: quadratic for pairs, whose three classes have an order, and plain for
    single answers, which have two. `plain` is the unweighted one, the same there.
    """

    name: str
    cut: float
    kappa: Agreement
    plain: Agreement


@dataclass(frozen=True, slots=True)
class JudgeMeasurement:
    """A language model as judge by one rubric, in one way, and what judges without one beside it.

    `items` were measured on, and `chosen_on` is the number of those on which the cuts were chosen. `people`
    are two annotators beside each other, where each item has two. `advantages` are of the model over each
    baseline, by its name. `spread` is the mean spread of its judgements; `unread` counts items of which no
    reply could be read: they are left out for all. `measured_at`: UTC, ISO 8601.
    """

    judge: str
    engine: str
    rubric: str
    rubric_version: int
    rubric_sha256: str
    way: Way
    judged: Literal["answers", "pairs"]
    set_name: str
    set_sha256: str
    half: Half
    items: int
    chosen_on: int
    unread: int
    spread: float
    model: JudgeAgreement
    baselines: tuple[JudgeAgreement, ...]
    advantages: Mapping[str, Advantage]
    people: Agreement | None
    measured_at: str

    @property
    def no_better_than(self) -> tuple[str, ...]:
        """The baselines over which no advantage is shown: its interval does not lie above 0."""
        return tuple(name for name, one in self.advantages.items() if one.low <= 0)


def measure_judge(
    judge: Judge,
    rubric: Rubric,
    labelled: LabelledSet,
    likenesses: Mapping[str, Likeness],
    *,
    way: Way = "pointwise",
    half: Half = "odd",
    told: Told = lambda _done, _total: None,
) -> JudgeMeasurement:
    """The judge beside people and the baselines, on the `half` named; what is chosen is chosen on the other.

    Of pairs a pointwise judge prefers the answer with the higher score. Raises NothingToJudge where a half
    has too few items, or nothing that the engine replied could be read.
    """
    items: list[Item] = []
    scores: list[float] = []
    spreads: list[float] = []
    for done, item in enumerate(labelled.items, start=1):
        judgements, score = _model_score(judge, rubric, item, way)
        spreads += [judgement.spread for judgement in judgements]
        if score is not None:
            items.append(item)
            scores.append(score)
        told(done, len(labelled.items))
    unread = len(labelled.items) - len(items)
    if unread == len(labelled.items):
        raise NothingToJudge(
            f"No reply of {judge.engine} could be read as a verdict. Choose an engine that "
            "follows instructions."
        )
    halves = _Halves(items, half)
    classes = halves.classes(scores)
    named = {name: [_likeness_score(one, item) for item in items] for name, one in likenesses.items()}
    baselines = {name: halves.classes(own) for name, own in named.items()}
    people = _annotators(halves.reported)
    return JudgeMeasurement(
        judge=judge.identity,
        engine=judge.engine,
        rubric=rubric.name,
        rubric_version=rubric.version,
        rubric_sha256=rubric.sha256,
        way=way,
        judged="pairs" if labelled.pairs else "answers",
        set_name=labelled.name,
        set_sha256=labelled.sha256,
        half=half,
        items=len(halves.reported),
        chosen_on=len(halves.chosen_on),
        unread=unread,
        spread=sum(spreads) / len(spreads),
        model=halves.agreement("model", classes),
        baselines=tuple(halves.agreement(name, own) for name, own in baselines.items()),
        advantages={name: halves.advantage(classes, own) for name, own in baselines.items()},
        people=people,
        measured_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _model_score(
    judge: Judge, rubric: Rubric, item: Item, way: Way
) -> tuple[tuple[Judgement, ...], float | None]:
    """The judgements that were made, and what they come to: 0..1 of an answer, -1..1 of a pair.

    None where nothing could be read.
    """
    if isinstance(item, LabelledAnswer):
        if way == "pairwise":
            raise NothingToJudge(
                "People judged single answers here: there are no pairs to judge. Judge pointwise."
            )
        judged = judge.judge(rubric, item.case, item.answer)
        return ((), None) if judged is None else ((judged,), judged.score)
    if way == "pairwise":
        preferred = judge.prefer(rubric, item.case, item.first, item.second)
        return ((), None) if preferred is None else ((preferred,), 2.0 * preferred.score - 1.0)
    first = judge.judge(rubric, item.case, item.first)
    second = judge.judge(rubric, item.case, item.second)
    if first is None or second is None:
        return (), None
    return (first, second), first.score - second.score


def _likeness_score(likeness: Likeness, item: Item) -> float:
    if isinstance(item, LabelledAnswer):
        return likeness(item.answer, item.case.source or item.case.gold)
    return likeness(item.first, item.case.gold) - likeness(item.second, item.case.gold)


def _annotators(items: Sequence[Item]) -> Agreement | None:
    """The first two annotators of pairs beside each other: what no judge can be expected to exceed by
    much."""
    both = [item for item in items if isinstance(item, LabelledPair) and len(item.preferences) > 1]
    if not both:
        return None
    first, second = ([item.preferences[rater] + 1 for item in both] for rater in (0, 1))
    return agreement(first, second, 3, quadratic=True, groups=[item.group for item in both])


@dataclass(frozen=True, slots=True)
class _Judged:
    """Verdicts on the half that is reported, and the cut that made them."""

    cut: float
    verdicts: list[int]


class _Halves:
    """People's judgements in the half to choose on and the half to report."""

    def __init__(self, items: Sequence[Item], half: Half) -> None:
        self._in_reported = [half_of(item.group) == half for item in items]
        self.reported = [item for item, reported in zip(items, self._in_reported, strict=True) if reported]
        self.chosen_on = [
            item for item, reported in zip(items, self._in_reported, strict=True) if not reported
        ]
        fewest = min(len(self.reported), len(self.chosen_on))
        if fewest < FEWEST_TO_MEASURE:
            raise NothingToJudge(
                f"One half of the set has {fewest} items of which a verdict could be read; "
                f"{FEWEST_TO_MEASURE} are needed to choose a cut and to measure with it, and some hundred "
                "to tell anything."
            )
        self._pairs = isinstance(items[0], LabelledPair)
        self._people = [_people_class(item) for item in self.reported]
        self._groups = [item.group for item in self.reported]

    def classes(self, scores: Sequence[float]) -> _Judged:
        """One score for each item of both halves."""
        choosing = [s for s, reported in zip(scores, self._in_reported, strict=True) if not reported]
        reporting = [s for s, reported in zip(scores, self._in_reported, strict=True) if reported]
        people = [_people_class(item) for item in self.chosen_on]
        if self._pairs:
            margin = best_margin(choosing, [one - 1 for one in people])
            return _Judged(margin, preference_classes(reporting, margin))
        threshold = best_threshold(choosing, [bool(one) for one in people])
        return _Judged(threshold, answer_classes(reporting, threshold))

    @property
    def _classes(self) -> int:
        return 3 if self._pairs else 2

    def agreement(self, name: str, judged: _Judged) -> JudgeAgreement:
        plain, weighted = (
            agreement(self._people, judged.verdicts, self._classes, quadratic=quadratic, groups=self._groups)
            for quadratic in (False, True)
        )
        return JudgeAgreement(name, judged.cut, weighted if self._pairs else plain, plain)

    def advantage(self, judged: _Judged, other: _Judged) -> Advantage:
        return advantage(
            self._people,
            judged.verdicts,
            other.verdicts,
            self._classes,
            quadratic=self._pairs,
            groups=self._groups,
        )


def _people_class(item: Item) -> int:
    """0 or 1 for a single answer; of a pair 0 for the second, 1 for neither, 2 for the first."""
    return int(item.good) if isinstance(item, LabelledAnswer) else item.preference + 1
