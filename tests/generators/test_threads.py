from __future__ import annotations

import os
import subprocess
import sys

from generators.text.threads import ThreadTuner, thread_choices

_OPENMP = ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")


def _write(tuner: ThreadTuner, tokens: int, seconds: dict[int, float]) -> list[int]:
    used = []
    for _ in range(tokens):
        used.append(tuner.threads)
        tuner.record(seconds[tuner.threads])
    return used


def test_the_faster_number_is_used_after_a_trial_of_each() -> None:
    used = _write(ThreadTuner((2, 1)), 3 + 3 + 10, {2: 0.13, 1: 0.06})
    assert used == [2] * 3 + [1] * 3 + [1] * 10


def test_it_follows_a_machine_that_becomes_idle() -> None:
    tuner = ThreadTuner((2, 1))
    _write(tuner, 3 + 3, {2: 0.13, 1: 0.06})
    used = _write(tuner, 32 + 3 + 3 + 10, {2: 0.03, 1: 0.05})
    assert used == [1] * 32 + [1] * 3 + [2] * 3 + [2] * 10


def test_trials_grow_rarer_while_nothing_changes() -> None:
    used = _write(ThreadTuner((2, 1)), 2000, {2: 0.03, 1: 0.05})
    # After the first: 64, 128, 256 tokens, then 256 each time; every trial takes 3 + 3.
    starts = [6 + 64 + 6 + 128 + 6 + 256 + 6 + 262 * number for number in range(6)]
    assert used.count(1) == 3 * (1 + 3 + len([start for start in starts if start + 256 + 3 < 2000]))


def test_a_set_number_is_kept() -> None:
    assert thread_choices(3) == (3,)
    assert set(_write(ThreadTuner((3,)), 500, {3: 0.1})) == {3}


def test_without_a_set_number_all_cores_and_half_of_them_are_choices() -> None:
    choices = thread_choices(None)
    assert choices[0] >= choices[-1] >= max(1, choices[0] // 2)


def _spin_count(environment: dict[str, str]) -> str:
    code = (
        "import os; from generators.text.llama_library import open_library; open_library();"
        "os.write(1, os.environ.get('GOMP_SPINCOUNT', 'none').encode())"
    )
    kept = {name: value for name, value in os.environ.items() if name not in _OPENMP}
    done = subprocess.run(
        [sys.executable, "-c", code], env=kept | environment, capture_output=True, check=True
    )
    return done.stdout.decode()


def test_waiting_threads_soon_sleep_unless_the_user_set_how_they_wait() -> None:
    assert _spin_count({}) == "1000"
    assert _spin_count({"GOMP_SPINCOUNT": "5"}) == "5"
    assert _spin_count({"OMP_WAIT_POLICY": "active"}) == "none"
