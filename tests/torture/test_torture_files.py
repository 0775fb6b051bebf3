"""Every file of a batch must be accounted for."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.report import FileOutcome, IngestReport
from torture.files import unaccounted
from torture.mutation import Batch

FOLDER = Path("/batch")
BATCH = Batch({"a.txt": b"", "b.zip": b"", "sound.txt": b""}, {"sound.txt": "word"})
WHOLE = (
    FileOutcome("/batch/a.txt", "failed", "it is damaged"),
    FileOutcome("/batch/b.zip/inner/c.txt", "ingested"),
    FileOutcome("/batch/sound.txt", "ingested"),
)


def test_a_whole_report_accounts_for_all() -> None:
    assert unaccounted(IngestReport(WHOLE, 1.0), FOLDER, BATCH) == []


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (WHOLE[1:], "a.txt is not in the report"),
        ((*WHOLE, WHOLE[0]), "/batch/a.txt is in the report 2 times"),
        ((FileOutcome("/batch/a.txt", "failed"), *WHOLE[1:]), "/batch/a.txt failed without a reason"),
        ((*WHOLE[:2], FileOutcome("/batch/sound.txt", "failed", "?")), "sound.txt is sound and was failed"),
    ],
)
def test_each_fault_is_told(files: tuple[FileOutcome, ...], told: str) -> None:
    assert told in unaccounted(IngestReport(files, 1.0), FOLDER, BATCH)


def test_an_interrupted_run_is_told() -> None:
    report = IngestReport(WHOLE, 1.0, interrupted=True)
    assert unaccounted(report, FOLDER, BATCH) == ["the run says that it was interrupted"]
