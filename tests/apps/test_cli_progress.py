"""What is said while it lasts."""

from __future__ import annotations

import pytest

from apps.cli.ingest_progress import OccasionalLines, rates
from apps.cli.transfer_progress import TransferLines
from ingest.progress import Progress
from machine import Progress as Transfer


def moment(elapsed_seconds: float, seconds_left: float | None = 185.0) -> Progress:
    return Progress("reading", "/a.pdf", 12, 40, 80, 310, 5, 10, elapsed_seconds, seconds_left)


def test_rates_are_per_second_of_the_run() -> None:
    # 80 pages / 10 s = 8.0, 310 chunks / 10 s = 31.0
    assert rates(moment(10.0)) == (
        "12 of 40 files, 80 pages (8.0/s), 310 chunks (31.0/s), about 3 min 5 s left"
    )


@pytest.mark.parametrize(("elapsed_seconds", "seconds_left"), [(1.0, 185.0), (10.0, None)])
def test_no_time_left_is_said_before_there_is_anything_to_go_by(
    elapsed_seconds: float, seconds_left: float | None
) -> None:
    assert "left" not in rates(moment(elapsed_seconds, seconds_left))


def test_a_log_gets_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    lines = OccasionalLines(seconds_between=10)
    for elapsed_seconds in (1.0, 9.9, 10.0, 15.0, 20.0):
        lines(moment(elapsed_seconds))
    assert capsys.readouterr().err.count("refdesk: 12 of 40 files") == 2


def test_what_a_transfer_says_for_people_is_written_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    lines = TransferLines(seconds_between=10, now=iter([0.0, 1.0, 2.0, 12.0]).__next__)
    lines(Transfer("mini", "hub", "", 10, 90_000_000))
    lines(Transfer("mini", "hub", "The hub does not answer: the wheels are used", 10, 90_000_000))
    lines(Transfer("mini", "wheels", "", 45_000_000, 90_000_000))
    written = capsys.readouterr().err.splitlines()
    assert written == [
        "refdesk: mini, hub: 0.0 MB of 90 MB. The hub does not answer: the wheels are used",
        "refdesk: mini, wheels: 45 MB of 90 MB.",
    ]
