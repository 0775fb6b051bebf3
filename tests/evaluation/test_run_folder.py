"""Runs on disk: acknowledged rows stay, torn ones are not there, others are refused."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.errors import EvaluationError, RunDamaged, RunMismatch, RunNotFound, RunUnfinished
from evaluation.run_folder import (
    checked_name,
    latest_run,
    list_runs,
    load_run,
    open_run_folder,
    run_path,
    runs_folder,
)
from evaluation.types import Manifest, Metric, Outcome, Question, Row

MANIFEST = Manifest(
    name="first",
    fingerprint="f1",
    question_set="set",
    question_set_sha256="0" * 64,
    question_count=2,
    seed=0,
    facts={"setting retrieval.dense_weight": "0.6"},
    surroundings={"machine": "this one"},
    metrics=(Metric("page.hit@5", "Hit rate@5", "retrieval"),),
    started_at="2026-01-01T00:00:00+00:00",
)
ROWS = tuple(Row(Question(str(n), f"{n}?", ("ä",)), Outcome(), {"page.hit@5": float(n)}) for n in range(2))


@pytest.fixture(autouse=True)
def place(home: Path) -> Path:
    return home


def write(manifest: Manifest = MANIFEST, rows: tuple[Row, ...] = ROWS) -> None:
    with open_run_folder(manifest) as folder:
        for row in rows:
            folder.add(row)


def test_what_was_added_is_read_back() -> None:
    write()
    run = load_run("first")
    assert run.manifest == MANIFEST
    assert run.rows == ROWS
    assert run.is_whole
    assert load_run(run_path("first")) == run


def test_a_row_is_on_the_disk_as_soon_as_it_is_added() -> None:
    with open_run_folder(MANIFEST) as folder:
        folder.add(ROWS[0])
        assert load_run("first", unfinished=True).rows == ROWS[:1]


def test_a_run_goes_on_where_it_was_left() -> None:
    write(rows=ROWS[:1])
    with pytest.raises(RunUnfinished, match="1 of 2 questions"):
        load_run("first")
    with open_run_folder(MANIFEST) as folder:
        assert folder.begun.rows == ROWS[:1]
        folder.add(ROWS[1])
    assert load_run("first").rows == ROWS


@pytest.mark.parametrize("cut", [1, 10, 60])
def test_a_torn_row_was_never_there(cut: int) -> None:
    write()
    file = runs_folder() / "first" / "rows.jsonl"
    file.write_bytes(file.read_bytes()[:-cut])
    with open_run_folder(MANIFEST) as folder:
        assert folder.begun.rows == ROWS[:1]
        folder.add(ROWS[1])
    assert load_run("first").rows == ROWS


def test_another_run_of_the_same_name_is_refused_with_what_differs() -> None:
    write()
    other = replace(MANIFEST, fingerprint="f2", facts={"setting retrieval.dense_weight": "0.3"})
    with (
        pytest.raises(RunMismatch, match=r"dense_weight: '0\.6' then, '0\.3' now"),
        open_run_folder(other),
    ):
        pass
    assert load_run("first").rows == ROWS


def test_anew_forgets_what_is_there() -> None:
    write()
    other = replace(MANIFEST, fingerprint="f2")
    with open_run_folder(other, anew=True) as folder:
        assert folder.begun.rows == ()
    assert load_run("first", unfinished=True).manifest.fingerprint == "f2"


def test_two_at_once_are_refused() -> None:
    with (
        open_run_folder(MANIFEST),
        pytest.raises(EvaluationError, match="Another process is at work"),
        open_run_folder(MANIFEST),
    ):
        pass


def test_unknown_runs_are_told_with_those_that_are_there() -> None:
    write()
    with pytest.raises(RunNotFound, match=r"no run 'other'.*first"):
        load_run("other")


def test_a_copied_run_goes_by_its_folders_name() -> None:
    write()
    shutil.copytree(runs_folder() / "first", runs_folder() / "copy")
    assert load_run("copy").manifest.name == "copy"
    assert list_runs() == ["first", "copy"] or list_runs() == ["copy", "first"]


def test_the_latest_run_is_whole_and_readable_and_not_the_baseline() -> None:
    write()
    for name, rows in (("whole", ROWS), ("unfinished", ROWS[:1])):
        write(replace(MANIFEST, name=name), rows)
    write(replace(MANIFEST, name="damaged"))
    (runs_folder() / "damaged" / "rows.jsonl").write_text("{}\n")
    for place, name in enumerate(("first", "whole", "unfinished", "damaged")):
        os.utime(runs_folder() / name / "manifest.json", (place, place))
    assert latest_run(but=runs_folder() / "first") == "whole"
    assert latest_run(but=runs_folder() / "whole") == "first"


def test_a_damaged_run_is_named_with_its_line() -> None:
    write()
    (runs_folder() / "first" / "rows.jsonl").write_text("{}\n")
    with pytest.raises(RunDamaged, match=r"first cannot be read: line 1 of rows\.jsonl is no row"):
        load_run("first")


def test_runs_are_listed_the_latest_last() -> None:
    assert list_runs() == []
    write(replace(MANIFEST, name="z-first"))
    write(replace(MANIFEST, name="a-second"))
    manifest = runs_folder() / "z-first" / "manifest.json"
    os.utime(manifest, (1, 1))
    assert list_runs() == ["z-first", "a-second"]


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "a" * 201, "a\nb"])
def test_names_stay_within_the_folder(name: str) -> None:
    with pytest.raises(EvaluationError, match="cannot be a run's name"):
        checked_name(name)
