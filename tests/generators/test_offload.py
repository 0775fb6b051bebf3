from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from generators.text import probe
from generators.text.llama_library import Device, LlamaBuild
from generators.text.offload import OffloadPlan, fit_gpu_layers
from generators.text.probe import Trial, TrialResult, run_child
from generators.text.speed import speeds_by_layers

_CONTEXT = 4096
_ALL = 28 + 1  # the header file's layers and the output layer
_GIB = 1024**3


def _build(free_bytes: int = 8 * _GIB, description: str = "Test GPU", *, offload: bool = True) -> LlamaBuild:
    devices = (Device(description, free_bytes, 8 * _GIB),) if offload else ()
    return LlamaBuild("0.3.36", offload, devices, "CPU")


class MemoryFor:
    """A Probe of a device that holds so many layers and answers otherwise as told."""

    def __init__(self, layers: int, failure: Callable[[], TrialResult] | None = None) -> None:
        self._layers = layers
        self._failure = failure or (lambda: TrialResult(False, "was ended by SIGABRT: out of memory"))
        self.tried: list[int] = []

    def __call__(self, trial: Trial) -> TrialResult:
        self.tried.append(trial.layers)
        assert trial.context_tokens == _CONTEXT
        return TrialResult(True) if trial.layers <= self._layers else self._failure()


@pytest.mark.parametrize(
    ("room", "tried", "layers"),
    [
        (_ALL, [29], 29),
        (25, [29, 21], 21),  # 29 * 3 // 4 = 21
        (14, [29, 21, 14], 14),  # 29 // 2 = 14
        (7, [29, 21, 14, 7], 7),  # 29 // 4 = 7
        (0, [29, 21, 14, 7], 0),
    ],
)
def test_fewer_layers_until_they_fit(
    header_file: Path, tmp_path: Path, room: int, tried: list[int], layers: int
) -> None:
    probe = MemoryFor(room)
    plan = fit_gpu_layers(header_file, _CONTEXT, tmp_path, probe=probe, build=_build)
    assert (probe.tried, plan.layers, plan.total_layers) == (tried, layers, _ALL)
    assert [attempt.layers for attempt in plan.attempts] == tried
    for attempt in plan.attempts:
        assert attempt.worked == (attempt.layers == layers)
        assert attempt.worked or f"{attempt.layers} was ended by SIGABRT: out of memory" in plan.reason


def test_without_support_in_the_build_nothing_is_tried(header_file: Path, tmp_path: Path) -> None:
    probe = MemoryFor(_ALL)
    plan = fit_gpu_layers(header_file, _CONTEXT, tmp_path, probe=probe, build=lambda: _build(offload=False))
    assert (plan.layers, plan.total_layers, plan.can_offload) == (0, _ALL, False)
    assert "without GPU support" in plan.reason
    assert probe.tried == []


def test_layers_asked_for_in_vain_are_spoken_of(header_file: Path, tmp_path: Path) -> None:
    plan = fit_gpu_layers(header_file, _CONTEXT, tmp_path, wanted=20, build=lambda: _build(offload=False))
    assert plan.layers == 0
    assert "20 layers on the GPU were asked for" in plan.reason


def test_a_build_for_a_gpu_that_is_not_here_says_so(header_file: Path, tmp_path: Path) -> None:
    build = LlamaBuild("0.3.36", True, (), "CPU")
    plan = fit_gpu_layers(header_file, _CONTEXT, tmp_path, probe=MemoryFor(_ALL), build=lambda: build)
    assert (plan.layers, plan.can_offload) == (0, True)
    assert "found none" in plan.reason


@pytest.mark.parametrize(("wanted", "layers"), [(0, 0), (12, 12), (99, _ALL)])
def test_a_number_is_taken_as_it_is(header_file: Path, tmp_path: Path, wanted: int, layers: int) -> None:
    probe = MemoryFor(0)
    plan = fit_gpu_layers(header_file, _CONTEXT, tmp_path, wanted=wanted, probe=probe, build=_build)
    assert (plan.layers, probe.tried) == (layers, [])


class TestRemembering:
    def _plan(self, file: Path, folder: Path, probe: MemoryFor, **changes: object) -> OffloadPlan:
        arguments = {"build": _build, "fresh": False, **changes}
        return fit_gpu_layers(file, _CONTEXT, folder, probe=probe, **arguments)  # type: ignore[arg-type]  # chosen by each test

    def test_a_plan_is_tried_once(self, header_file: Path, tmp_path: Path) -> None:
        first = self._plan(header_file, tmp_path / "new", MemoryFor(14))
        again = MemoryFor(14)
        second = self._plan(header_file, tmp_path / "new", again)
        assert again.tried == []
        assert (second.layers, second.attempts, second.remembered) == (14, first.attempts, True)
        assert "Remembered" in second.reason

    def test_fresh_tries_anew(self, header_file: Path, tmp_path: Path) -> None:
        self._plan(header_file, tmp_path, MemoryFor(_ALL))
        assert self._plan(header_file, tmp_path, MemoryFor(7), fresh=True).layers == 7
        assert self._plan(header_file, tmp_path, MemoryFor(0)).layers == 7

    @pytest.mark.parametrize(
        "build", [lambda: _build(description="Another GPU"), lambda: _build(free_bytes=4 * _GIB)]
    )
    def test_another_device_or_less_free_memory_is_tried_anew(
        self, header_file: Path, tmp_path: Path, build: Callable[[], LlamaBuild]
    ) -> None:
        self._plan(header_file, tmp_path, MemoryFor(_ALL))
        assert self._plan(header_file, tmp_path, MemoryFor(14), build=build).layers == 14

    def test_much_more_free_memory_is_tried_anew(self, header_file: Path, tmp_path: Path) -> None:
        self._plan(header_file, tmp_path, MemoryFor(14), build=lambda: _build(free_bytes=2 * _GIB))
        assert self._plan(header_file, tmp_path, MemoryFor(_ALL)).layers == _ALL

    def test_another_file_is_tried_anew(self, header_file: Path, tmp_path: Path) -> None:
        self._plan(header_file, tmp_path, MemoryFor(_ALL))
        header_file.write_bytes(header_file.read_bytes() + b"more")
        assert self._plan(header_file, tmp_path, MemoryFor(7)).layers == 7

    @pytest.mark.parametrize("content", ["not json", "[]", '{"format": 1, "plans": {"x": 3}}'])
    def test_a_damaged_memory_is_as_good_as_none(
        self, header_file: Path, tmp_path: Path, content: str
    ) -> None:
        (tmp_path / "offload-plans.json").write_text(content, encoding="utf-8")
        assert self._plan(header_file, tmp_path, MemoryFor(14)).layers == 14
        assert self._plan(header_file, tmp_path, MemoryFor(0)).layers == 14

    def test_a_folder_that_cannot_be_written_is_spoken_of(self, header_file: Path, tmp_path: Path) -> None:
        blocked = tmp_path / "file"
        blocked.write_text("in the way", encoding="utf-8")
        plan = self._plan(header_file, blocked, MemoryFor(_ALL))
        assert plan.layers == _ALL
        assert "could not be remembered" in plan.reason


class TestChild:
    """What a child process may do instead of answering."""

    def _run(self, code: str, timeout_seconds: float = 20) -> TrialResult:
        return run_child([sys.executable, "-c", code], timeout_seconds)

    def test_an_abort_is_told_with_its_last_words(self) -> None:
        code = "import os, sys; sys.stderr.write('ggml: out of memory\\n'); sys.stderr.flush(); os.abort()"
        assert self._run(code) == TrialResult(False, "was ended by SIGABRT: ggml: out of memory")

    def test_a_crash_is_told_with_the_call_it_was_in(self) -> None:
        code = (
            "import ctypes, faulthandler, sys; faulthandler.enable()\n"
            "def evaluate(): ctypes.string_at(0)\n"
            "sys.stderr.write('half a word\\n'); sys.stderr.flush(); evaluate()"
        )
        told = r"was ended by SIGSEGV: half a word \(in string_at, __init__.py line \d+\)"
        assert re.fullmatch(told, self._run(code).reason)

    def test_a_trial_tells_where_it_crashed(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        started: list[list[str]] = []

        def note(command: list[str], timeout_seconds: float) -> TrialResult:
            started.append(command)
            return TrialResult(True)

        monkeypatch.setattr(probe, "run_child", note)
        probe.try_in_child(Trial(tmp_path, 0, _CONTEXT))
        assert started[0][1:3] == ["-X", "faulthandler"]

    def test_an_exit_code_is_told(self) -> None:
        assert self._run("raise SystemExit(3)").reason == "ended with exit code 3: it said nothing"

    def test_a_hanging_child_is_ended(self) -> None:
        result = self._run("import time; time.sleep(60)", timeout_seconds=0.5)
        assert result == TrialResult(False, "gave no answer within 0.5 seconds")

    @pytest.mark.parametrize("answer", ["", "hello", "[]", '{"worked": true}'])
    def test_garbage_is_no_success(self, answer: str) -> None:
        result = self._run(f"import sys; sys.stdout.write({answer!r})")
        assert (result.worked, "is no result" in result.reason) == (False, True)

    def test_an_answer_is_read_after_other_output(self) -> None:
        answer = {"worked": True, "reason": "", "load_seconds": 1}
        answer |= {"prompt_tokens_per_second": 75, "generated_tokens_per_second": 19}
        result = self._run(f"import sys; sys.stdout.write('noise\\n' + {json.dumps(answer)!r})")
        assert result == TrialResult(True, "", 1.0, 75.0, 19.0)

    def test_a_program_that_is_not_there_is_told(self) -> None:
        assert "could not be started" in run_child(["/nonexistent/program"], 5).reason

    def test_the_module_answers_in_words_for_a_file_that_is_no_model(self, header_file: Path) -> None:
        command = [sys.executable, "-m", "generators.text.probe", str(header_file)]
        result = run_child([*command, "0", "512", "0", "8", "2"], 60)
        assert not result.worked
        assert "could not load" in result.reason


class TestSpeeds:
    def test_without_a_gpu_only_the_processor_is_measured(self, header_file: Path) -> None:
        result = TrialResult(True, "", 1.5, 75.0, 19.0)
        none, half, whole = speeds_by_layers(
            header_file, probe=lambda trial: result, build=lambda: _build(offload=False)
        )
        assert (none.prompt_tokens_per_second, none.generated_tokens_per_second) == (75.0, 19.0)
        for row, layers in ((half, _ALL // 2), (whole, _ALL)):
            assert (row.layers, row.prompt_tokens_per_second) == (layers, None)
            assert "never run on a GPU" in row.note

    def test_with_one_each_is_measured_and_failures_are_told(self, header_file: Path) -> None:
        def probe(trial: Trial) -> TrialResult:
            return TrialResult(False, "gave up") if trial.layers == _ALL else TrialResult(True, "", 1, 2, 3)

        none, half, whole = speeds_by_layers(header_file, probe=probe, build=_build)
        assert (none.prompt_tokens_per_second, half.prompt_tokens_per_second) == (2, 2)
        assert (whole.prompt_tokens_per_second, whole.note) == (None, "did not run: gave up")
