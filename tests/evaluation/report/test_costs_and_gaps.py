"""What a report says of cost beside quality, and of gaps between slices."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from evaluation.gaps import largest_gaps
from evaluation.report import write_run_report
from evaluation.summaries import slices, summarise
from evaluation.types import Metric
from tests.evaluation.report.test_run_report import cells, section, soup_of, table_of

TOKENS = Metric("prompt_tokens", "Prompt tokens", "tokens", highest=None, unit="tokens")
JOULES = Metric("energy_joules", "Energy", "energy", higher_is_better=False, highest=None, unit="J")


def run_of(make_row, make_run, *, joules: bool, energy: str, languages: str = "en"):
    rows = [
        make_row(
            f"q{at}",
            {"token_f1": 0.5, "answer_seconds": 2.0, "prompt_tokens": 300.0}
            | ({"energy_joules": 40.0} if joules else {}),
            label=languages.split()[at % len(languages.split())],
        )
        for at in range(4)
    ]
    run = make_run(rows)
    manifest = replace(
        run.manifest,
        metrics=(*run.manifest.metrics, TOKENS, JOULES),
        surroundings={"energy": energy},
    )
    return replace(run, manifest=manifest)


def written(run, folder: Path, **more) -> tuple[Path, Path]:
    summaries = summarise(run.rows, run.manifest.metrics)
    return write_run_report(run, summaries, slices(run), folder, reproduce="x", **more)


def test_time_tokens_and_energy_stand_beside_quality(tmp_path: Path, make_row, make_run) -> None:
    run = run_of(make_row, make_run, joules=True, energy="counted: package-0", languages="en de")
    html, _ = written(run, tmp_path)
    table = table_of(soup_of(html), "quality, and of what an answer cost")
    titles = cells(table.select("thead tr")[0])
    assert titles[2:] == [
        "token_f1",
        "answer_seconds (s)",
        "prompt_tokens (tokens)",
        "completion_tokens",
        "energy_joules (J)",
    ]
    rows = {cells(row)[0]: cells(row) for row in table.select("tbody tr:not(.group)")}
    assert set(rows) == {"all", "en", "de"}
    assert [rows["all"][at].split(" ")[0] for at in (2, 3, 4, 6)] == ["0.500", "2.00", "300", "40.0"]
    assert rows["de"][1] == "2 ⚠ few"
    assert "counted: package-0" in section(soup_of(html), "costs").get_text()


def test_energy_that_was_not_measured_has_a_reason(tmp_path: Path, make_row, make_run) -> None:
    run = run_of(make_row, make_run, joules=False, energy="The processor's energy is not told.")
    html, markdown = written(run, tmp_path)
    costs = section(soup_of(html), "costs")
    assert "No energy was measured: The processor's energy is not told." in costs.get_text()
    assert cells(table_of(soup_of(html), "what an answer cost").select("tbody tr")[0])[-1] == "–"
    assert "No energy was measured" in markdown.read_text("utf-8")


def test_a_run_of_searches_has_no_costs_of_answers(tmp_path: Path, make_row, make_run) -> None:
    html, _ = written(make_run([make_row("q1", {"page.ndcg@10": 0.5})]), tmp_path)
    assert soup_of(html).find(attrs={"aria-labelledby": "costs"}) is None


def test_the_largest_gap_is_said_with_its_verdict(tmp_path: Path, make_row, make_run, metrics) -> None:
    rows = [
        make_row(f"q{at}", {"token_f1": 0.9 if at % 2 else 0.2}, label="en" if at % 2 else "d<e>")
        for at in range(80)
    ]
    run = make_run(rows)
    html, markdown = written(run, tmp_path, gaps=largest_gaps(run, [metrics["token_f1"]]))
    text = section(soup_of(html), "slices").get_text(" ", strip=True)
    assert "Largest gap by language: token_f1 is 0.900 for en (40) against 0.200 for d<e> (40)" in text
    assert "more than chance gives (p below 0.001)" in text
    assert "d<e>" not in markdown.read_text("utf-8")
