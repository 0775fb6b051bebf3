"""What people rated, as tables for people and as JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.cli.evaluation.tables import estimate_as_json
from apps.cli.screen import write, write_table

if TYPE_CHECKING:
    from evaluation.rating.raters_agreement import RatersAgreement
    from evaluation.rating.results import RatingResults
    from evaluation.rating.win_rates import Preference, Share
    from evaluation.verdicts import Estimate


def write_results(results: RatingResults) -> None:
    """Agreement first: without it the rest means little."""
    task = results.task
    write(f"{task.name}: {len(task.items):,} items, {len(results.rated):,} raters")
    if results.agreement is not None:
        write(_agreement_words(results.agreement))
    if results.preference is not None:
        write()
        _write_preference(results.preference, task.runs)
    if results.grades:
        write()
        rows = [[one.run, *_figures(one.grade), f"{one.grade.count:,}"] for one in results.grades]
        write_table(["run", "mean grade", "95% interval", "items"], rows)
    if (gap := results.grade_difference) is not None:
        low, high = f"{gap.difference.low:+.2f}", f"{gap.difference.high:+.2f}"
        write(
            f"{task.runs[1]} less {task.runs[0]}: {gap.difference.mean:+.2f} ({low} to {high}), "
            f"p {gap.p_value:.3f}, over {gap.difference.count:,} questions"
        )
    write()
    for warning in results.warnings:
        write(f"Note: {warning}")


def _write_preference(won: Preference, runs: tuple[str, ...]) -> None:
    mean, interval = _figures(won.rate)
    write(
        f"{runs[1]} wins {mean} of the time, a tie as half (95% interval {interval}; p {won.p_value:.3f} "
        f"that chance carries it as far from 0.50), over {won.rate.count:,} items",
        bold=True,
    )
    rows = [
        [
            one.rater or "all",
            f"{one.first_wins:,}",
            f"{one.ties:,}",
            f"{one.second_wins:,}",
            _share_words(one.decided),
        ]
        for one in won.counts
    ]
    write_table(["rater", f"{runs[0]} wins", "ties", f"{runs[1]} wins", "of those decided"], rows)
    if won.counts and len(won.counts) > 2:
        write("The line of all counts each rating by itself: its interval is too narrow where raters agree.")
    write(f"The answer on the left won {_share_words(won.left)} of those decided.")


def _agreement_words(agreement: RatersAgreement) -> str:
    if agreement.items == 0:
        return "No item was rated by two people: agreement is not known."
    equal = f"{100 * (agreement.equal_share or 0.0):.0f}% said the same"
    over = f"over {agreement.items:,} items that two or more rated"
    if agreement.value is None:
        return f"{agreement.name} is not defined: only one value was ever given; {equal}, {over}"
    interval = ""
    if agreement.low is not None and agreement.high is not None:
        interval = f" (95% interval {agreement.low:.2f} to {agreement.high:.2f})"
    return f"{agreement.name} {agreement.value:.2f}{interval}; {equal}, {over}"


def _figures(estimate: Estimate) -> tuple[str, str]:
    return f"{estimate.mean:.2f}", f"{estimate.low:.2f} to {estimate.high:.2f}"


def _share_words(share: Share) -> str:
    if share.share is None:
        return "none decided"
    return f"{share.share:.2f} ({share.low:.2f} to {share.high:.2f}), {share.count:,} of {share.total:,}"


def results_as_json(results: RatingResults) -> dict[str, object]:
    """Null where something is not known."""
    task, agreement, won, gap = (
        results.task,
        results.agreement,
        results.preference,
        results.grade_difference,
    )
    return {
        "ratings": task.name,
        "kind": task.kind,
        "runs": list(task.runs),
        "items": len(task.items),
        "equal_answers": task.equal_answers,
        "rated": dict(results.rated),
        "agreement": None
        if agreement is None
        else {
            "name": agreement.name,
            "value": agreement.value,
            "low": agreement.low,
            "high": agreement.high,
            "equal_share": agreement.equal_share,
            "raters": agreement.raters,
            "items": agreement.items,
        },
        "win_rate": None
        if won is None
        else {
            "of": task.runs[1],
            "mean": won.rate.mean,
            "low": won.rate.low,
            "high": won.rate.high,
            "items": won.rate.count,
            "p": won.p_value,
            "left": _share_as_json(won.left),
            "counts": [
                {
                    "rater": one.rater,
                    "first_wins": one.first_wins,
                    "ties": one.ties,
                    "second_wins": one.second_wins,
                    "decided": _share_as_json(one.decided),
                }
                for one in won.counts
            ],
        },
        "grades": [{"run": one.run, **estimate_as_json(one.grade)} for one in results.grades],
        "grade_difference": None if gap is None else {**estimate_as_json(gap.difference), "p": gap.p_value},
        "warnings": list(results.warnings),
    }


def _share_as_json(share: Share) -> dict[str, object]:
    return {
        "count": share.count,
        "total": share.total,
        "share": share.share,
        "low": share.low,
        "high": share.high,
    }
