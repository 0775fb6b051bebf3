"""Two runs on the same questions: what changed, by how much, and whether that is more than chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from evaluation.errors import NotComparable
from evaluation.intervals import Floats, difference_intervals
from evaluation.provenance import IN_TURNS
from evaluation.randomisation import holm, randomisation_p_values, tally
from evaluation.sample_size import effect_size, questions_needed
from evaluation.summaries import FEWEST_IN_SLICE, by_value, estimate, labels, shown_values
from evaluation.types import Metric, Row, Run
from evaluation.verdicts import Change, ChangeVerdict, Comparison, Estimate, SliceChange

ALPHA = 0.05
#: What a comparison should be able to see where nothing else is said: 3 points of a 0..1 metric, or a
#: twentieth of the first mean of one without an upper bound.
SOUGHT_DIFFERENCE, SOUGHT_SHARE = 0.03, 0.05

_Pairs = Sequence[tuple[Row, Row]]


def compare(
    first: Run,
    second: Run,
    *,
    metrics: Sequence[str] | None = None,
    sought_differences: Mapping[str, float] | None = None,
    seed: int = 0,
) -> Comparison:
    """The second run against the first, over the questions that both asked.

    `metrics` limits what is compared, and so what the p-values are corrected for. Raises NotComparable
    where no question is common, where one has other gold in the two runs, or where a metric that is asked
    for cannot be compared.
    """
    pairs, unpaired = _paired(first, second)
    common = _common(first, second, metrics)
    changes = _changes(pairs, common, sought_differences or {}, seed)
    return Comparison(
        first=first,
        second=second,
        changes=changes,
        slices=_slice_changes(pairs, [change.metric for change in changes], seed),
        unpaired=unpaired,
        warnings=tuple(_warnings(first, second, pairs, unpaired, common)),
    )


def corrected(tested: Sequence[Sequence[Change]]) -> tuple[tuple[Change, ...], ...]:
    """The same changes, their p-values corrected for all of them together."""
    adjusted = iter(holm([change.p_value for changes in tested for change in changes]))
    return tuple(tuple(_with_p(change, float(next(adjusted))) for change in changes) for changes in tested)


def _with_p(change: Change, adjusted_p: float) -> Change:
    verdict = _verdict(change.metric, change.difference.mean, adjusted_p)
    return replace(change, adjusted_p=adjusted_p, verdict=verdict)


def _paired(first: Run, second: Run) -> tuple[_Pairs, tuple[str, ...]]:
    rows = {row.question.id: row for row in first.rows}
    pairs = [(rows[row.question.id], row) for row in second.rows if row.question.id in rows]
    for mine, theirs in pairs:
        if mine.question.text != theirs.question.text:
            raise NotComparable(
                f"The question {mine.question.id!r} is {mine.question.text!r} in {first.manifest.name!r} and "
                f"{theirs.question.text!r} in {second.manifest.name!r}. Compare runs of one question set."
            )
        if _gold(mine) != _gold(theirs):
            raise NotComparable(
                f"The question {mine.question.id!r} has other gold in {first.manifest.name!r} than in "
                f"{second.manifest.name!r}: the set was changed between them. Run the first again; what was "
                "asked before is not asked again."
            )
    if not pairs:
        raise NotComparable(
            f"{first.manifest.name!r} and {second.manifest.name!r} have no question in common. "
            "Compare runs of one question set."
        )
    common = {mine.question.id for mine, _ in pairs}
    asked = [row.question.id for run in (first, second) for row in run.rows]
    return pairs, tuple(id for id in asked if id not in common)


def _gold(row: Row) -> object:
    """What the scores of a question rest on. Two collections may hold its documents in different folders."""
    question = row.question
    places = sorted(
        (place.document.rpartition("/")[2], place.page_number or 0, place.grade) for place in question.gold
    )
    return sorted(question.answers), question.answerable, sorted(question.gold_sentences), places


def _common(first: Run, second: Run, wanted: Sequence[str] | None) -> list[Metric]:
    """The metrics that both runs scored by the same rule. Raises NotComparable for one that is asked for."""
    theirs = {metric.name for metric in first.manifest.metrics}
    rules = [
        {name: by for name, by in run.manifest.facts.items() if name.startswith("scored ")}
        for run in (first, second)
    ]
    common = [
        metric
        for metric in second.manifest.metrics
        if metric.name in theirs
        and rules[0].get(f"scored {metric.name}") == rules[1].get(f"scored {metric.name}")
    ]
    names = [metric.name for metric in common]
    for name in wanted or ():
        if name not in names:
            raise NotComparable(
                f"The metric {name!r} is not in both runs, scored in the same way. In both: "
                f"{', '.join(names)}."
            )
    return common if wanted is None else [metric for metric in common if metric.name in wanted]


def _changes(
    pairs: _Pairs, metrics: Sequence[Metric], sought: Mapping[str, float], seed: int
) -> tuple[Change, ...]:
    values = {metric.name: _values(pairs, metric.name) for metric in metrics}
    compared = [metric for metric in metrics if len(values[metric.name])]
    alpha = ALPHA / max(1, len(compared))  # what the smallest p has to reach once they are corrected
    p_values = [
        float(randomisation_p_values(values[metric.name][:, 1] - values[metric.name][:, 0], seed=seed))
        for metric in compared
    ]
    adjusted = holm(p_values)
    return tuple(
        _change(metric, values[metric.name], p, float(corrected_p), sought.get(metric.name), alpha, seed)
        for metric, p, corrected_p in zip(compared, p_values, adjusted, strict=True)
    )


def _values(pairs: _Pairs, metric: str) -> Floats:
    """Both runs' scores, [questions, 2], where both have one."""
    found = [
        (mine.scores[metric], theirs.scores[metric])
        for mine, theirs in pairs
        if metric in mine.scores and metric in theirs.scores
    ]
    return np.asarray(found, dtype=np.float64).reshape(-1, 2)


def _change(
    metric: Metric,
    values: Floats,
    p_value: float,
    adjusted_p: float,
    sought: float | None,
    alpha: float,
    seed: int,
) -> Change:
    differences = values[:, 1] - values[:, 0]
    first = estimate(values[:, 0], metric, seed)
    if sought is None:
        sought = SOUGHT_DIFFERENCE if metric.highest is not None else SOUGHT_SHARE * abs(first.mean) or 1.0
    counts = tally(differences, higher_is_better=metric.higher_is_better)
    difference = _difference(differences, metric, seed)
    return Change(
        metric=metric,
        first=first,
        second=estimate(values[:, 1], metric, seed),
        difference=difference,
        p_value=p_value,
        adjusted_p=adjusted_p,
        effect_size=effect_size(differences),
        better=counts.better,
        equal=counts.equal,
        worse=counts.worse,
        sought_difference=sought,
        questions_needed=questions_needed(differences, sought, span=_span(metric), alpha=alpha),
        verdict=_verdict(metric, difference.mean, adjusted_p),
    )


def _difference(differences: Floats, metric: Metric, seed: int) -> Estimate:
    low, high = difference_intervals(differences, span=_span(metric), seed=seed)
    return Estimate(float(differences.mean()), float(low), float(high), len(differences))


def _span(metric: Metric) -> float | None:
    return None if metric.highest is None else metric.highest - metric.lowest


def _verdict(metric: Metric, difference: float, adjusted_p: float) -> ChangeVerdict:
    if adjusted_p > ALPHA or difference == 0:
        return "no difference shown"
    return "better" if (difference > 0) == metric.higher_is_better else "worse"


def _slice_changes(pairs: _Pairs, metrics: Sequence[Metric], seed: int) -> tuple[SliceChange, ...]:
    second = [theirs for _, theirs in pairs]
    of_id = {theirs.question.id: (mine, theirs) for mine, theirs in pairs}
    found = []
    for label in labels(second):
        parts = by_value(second, label)
        shown = shown_values(label, [value for value, _ in parts])
        for value, rows in parts:
            own = [of_id[row.question.id] for row in rows]
            for metric in metrics:
                values = _values(own, metric.name)
                if len(values):
                    difference = _difference(values[:, 1] - values[:, 0], metric, seed)
                    small = len(values) < FEWEST_IN_SLICE
                    found.append(SliceChange(label, shown[value], metric, difference, small))
    return tuple(found)


def _warnings(
    first: Run, second: Run, pairs: _Pairs, unpaired: tuple[str, ...], metrics: Sequence[Metric]
) -> list[str]:
    warnings = []
    rules = first.manifest.facts, second.manifest.facts
    scored = [
        metric.name
        for metric in first.manifest.metrics
        if (name := f"scored {metric.name}") in rules[0].keys() & rules[1].keys()
        and rules[0][name] != rules[1][name]
    ]
    for name in sorted(scored):
        warnings.append(f"{name} was scored by another model in each run, and is left out.")
    if unpaired:
        warnings.append(f"{len(unpaired)} questions were asked in one run only and are left out.")
    if len(pairs) < FEWEST_IN_SLICE:
        warnings.append(f"Only {len(pairs)} questions: differences have to be large to be seen.")
    for metric in metrics:
        one_sided = _one_sided(pairs, metric.name)
        if any(one_sided):
            warnings.append(
                f"{metric.name} is defined for {one_sided[0]} questions in the first run only and for "
                f"{one_sided[1]} in the second only: they are left out of its comparison."
            )
    for run in (first, second):
        failed = sum(row.outcome.error is not None for row in run.rows)
        if failed:
            warnings.append(
                f"In {run.manifest.name!r} {failed} questions ended in an error and have no scores: left out."
            )
    if any(metric.group == "time" for metric in metrics):
        warnings += _warnings_of_times(first, second)
    return warnings


def _one_sided(pairs: _Pairs, metric: str) -> tuple[int, int]:
    """For how many questions only the first run has the metric, and only the second."""
    first = sum(metric in mine.scores and metric not in theirs.scores for mine, theirs in pairs)
    second = sum(metric in theirs.scores and metric not in mine.scores for mine, theirs in pairs)
    return first, second


def _warnings_of_times(first: Run, second: Run) -> list[str]:
    warnings = []
    together = {run.manifest.surroundings.get(IN_TURNS) for run in (first, second)}
    if None in together or len(together) > 1:
        warnings.append(
            "The runs were not made in turns: what else the machine did meanwhile is in the times too."
        )
    for run in (first, second):
        searches = sum(row.outcome.search_cached for row in run.rows)
        replies = sum(row.outcome.reply_cached for row in run.rows)
        for count, kind in ((searches, "searches"), (replies, "answers")):
            if count:
                warnings.append(
                    f"In {run.manifest.name!r} {count} {kind} are of earlier, equal calls, so are the times."
                )
    return warnings
