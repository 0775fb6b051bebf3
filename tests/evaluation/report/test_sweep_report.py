"""A sweep's report: which variants are on the front, and what the others are against the first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from evaluation.report import write_sweep_report
from evaluation.types import Row, Run
from evaluation.verdicts import Change, Summary, Sweep, Variant

MakeRow = Callable[..., Row]
MakeRun = Callable[..., Run]
SummariesOf = Callable[[Sequence[Row]], tuple[Summary, ...]]
ChangesOf = Callable[[Run, Run], tuple[Change, ...]]


def soup_of(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "lxml")


def section(soup: BeautifulSoup, anchor: str) -> Tag:
    found = soup.find(attrs={"aria-labelledby": anchor})
    assert isinstance(found, Tag)
    return found


def lines_of(shown: Tag) -> list[dict[str, str]]:
    table = shown.find("table")
    assert isinstance(table, Tag)
    titles, *rows = (
        [cell.get_text(strip=True) for cell in row.find_all(["th", "td"])]
        for row in table.select("tr:not(.group)")
    )
    return [dict(zip(titles, row, strict=True)) for row in rows]


@pytest.fixture
def sweep(make_row: MakeRow, make_run: MakeRun, summaries_of: SummariesOf, changes_of: ChangesOf) -> Sweep:
    """The second is better and slower, the third worse and slower than both, the fourth like the first."""
    variants = []
    for at, (overlap, seconds) in enumerate([(0.5, 1.0), (0.8, 2.0), (0.4, 3.0), (0.5, 1.0)], start=1):
        row = make_row("q1", {"token_f1": overlap, "answer_seconds": seconds})
        run = make_run([row], f"sweep-{at}")
        variants.append(Variant({"chunk tokens": str(128 * at), "top k": "4"}, run, summaries_of([row])))
    changes = tuple(changes_of(variants[0].run, one.run) for one in variants[1:])
    return Sweep("chunks", tuple(variants), changes)


def test_variants_show_their_values_means_and_whether_no_other_beats_them(
    sweep: Sweep, tmp_path: Path
) -> None:
    html, markdown = write_sweep_report(
        sweep, tmp_path, quality="token_f1", seconds="answer_seconds", reproduce="x"
    )
    lines = lines_of(section(soup_of(html), "variants"))
    assert [line["chunk tokens"] for line in lines] == ["128", "256", "384", "512"]
    assert [line["token_f1, higher ↑ is better"].split(" ")[0] for line in lines] == [
        "0.500",
        "0.800",
        "0.400",
        "0.500",
    ]
    assert [line["Front"] for line in lines] == ["◆ on the front", "◆ on the front", "", "◆ on the front"]
    assert "| 2 | 256 | 4 | 0.800 (0.700 to 0.900)" in markdown.read_text("utf-8")


def test_the_plot_labels_each_variant(sweep: Sweep, tmp_path: Path) -> None:
    html, _ = write_sweep_report(sweep, tmp_path, quality="token_f1", seconds="answer_seconds", reproduce="x")
    plot = soup_of(html).find("svg")
    assert isinstance(plot, Tag)
    labels = {text.get_text() for text in plot.find_all("text")}
    assert {f"{at}: chunk tokens {128 * at}, top k 4" for at in range(1, 5)} <= labels
    assert {"answer_seconds (seconds, less is better)", "token_f1 (more is better)"} <= labels


def test_without_seconds_the_plot_is_of_quality_alone(sweep: Sweep, tmp_path: Path) -> None:
    html, _ = write_sweep_report(sweep, tmp_path, quality="token_f1", seconds=None, reproduce="x")
    soup = soup_of(html)
    plot = soup.find("svg")
    assert isinstance(plot, Tag)
    assert plot.title is not None
    assert plot.title.get_text() == "token_f1 of 4 variants with 95% intervals"
    assert "Front" not in lines_of(section(soup, "variants"))[0]


def test_changes_are_against_the_first_with_corrected_p(sweep: Sweep, tmp_path: Path) -> None:
    html, _ = write_sweep_report(sweep, tmp_path, quality="token_f1", seconds="answer_seconds", reproduce="x")
    shown = section(soup_of(html), "changes")
    titles = [fold.get_text() for fold in shown.find_all("summary")]
    assert titles == [
        "2: chunk tokens 256, top k 4: token_f1 better; answer_seconds worse",
        "3: chunk tokens 384, top k 4: token_f1 worse; answer_seconds worse",
        "4: chunk tokens 512, top k 4: token_f1 no difference shown; answer_seconds no difference shown",
    ]
    assert lines_of(shown)[0]["p, corrected"] == "0.040"
    assert "p is how often chance alone" in shown.get_text()


def test_metrics_that_no_variant_has_are_said(sweep: Sweep, tmp_path: Path) -> None:
    html, _ = write_sweep_report(sweep, tmp_path, quality="accuracy", seconds="wall_seconds", reproduce="x")
    text = html.read_text("utf-8")
    assert "No variant has the metric accuracy." in text
    assert "No variant has the metric wall_seconds" in text
    assert "<svg" not in text


def test_a_sweep_without_variants_is_a_report_too(tmp_path: Path) -> None:
    html, markdown = write_sweep_report(
        Sweep("none", ()), tmp_path, quality="token_f1", seconds="answer_seconds", reproduce="x"
    )
    assert "No variant has a metric." in html.read_text("utf-8")
    assert "0 variants" in markdown.read_text("utf-8")


def test_equal_sweeps_give_equal_files(sweep: Sweep, tmp_path: Path) -> None:
    first, second = (
        write_sweep_report(
            sweep, tmp_path / name, quality="token_f1", seconds="answer_seconds", reproduce="x"
        )
        for name in ("first", "second")
    )
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
