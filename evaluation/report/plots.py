"""The reports' plots. Each returns None where there is nothing to draw."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evaluation.report.blocks import Plot
from evaluation.report.characters import clipped, one_line
from evaluation.report.drawing import COLOURS, canvas, svg_of
from evaluation.report.figures import difference, figure
from evaluation.types import Metric
from evaluation.verdicts import Change, Estimate, Summary

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LONGEST_LABEL = 34
_ROW_INCHES = 0.27
_FRAME_INCHES = 0.75
_LINE_STYLES = ("-", "--", ":", "-.")


@dataclass(frozen=True, slots=True)
class Point:
    """A variant in the plot of quality against seconds."""

    label: str
    quality: Estimate
    seconds: Estimate
    on_front: bool


def quality_plot(summaries: Sequence[Summary], *, name: str) -> Plot | None:
    """Means between 0 and 1 with their intervals, one metric a line."""
    drawn = [(one.metric.name, one.metric, one.estimate) for one in summaries if _is_drawable(one.estimate)]
    if not drawn:
        return None
    rows = [(f"{_label(text)}{_direction(metric)}", metric, estimate) for text, metric, estimate in drawn]
    lowest = 0.0 if all(metric.lowest >= 0 for _, metric, _ in drawn) else -1.0
    return _interval_plot(
        rows,
        name=name,
        limits=(lowest, 1.0),
        title=f"Means of {len(rows)} quality metrics with their 95% intervals",
        caption="Dots are means, lines their 95% intervals; the tables above hold the numbers. "
        "↓ marks metrics of which less is better.",
    )


def variant_plot(metric: Metric, variants: Sequence[tuple[str, Estimate]], *, name: str) -> Plot | None:
    """One metric in each variant, with its interval."""
    rows = [(_label(label), metric, estimate) for label, estimate in variants if _is_drawable(estimate)]
    if not rows:
        return None
    return _interval_plot(
        rows,
        name=name,
        limits=None,
        title=f"{metric.name} of {len(rows)} variants with 95% intervals",
        caption=f"{metric.name} of each variant, {_which_is_better(metric)}. Dots are means, lines their 95% "
        "intervals; the table above holds the numbers.",
    )


def times_plot(times: Mapping[str, Sequence[float]], *, name: str) -> Plot | None:
    """For each kind of time, how many percent of the questions had it within so many seconds."""
    drawn = {
        kind: sorted(second for second in seconds if math.isfinite(second)) for kind, seconds in times.items()
    }
    drawn = {kind: seconds for kind, seconds in drawn.items() if seconds}
    if not drawn:
        return None
    with canvas(2.9) as figure_:
        axes = figure_.subplots()
        for (kind, seconds), colour, style in zip(drawn.items(), _colours(), _LINE_STYLES, strict=False):
            shares = [100.0 * (index + 1) / len(seconds) for index in range(len(seconds))]
            axes.step(
                [seconds[0], *seconds],
                [0.0, *shares],
                where="post",
                color=colour,
                linestyle=style,
                label=kind,
            )
        axes.set_xlim(left=0.0)
        axes.set_ylim(0.0, 104.0)
        axes.set_xlabel("seconds since the question")
        axes.set_ylabel("percent of questions")
        axes.grid(True)
        axes.legend(frameon=False, loc="lower right")
        title = f"Percent of questions within so many seconds: {', '.join(drawn)}"
        svg = svg_of(figure_, name=name, title=title)
    return Plot(
        svg, "How many percent of the questions had it within so many seconds: further left is faster."
    )


def forest_plot(changes: Sequence[Change], *, name: str, title: str) -> Plot | None:
    """Differences with their intervals, turned so that right of the middle is better for every metric.

    The metrics must have one unit. The differences printed on the right keep their own sign.
    """
    drawn = [change for change in changes if _is_drawable(change.difference)]
    if not drawn:
        return None
    unit = drawn[0].metric.unit
    with canvas(_FRAME_INCHES + _ROW_INCHES * len(drawn)) as figure_:
        axes = figure_.subplots()
        axes.axvline(0.0, color=COLOURS["muted"], linewidth=1.0, gid="middle")
        for at, change in enumerate(drawn):
            sign = 1.0 if change.metric.higher_is_better else -1.0
            ends = sorted((sign * change.difference.low, sign * change.difference.high))
            colour = COLOURS[change.verdict if change.verdict in ("better", "worse") else "muted"]
            marker = {"better": ">", "worse": "<"}.get(change.verdict, "o")
            axes.plot(ends, [at, at], color=colour, linewidth=1.6)
            mean = sign * change.difference.mean
            axes.plot([mean], [at], marker=marker, color=colour, markersize=6, gid=f"mean-{at + 1}")
        _name_rows(axes, [f"{_label(one.metric.name)}{_direction(one.metric)}" for one in drawn])
        _print_right(axes, [_difference_in_words(change) for change in drawn])
        estimates = [change.difference for change in drawn]
        widest = max(abs(end) for one in estimates for end in (one.low, one.mean, one.high))
        axes.set_xlim(-1.08 * (widest or 1.0), 1.08 * (widest or 1.0))
        axes.set_xlabel(
            "← worse\u2003difference" + (f" ({one_line(unit)})" if unit else "") + "\u2003better →"
        )
        axes.xaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
        axes.grid(True, axis="x")
        svg = svg_of(figure_, name=name, title=title)
    caption = (
        "Right of the middle line the second run is better, left of it worse, also where less is better (↓). "
        "A line that crosses the middle leaves open which. The numbers on the right are the second less the "
        "first, as in the table."
    )
    return Plot(svg, caption)


def scatter_plot(quality: Metric, seconds: Metric, points: Sequence[Point], *, name: str) -> Plot | None:
    """Quality against time with both intervals; filled diamonds are on the front."""
    drawn = [point for point in points if _is_drawable(point.quality) and _is_drawable(point.seconds)]
    if not drawn:
        return None
    with canvas(4.2) as figure_:
        axes = figure_.subplots()
        front = sorted((point.seconds.mean, point.quality.mean) for point in drawn if point.on_front)
        axes.step(
            [seconds_ for seconds_, _ in front],
            [good for _, good in front],
            where="post",
            color=COLOURS["accent"],
            linewidth=1.0,
            linestyle="--",
        )
        for point in drawn:
            axes.errorbar(
                [point.seconds.mean],
                [point.quality.mean],
                xerr=_arms(point.seconds),
                yerr=_arms(point.quality),
                color=COLOURS["accent" if point.on_front else "muted"],
                marker="D" if point.on_front else "o",
                markerfacecolor=COLOURS["accent" if point.on_front else "paper"],
                markersize=6,
                elinewidth=0.9,
            )
        left, right = axes.get_xlim()
        for point in drawn:
            is_far = point.seconds.mean > left + 0.6 * (right - left)
            axes.annotate(
                clipped(one_line(point.label), _LONGEST_LABEL),
                (point.seconds.mean, point.quality.mean),
                xytext=(-7 if is_far else 7, 6),
                textcoords="offset points",
                ha="right" if is_far else "left",
                fontsize=8.5,
                parse_math=False,
            )
        axes.set_xlabel(f"{_label(seconds.name)} (seconds, less is better)")
        axes.set_ylabel(f"{_label(quality.name)} ({_which_is_better(quality)})")
        axes.grid(True)
        svg = svg_of(
            figure_, name=name, title=f"{quality.name} against {seconds.name} of {len(drawn)} variants"
        )
    caption = (
        "Each point is a variant, its lines the 95% intervals. Filled diamonds on the dashed line are the "
        "front: no other variant is at least as good and at least as fast, and better in one of the two."
    )
    return Plot(svg, caption)


def _interval_plot(
    rows: Sequence[tuple[str, Metric, Estimate]],
    *,
    name: str,
    limits: tuple[float, float] | None,
    title: str,
    caption: str,
) -> Plot:
    with canvas(_FRAME_INCHES + _ROW_INCHES * len(rows)) as figure_:
        axes = figure_.subplots()
        for at, (_, _, estimate) in enumerate(rows):
            axes.plot([estimate.low, estimate.high], [at, at], color=COLOURS["accent"], linewidth=1.6)
            axes.plot([estimate.mean], [at], marker="o", color=COLOURS["accent"], markersize=5.5)
        _name_rows(axes, [label for label, _, _ in rows])
        _print_right(axes, [figure(metric, estimate.mean) for _, metric, estimate in rows])
        if limits is not None:
            axes.set_xlim(limits[0] - 0.01, limits[1] + 0.01)
        axes.grid(True, axis="x")
        svg = svg_of(figure_, name=name, title=title)
    return Plot(svg, caption)


def _name_rows(axes: Axes, labels: Sequence[str]) -> None:
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)


def _print_right(axes: Axes, texts: Sequence[str]) -> None:
    for at, text in enumerate(texts):
        axes.annotate(
            text,
            (1.01, at),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=8.5,
            annotation_clip=False,
            parse_math=False,
        )


def _difference_in_words(change: Change) -> str:
    shown = difference(change.metric, change.difference.mean)
    return shown if change.verdict not in ("better", "worse") else f"{shown} {change.verdict}"


def _arms(estimate: Estimate) -> list[list[float]]:
    """How far the interval reaches below and above the mean, as matplotlib takes it."""
    return [[max(0.0, estimate.mean - estimate.low)], [max(0.0, estimate.high - estimate.mean)]]


def _is_drawable(estimate: Estimate) -> bool:
    return all(math.isfinite(value) for value in (estimate.mean, estimate.low, estimate.high))


def _label(text: str) -> str:
    return clipped(one_line(text), _LONGEST_LABEL)


def _direction(metric: Metric) -> str:
    return "" if metric.higher_is_better else " ↓"


def _which_is_better(metric: Metric) -> str:
    return "more is better" if metric.higher_is_better else "less is better"


def _colours() -> tuple[str, ...]:
    return (COLOURS["accent"], COLOURS["second"], COLOURS["muted"], COLOURS["ink"])
