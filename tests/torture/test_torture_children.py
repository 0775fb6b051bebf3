"""A child's end, whatever it is, is a value."""

from __future__ import annotations

import os
import signal
import time

import pytest

from torture.children import call, run_trials
from torture.outcome import Trial, Trials


def test_a_result_comes_back() -> None:
    assert call(lambda: {"a": 1}, 10).result == {"a": 1}


def test_an_exception_is_told_in_words() -> None:
    trouble = call(lambda: 1 // 0, 10).in_words(10)
    assert trouble is not None
    assert "ZeroDivisionError" in trouble


def test_a_death_is_told_with_its_signal() -> None:
    ended = call(lambda: os.kill(os.getpid(), signal.SIGKILL), 10)
    assert ended.in_words(10) == "it was ended by SIGKILL"


def test_a_child_that_hangs_is_ended_at_its_deadline() -> None:
    started = time.monotonic()
    ended = call(lambda: time.sleep(60), 0.2)
    assert ended.in_words(0.2) == "it did not end within 0.2 seconds"
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("jobs", [1, 3])
def test_every_trial_is_run_once(jobs: int) -> None:
    def trial(number: int) -> Trial:
        if number == 2:
            raise OSError("a fault of the tool")
        return Trial("odd", ("wrong",)) if number % 2 else Trial("even")

    result = run_trials("some", Trials(5, jobs=jobs), trial)
    assert result.facts == ("even: 2", "odd: 2", "the tool failed: 1")
    assert sorted(line.split(",")[0] for line in result.violations) == ["trial 1", "trial 2", "trial 3"]
    assert "a fault of the tool" in next(line for line in result.violations if line.startswith("trial 2"))


def test_trials_whose_process_died_are_told() -> None:
    def trial(number: int) -> Trial:
        if number:
            os.kill(os.getpid(), signal.SIGKILL)
        return Trial("alive")

    result = run_trials("some", Trials(3), trial)
    assert result.facts == ("alive: 1",)
    assert result.violations == ("2 trials were never told of: the process that did them died",)
