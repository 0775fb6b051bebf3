from __future__ import annotations

import importlib.util
import sys
from types import SimpleNamespace

import pytest

from machine import MachineDescription, describe_acceleration, describe_machine, usable_cores
from machine.devices import _cpu_quota


@pytest.fixture(scope="module")
def here() -> MachineDescription:
    return describe_machine()


def test_what_is_here_is_plausible(here: MachineDescription) -> None:
    assert 1 <= here.usable_cores <= here.logical_cores
    assert here.usable_cores == usable_cores()
    assert 1 <= here.physical_cores <= here.logical_cores
    assert 0 < here.memory_available_bytes <= here.memory_total_bytes
    assert here.cpu_name
    assert here.operating_system


def test_the_quota_of_a_control_group() -> None:
    assert _cpu_quota("150000 100000\n") == 150_000 / 100_000
    assert _cpu_quota("max 100000\n") == sys.maxsize
    assert _cpu_quota("") == sys.maxsize


def test_engines_say_for_themselves_what_they_can_use(monkeypatch: pytest.MonkeyPatch) -> None:
    cuda = SimpleNamespace(
        is_available=lambda: True, device_count=lambda: 1, get_device_name=lambda number: f"GPU {number}"
    )
    backends = SimpleNamespace(mps=SimpleNamespace(is_available=lambda: False))
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda, backends=backends))
    monkeypatch.setitem(sys.modules, "llama_cpp", SimpleNamespace(llama_supports_gpu_offload=lambda: True))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    acceleration = describe_acceleration()
    assert acceleration.llama_gpu_offload is True
    assert acceleration.cuda_devices == ("GPU 0",)
    assert acceleration.metal is False


def test_an_engine_that_is_not_installed_is_told_apart_from_one_without_a_gpu(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    acceleration = describe_acceleration()
    assert (acceleration.llama_gpu_offload, acceleration.cuda_devices, acceleration.metal) == (
        None,
        None,
        None,
    )
