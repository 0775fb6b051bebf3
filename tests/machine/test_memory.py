from __future__ import annotations

import stat
from pathlib import Path

import pytest

from machine import MachineBudget, MachineError, describe_machine
from machine.memory import LIMIT_VARIABLE, give_back


def test_models_may_take_most_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(LIMIT_VARIABLE, raising=False)
    total = describe_machine().memory_total_bytes
    assert MachineBudget().capacity_bytes("memory") == int(0.9 * total)
    free = MachineBudget().free_bytes("memory")
    assert free is not None
    assert 0 < free <= total


def test_the_environment_says_how_much_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LIMIT_VARIABLE, "1.5")
    assert MachineBudget().capacity_bytes("memory") == 1_500_000_000


@pytest.mark.parametrize("said", ["plenty", "-1", "0", "nan", "inf"])
def test_a_limit_that_is_none_is_refused_in_words(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv(LIMIT_VARIABLE, said)
    with pytest.raises(MachineError, match="number of gigabytes"):
        MachineBudget().capacity_bytes("memory")


def _driver_tool(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    tool = folder / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_the_drivers_tool_is_asked_for_the_first_gpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = 'case "$1" in *total) echo 24564; echo 8192;; *free) echo 20000; echo 8000;; esac'
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    _driver_tool(tmp_path, monkeypatch, script)
    assert MachineBudget().capacity_bytes("gpu") == 24_564 * 2**20
    assert MachineBudget().free_bytes("gpu") == 20_000 * 2**20


@pytest.mark.parametrize("script", ["echo 'no devices were found'; exit 6", "echo '[N/A]'", "exit 1"])
def test_a_driver_without_a_gpu_tells_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    _driver_tool(tmp_path, monkeypatch, script)
    assert MachineBudget().capacity_bytes("gpu") is None


def test_a_machine_without_a_driver_has_no_gpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert MachineBudget().capacity_bytes("gpu") is None
    assert MachineBudget().free_bytes("gpu") is None


def test_the_gpu_is_the_first_that_this_process_may_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _driver_tool(tmp_path, monkeypatch, 'case "$1" in --id=3) echo 1000;; *) echo 7;; esac')
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,0")
    assert MachineBudget().capacity_bytes("gpu") == 1000 * 2**20
    for nothing in ("", "-1"):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", nothing)
        assert MachineBudget().capacity_bytes("gpu") is None


def test_giving_back_harms_nothing() -> None:
    give_back()
    give_back()
