"""A comparison's report: which way is better, and what changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from evaluation.report import write_comparison_report
from evaluation.types import Metric, Row, Run
from evaluation.verdicts import Change, Comparison, Estimate, SliceChange

MakeRow = Callable[..., Row]
MakeRun = Callable[..., Run]
ChangesOf = Callable[[Run, Run], tuple[Change, ...]]


def soup_of(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "lxml")


def cells(row: Tag) -> list[str]:
    return [cell.get_text(strip=True) for cell in row.find_all(["th", "td"])]


def section(soup: BeautifulSoup, anchor: str) -> Tag:
    found = soup.find(attrs={"aria-labelledby": anchor})
    assert isinstance(found, Tag)
    return found


def lines_of(shown: Tag) -> dict[str, dict[str, str]]:
    """The first table's lines by their first cell, each by its column."""
    table = shown.find("table")
    assert isinstance(table, Tag)
    titles = cells(table.select("thead tr")[0])
    rows = [cells(row) for row in table.select("tbody tr:not(.group)")]
    return {row[0]: dict(zip(titles, row, strict=True)) for row in rows}


@pytest.fixture
def comparison(make_row: MakeRow, make_run: MakeRun, changes_of: ChangesOf) -> Comparison:
    first = make_run(
        [
            make_row("q1", {"token_f1": 0.2, "answer_seconds": 1.0}, answer="In April."),
            make_row("q2", {"token_f1": 0.8, "answer_seconds": 2.0}, answer="In May."),
            make_row("q3", {"token_f1": 0.5, "answer_seconds": 3.0}),
        ],
        "small-chunks",
    )
    second = make_run(
        [
            make_row(
                "q1", {"token_f1": 1.0, "answer_seconds": 2.5}, answer="In March.", passage="March it is."
            ),
            make_row("q2", {"token_f1": 0.5, "answer_seconds": 2.5}, answer="In June."),
            make_row("q3", {"token_f1": 0.6, "answer_seconds": 3.5}),
        ],
        "large-chunks",
        **{"chunk tokens": "384"},
    )
    return Comparison(first, second, changes_of(first, second), ())


def test_what_differs_stands_side_by_side_and_what_does_not_is_folded(
    comparison: Comparison, tmp_path: Path
) -> None:
    shown = section(soup_of(write_comparison_report(comparison, tmp_path, reproduce="x")[0]), "differs")
    assert lines_of(shown) == {
        "chunk tokens": {"Fact": "chunk tokens", "small-chunks": "256", "large-chunks": "384"}
    }
    fold = shown.find("details")
    assert isinstance(fold, Tag)
    assert "model" in fold.get_text()


def test_more_seconds_are_worse_and_more_overlap_is_better(comparison: Comparison, tmp_path: Path) -> None:
    html, markdown = write_comparison_report(comparison, tmp_path, reproduce="x")
    lines = lines_of(section(soup_of(html), "changes"))
    overlap, seconds = lines["token_f1"], lines["answer_seconds (s)"]
    assert overlap["Verdict"] == "▲ better"
    assert overlap["Difference"] == f"+{(0.8 - 0.3 + 0.1) / 3:.3f}"
    assert overlap["Better when"] == "higher ↑"
    assert overlap["Questions better / equal / worse"] == "2 / 0 / 1"
    assert overlap["p, corrected"] == "0.040"
    assert overlap["Questions needed"] == "1,234 for 0.05"
    assert seconds["Verdict"] == "▼ worse"
    assert seconds["Difference"] == f"+{(1.5 + 0.5 + 0.5) / 3:.3f}"
    assert seconds["Better when"] == "lower ↓"
    assert "| answer\\_seconds (s) | ▼ worse | lower ↓ |" in markdown.read_text("utf-8")


def test_a_loss_of_seconds_is_drawn_left_of_the_middle(comparison: Comparison, tmp_path: Path) -> None:
    plots = soup_of(write_comparison_report(comparison, tmp_path, reproduce="x")[0]).find_all("svg")
    assert len(plots) == 2  # seconds do not share an axis with what lies between 0 and 1
    for plot, is_better in zip(plots, (True, False), strict=True):
        middle = float(plot.select("[id$=-middle] path")[0]["d"].split()[1])
        mean = float(plot.select("[id$=-mean-1] use")[0]["x"])
        assert (mean > middle) == is_better


def test_p_and_interval_are_explained_where_they_are_shown(comparison: Comparison, tmp_path: Path) -> None:
    html, markdown = write_comparison_report(comparison, tmp_path, reproduce="x")
    for text in (section(soup_of(html), "changes").get_text(), markdown.read_text("utf-8")):
        assert "p is how often chance alone would make" in text
        assert "95% interval of a difference holds" in text


def test_changed_questions_show_both_sides(comparison: Comparison, tmp_path: Path) -> None:
    html, markdown = write_comparison_report(comparison, tmp_path, reproduce="x")
    folds = section(soup_of(html), "changed").find_all("details", id=True)
    titles = [fold.summary.get_text().split(":")[0] for fold in folds]
    assert titles == ["Worse (−0.300)", "Better (+0.800)", "Better (+0.100)"]
    first, second = folds[1].find_all("div", class_="side")
    assert "small-chunks" in first.get_text()
    assert "In April." in first.get_text()
    assert "The lease ends in March." in first.get_text()
    assert "large-chunks" in second.get_text()
    assert "In March." in second.get_text()
    assert "March it is." in second.get_text()
    assert "In April." in markdown.read_text("utf-8")


def test_the_mean_below_all_differences_is_the_difference_above(
    comparison: Comparison, tmp_path: Path
) -> None:
    soup = soup_of(write_comparison_report(comparison, tmp_path, reproduce="x")[0])
    above = lines_of(section(soup, "changes"))
    table = section(soup, "questions").find("table")
    assert isinstance(table, Tag)
    below = dict(zip(cells(table.select("thead tr")[0]), cells(table.select("tfoot tr")[0]), strict=True))
    assert {name: line["Difference"] for name, line in above.items()} == {name: below[name] for name in above}
    assert soup.find(id="warnings") is None


def test_a_difference_that_is_not_that_of_the_rows_is_warned_of(
    comparison: Comparison, tmp_path: Path
) -> None:
    change = comparison.changes[0]
    wrong = replace(change, difference=replace(change.difference, mean=0.5))
    html, _ = write_comparison_report(replace(comparison, changes=(wrong,)), tmp_path, reproduce="x")
    assert "The mean of token_f1 is given as 0.500" in section(soup_of(html), "warnings").get_text()


def test_small_slices_warn_and_say_which_way_the_mean_went(
    comparison: Comparison, tmp_path: Path, metrics: dict[str, Metric]
) -> None:
    slices = (
        SliceChange("language", "en", metrics["answer_seconds"], Estimate(0.9, 0.5, 1.3, 40), False),
        SliceChange("language", "de", metrics["token_f1"], Estimate(0.2, -0.1, 0.5, 2), True),
    )
    html, _ = write_comparison_report(replace(comparison, slices=slices), tmp_path, reproduce="x")
    shown = section(soup_of(html), "slices")
    assert "⚠ Warning: Too few questions to lean on: language de." in shown.get_text()
    lines = lines_of(shown)
    assert (lines["en"]["The mean is"], lines["en"]["Note"]) == ("▼ worse", "")
    assert (lines["de"]["The mean is"], lines["de"]["Note"]) == ("▲ better", "⚠ too few questions")


def test_warnings_and_unpaired_questions_are_said(comparison: Comparison, tmp_path: Path) -> None:
    given = replace(comparison, warnings=("Other machine.",), unpaired=("q9",))
    html, markdown = write_comparison_report(given, tmp_path, reproduce="refdesk eval compare")
    warnings = section(soup_of(html), "warnings").get_text()
    assert "Other machine." in warnings
    assert "1 question has a row in one run only and cannot be compared: q9." in warnings
    assert "refdesk eval compare" in section(soup_of(html), "reproduce").get_text()
    assert "q9" in markdown.read_text("utf-8")


def test_runs_without_a_common_metric_are_a_report_too(
    tmp_path: Path, make_row: MakeRow, make_run: MakeRun
) -> None:
    first, second = make_run([make_row("q1", {"token_f1": 0.2})]), make_run([make_row("q1", {})], "other")
    html, _ = write_comparison_report(Comparison(first, second, (), ()), tmp_path, reproduce="x")
    text = html.read_text("utf-8")
    assert "No metric is defined in both runs for the same questions." in text
    assert "Nothing that decides the outcomes differs" in text


def test_equal_comparisons_give_equal_files(comparison: Comparison, tmp_path: Path) -> None:
    first = write_comparison_report(comparison, tmp_path / "first", reproduce="x")
    second = write_comparison_report(comparison, tmp_path / "second", reproduce="x")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
