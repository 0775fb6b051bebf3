"""A run's report against its rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from evaluation.report import write_run_report
from evaluation.types import Metric, Row, Run
from evaluation.verdicts import Estimate, Slice, Summary

MakeRow = Callable[..., Row]
MakeRun = Callable[..., Run]
SummariesOf = Callable[[Sequence[Row]], tuple[Summary, ...]]


def soup_of(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "lxml")


def table_of(soup: BeautifulSoup, caption: str) -> Tag:
    return next(one for one in soup.find_all("table") if caption in one.caption.text)


def cells(row: Tag) -> list[str]:
    return [cell.get_text(strip=True) for cell in row.find_all(["th", "td"])]


def section(soup: BeautifulSoup, anchor: str) -> Tag:
    found = soup.find(attrs={"aria-labelledby": anchor})
    assert isinstance(found, Tag)
    return found


@pytest.fixture
def written(
    tmp_path: Path, three_rows: tuple[Row, ...], make_run: MakeRun, summaries_of: SummariesOf
) -> tuple[Path, Path]:
    return write_run_report(
        make_run(three_rows), summaries_of(three_rows), (), tmp_path, reproduce="refdesk eval run leases"
    )


def test_both_files_lie_in_the_folder(written: tuple[Path, Path], tmp_path: Path) -> None:
    assert written == (tmp_path / "report.html", tmp_path / "report.md")
    assert written[0].read_text("utf-8").startswith("<!doctype html>\n<html lang=")


def test_every_mean_is_that_of_the_rows_and_stands_below_its_column(
    written: tuple[Path, Path], three_rows: tuple[Row, ...]
) -> None:
    soup = soup_of(written[0])
    means = [cells(row) for row in table_of(soup, "Mean of each metric").select("tbody tr:not(.group)")]
    table = table_of(soup, "All 3 questions")
    titles = cells(table.select("thead tr")[0])
    footed = dict(zip(titles, cells(table.select("tfoot tr")[0]), strict=True))
    counted = dict(zip(titles, cells(table.select("tfoot tr")[1]), strict=True))
    expected = {
        "page.ndcg@10": f"{(1.0 + 0.5 + 0.0) / 3:.3f}",
        "token_f1": f"{(0.25 + 0.9) / 2:.3f}",
        "true_refusal": "1.000",
        "false_refusal": f"{(0.0 + 1.0) / 2:.3f}",
        "answer_seconds": f"{(1.5 + 2.25 + 4.0) / 3:.2f}",
    }
    assert {row[0]: row[2] for row in means} == expected
    assert {
        name.removesuffix(" (s)"): mean for name, mean in footed.items() if name in titles[3:]
    } == expected
    assert {row[0]: row[4] for row in means}["token_f1"] == counted["token_f1"] == "2"
    for at, row in enumerate(table.select("tbody tr")):
        shown = dict(zip(titles, cells(row), strict=True))
        for name, score in three_rows[at].scores.items():
            column = next(title for title in titles if title.split(" ")[0] == name)
            assert math.isclose(float(shown[column]), score, abs_tol=0.0005)


def test_a_mean_that_is_not_that_of_the_rows_is_warned_of(
    tmp_path: Path, three_rows: tuple[Row, ...], make_run: MakeRun, summaries_of: SummariesOf
) -> None:
    wrong = [
        replace(one, estimate=replace(one.estimate, mean=0.7)) if one.metric.name == "token_f1" else one
        for one in summaries_of(three_rows)
    ]
    html, _ = write_run_report(make_run(three_rows), wrong, (), tmp_path, reproduce="x")
    assert (
        "The mean of token_f1 is given as 0.700, but over the questions below it is 0.575" in html.read_text()
    )


def test_every_link_leads_to_one_place_in_the_page(written: tuple[Path, Path]) -> None:
    soup = soup_of(written[0])
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))
    targets = {str(tag["href"]) for tag in soup.find_all("a")}
    assert all(target.startswith("#") and target[1:] in ids for target in targets)
    metric = table_of(soup, "Mean of each metric").find("a", string="token_f1")
    assert isinstance(metric, Tag)
    column = soup.find(id=str(metric["href"])[1:])
    assert isinstance(column, Tag)
    assert column.get_text(strip=True) == "token_f1"


def test_the_worst_question_comes_first_and_in_full(written: tuple[Path, Path]) -> None:
    folds = section(soup_of(written[0]), "worst").find_all("details", id=True)
    assert [fold["id"] for fold in folds] == ["question-1", "question-2"]
    text = folds[0].get_text(" ", strip=True)
    for part in (
        "0.250: When does the lease end?",
        "Gold answers March",
        "Gold place lease.pdf, page 3",
        "It ends in March.",
        "supported, support 0.90",
        "[1] lease.pdf, page 3: “The lease ends in March.”",
        "Passage 1: lease.pdf, page 3 (gold page)",
        "Rank 1, score 0.750: lease.pdf",
        "token_f1 0.250",
    ):
        assert part in text


def test_the_worst_of_a_metric_of_which_less_is_better_are_the_highest(
    tmp_path: Path, make_row: MakeRow, make_run: MakeRun, summaries_of: SummariesOf
) -> None:
    rows = [
        make_row(f"q{at}", {"unsupported_share": share}) for at, share in enumerate([0.1, 0.9, 0.0], start=1)
    ]
    html, _ = write_run_report(make_run(rows), summaries_of(rows), (), tmp_path, reproduce="x")
    folds = section(soup_of(html), "worst").find_all("details", id=True)
    assert [fold["id"] for fold in folds] == ["question-2", "question-1"]


def test_refusals_are_counted_from_the_scores(written: tuple[Path, Path]) -> None:
    table = table_of(soup_of(written[0]), "Refusals")
    assert [cells(row) for row in table.select("tbody tr")] == [
        ["Answerable", "1 right", "1 wrong", "2", "50.0%"],
        ["Unanswerable", "0 wrong", "1 right", "1", "100.0%"],
    ]


def test_a_small_slice_is_warned_of_and_a_large_one_is_not(
    tmp_path: Path, three_rows: tuple[Row, ...], make_run: MakeRun, summaries_of: SummariesOf
) -> None:
    slices = [
        Slice("language", "en", 40, summaries_of(three_rows), too_small=False),
        Slice("language", "de", 2, summaries_of(three_rows[:2]), too_small=True),
    ]
    html, markdown = write_run_report(
        make_run(three_rows), summaries_of(three_rows), slices, tmp_path, reproduce="x"
    )
    shown = section(soup_of(html), "slices")
    warning = shown.find("p", class_="warning")
    assert isinstance(warning, Tag)
    assert warning.get_text() == "⚠ Warning: Too few questions to lean on: language de (2)."
    rows = {cells(row)[0]: cells(row)[2] for row in shown.select("tbody tr")}
    assert rows == {"en": "", "de": "⚠ too few questions"}
    assert "Too few questions to lean on: language de (2)." in markdown.read_text("utf-8")


def test_cached_rows_and_errors_are_marked_and_said(
    tmp_path: Path, make_row: MakeRow, make_run: MakeRun, summaries_of: SummariesOf
) -> None:
    rows = [
        make_row("q1", {"token_f1": 0.5}, cached=True),
        make_row("q2", {}, error="The context is full."),
        make_row("q3", {"token_f1": 1.0}),
    ]
    run = make_run(rows)
    run = replace(run, manifest=replace(run.manifest, question_count=5))
    html, markdown = write_run_report(
        run, summaries_of(rows), (), tmp_path, reproduce="x", warnings=["Mind this."]
    )
    soup = soup_of(html)
    notes = [cells(row)[2] for row in table_of(soup, "All 3 questions").select("tbody tr")]
    assert notes == ["cached", "error", ""]
    warnings = section(soup, "warnings").get_text(" ", strip=True)
    assert "Their times are of the earlier, equal call" in warnings
    assert "1 question of 3 ended in an error" in warnings
    assert "3 of 5 questions have a row" in warnings
    assert "Mind this." in warnings
    assert "The context is full." in section(soup, "errors").get_text()
    assert "> **Warning:** Mind this." in markdown.read_text("utf-8")


def test_the_command_and_the_facts_are_there(written: tuple[Path, Path]) -> None:
    soup = soup_of(written[0])
    assert [one.get_text() for one in section(soup, "reproduce").find_all("pre")] == [
        "refdesk eval run leases"
    ]
    assert {cells(row)[0] for row in table_of(soup, "What decides").select("tbody tr")} == {
        "chunk tokens",
        "model",
    }
    assert "```\nrefdesk eval run leases\n```" in written[1].read_text("utf-8")


def test_plots_have_titles_and_show_each_quality_metric(written: tuple[Path, Path]) -> None:
    plots = soup_of(written[0]).find_all("svg")
    titles = [plot.title.get_text() for plot in plots]
    assert titles == [
        "Means of 4 quality metrics with their 95% intervals",
        "Percent of questions within so many seconds: whole answer",
    ]
    labels = {text.get_text() for text in plots[0].find_all("text")}
    assert {"page.ndcg@10", "token_f1", "true_refusal", "false_refusal ↓"} <= labels


def test_a_run_without_rows_is_a_report_too(tmp_path: Path, make_run: MakeRun) -> None:
    html, markdown = write_run_report(make_run([]), (), (), tmp_path, reproduce="x")
    assert "No metric is defined for any question of this run." in html.read_text("utf-8")
    assert "All 0 questions" in markdown.read_text("utf-8")


def test_a_run_of_searches_alone_shows_hits_and_no_answers(
    tmp_path: Path, make_row: MakeRow, make_run: MakeRun, summaries_of: SummariesOf
) -> None:
    row = make_row("q1", {"page.ndcg@10": 0.5})
    row = replace(row, outcome=replace(row.outcome, reply=None))
    html, _ = write_run_report(make_run([row]), summaries_of([row]), (), tmp_path, reproduce="x")
    text = section(soup_of(html), "worst").get_text(" ", strip=True)
    assert "1 hit found in 0.0200 s" in text
    assert "Answered" not in text


def test_equal_runs_give_equal_files(
    tmp_path: Path, three_rows: tuple[Row, ...], make_run: MakeRun, summaries_of: SummariesOf
) -> None:
    first, second = (
        write_run_report(make_run(three_rows), summaries_of(three_rows), (), tmp_path / name, reproduce="x")
        for name in ("first", "second")
    )
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_a_long_passage_is_cut_with_an_ellipsis(
    tmp_path: Path, make_row: MakeRow, make_run: MakeRun, summaries_of: SummariesOf
) -> None:
    rows = [make_row("q1", {"token_f1": 0.5}, passage="word " * 2_000, answer="word " * 2_000)]
    html, _ = write_run_report(make_run(rows), summaries_of(rows), (), tmp_path, reproduce="x")
    texts = [one.get_text() for one in section(soup_of(html), "worst").find_all("p", class_="text")]
    assert all(text.endswith("…") for text in texts)
    assert [len(text) // 100 for text in texts] == [20, 7, 7]  # the answer's sentence, the passage, the hit


def test_a_thousand_questions_and_forty_metrics_stay_small(
    tmp_path: Path, make_row: MakeRow, make_run: MakeRun
) -> None:
    metrics = [Metric(f"metric{at}", "", "retrieval") for at in range(40)]
    scores = {metric.name: 0.123 for metric in metrics}
    rows = [make_row(f"q{at}", scores, passage="word " * 2_000, answer="word " * 900) for at in range(1_000)]
    run = make_run(rows)
    run = replace(run, manifest=replace(run.manifest, metrics=tuple(metrics)))
    summaries = [Summary(metric, Estimate(0.123, 0.1, 0.2, 1_000)) for metric in metrics]
    html, _ = write_run_report(run, summaries, (), tmp_path, reproduce="x")
    soup = soup_of(html)
    assert len(table_of(soup, "All 1,000 questions").select("tbody tr")) == 1_000
    assert len(section(soup, "worst").find_all("details", id=True)) == 20
    assert html.stat().st_size < 10_000_000
