from __future__ import annotations

import json
import os

import pytest

from ingest.progress import Progress, ProgressMeter
from ingest.report import FileOutcome, IngestReport, Outcome

FILES = (
    FileOutcome(
        "/docs/a.pdf",
        "ingested",
        "2 of 14 pages hold no text",
        pages=14,
        chunks=40,
        seconds=1.25,
        recognised_pages=3,
    ),
    FileOutcome("/docs/b.md", "replaced", pages=3, chunks=5, seconds=0.1234),
    FileOutcome("/docs/c.md", "unchanged"),
)


def test_totals_add_up_the_files() -> None:
    report = IngestReport(FILES, seconds=2.0)
    assert report.pages == 14 + 3
    assert report.chunks == 40 + 5
    assert (report.count("ingested"), report.count("failed")) == (1, 0)


@pytest.mark.parametrize(
    ("outcome", "status"),
    [("ingested", 0), ("unchanged", 0), ("replaced", 0), ("skipped", 0), ("removed", 0), ("failed", 1)],
)
def test_only_a_failed_file_makes_the_exit_status_1(outcome: Outcome, status: int) -> None:
    assert IngestReport((*FILES, FileOutcome("/docs/d", outcome)), seconds=2.0).exit_status == status


def test_an_interrupted_run_is_not_all_well() -> None:
    assert IngestReport(FILES, seconds=2.0, interrupted=True, left=("/docs/d",)).exit_status == 1


def test_json_is_the_contract() -> None:
    report = IngestReport(FILES, seconds=2.00049, left=("/docs/d",), interrupted=True)
    assert json.loads(json.dumps(report.as_json())) == {
        "schema": 1,
        "files": [
            {
                "path": "/docs/a.pdf",
                "outcome": "ingested",
                "reason": "2 of 14 pages hold no text",
                "pages": 14,
                "chunks": 40,
                "seconds": 1.25,
                "recognised_pages": 3,
                "wants_password": False,
            },
            {
                "path": "/docs/b.md",
                "outcome": "replaced",
                "reason": None,
                "pages": 3,
                "chunks": 5,
                "seconds": 0.123,
                "recognised_pages": 0,
                "wants_password": False,
            },
            {
                "path": "/docs/c.md",
                "outcome": "unchanged",
                "reason": None,
                "pages": 0,
                "chunks": 0,
                "seconds": 0.0,
                "recognised_pages": 0,
                "wants_password": False,
            },
        ],
        "totals": {
            "files": 3,
            "ingested": 1,
            "unchanged": 1,
            "replaced": 1,
            "skipped": 0,
            "failed": 0,
            "removed": 0,
            "left": 1,
            "pages": 14 + 3,
            "chunks": 40 + 5,
        },
        "seconds": 2.0,
    }


class TestFollowedBy:
    @pytest.mark.parametrize(
        ("earlier", "later", "both"),
        [
            ("ingested", "unchanged", "ingested"),
            ("replaced", "unchanged", "replaced"),
            ("ingested", "replaced", "ingested"),
            ("ingested", "failed", "failed"),
            ("failed", "ingested", "ingested"),
            ("failed", "unchanged", "unchanged"),
            ("unchanged", "replaced", "replaced"),
        ],
    )
    def test_what_became_of_a_path_in_both(self, earlier: Outcome, later: Outcome, both: Outcome) -> None:
        first = IngestReport((FileOutcome("/a", earlier),), 1.0)
        assert first.followed_by(IngestReport((FileOutcome("/a", later),), 2.0)).files[0].outcome == both

    def test_work_that_was_done_is_not_forgotten(self) -> None:
        later = IngestReport(
            (FileOutcome("/docs/a.pdf", "unchanged"), FileOutcome("/d", "ingested", pages=2)), 1
        )
        report = IngestReport(FILES, 2.0).followed_by(later)
        assert (report.pages, report.chunks, report.seconds) == (14 + 3 + 2, 40 + 5, 2.0 + 1)

    def test_a_failed_file_that_was_taken_apart_is_told_by_what_it_holds(self) -> None:
        box = f"{os.sep}docs{os.sep}box.zip"
        first = IngestReport(
            (
                FileOutcome(box, "failed", wants_password=True),
                FileOutcome(f"{box}2", "failed"),
                FileOutcome("/docs", "skipped"),
            ),
            1.0,
        )
        later = IngestReport((FileOutcome(f"{box}{os.sep}a.txt", "ingested"),), 1.0)
        assert {file.path: file.outcome for file in first.followed_by(later).files} == {
            "/docs": "skipped",
            f"{box}{os.sep}a.txt": "ingested",
            f"{box}2": "failed",
        }


class TestProgressMeter:
    def test_time_left_is_told_from_the_bytes_that_took_time(self) -> None:
        told: list[Progress] = []
        meter = ProgressMeter(told.append)
        meter.expect(files=4, size_bytes=1000)
        meter.tell("reading", "/docs/a.md")
        meter.count_file(size_bytes=600)  # the same content as another: nothing to embed
        meter.tell("reading", "/docs/b.md")
        meter.count_page("/docs/b.md", 33, chunks=3)
        meter.count_page("/docs/b.md", 33, chunks=4)
        meter.count_file("/docs/b.md", 100)  # what the pages did not share out is done as well
        meter.tell("writing", "/docs/b.md")
        assert [moment.seconds_left for moment in told[:2]] == [None, None]
        last = told[-1]
        assert last.seconds_left == pytest.approx(last.elapsed_seconds * (1000 - 600 - 100) / 100)
        assert (last.files_done, last.files_total, last.bytes_done, last.bytes_total) == (2, 4, 700, 1000)
        assert (last.pages_done, last.chunks_done) == (2, 7)

    def test_nothing_is_left_when_all_is_done(self) -> None:
        told: list[Progress] = []
        ProgressMeter(told.append).tell("done")
        assert told[0].seconds_left == 0.0
