"""Energy over an interval, from folders as Linux has them and a driver that is made up."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from machine import Energy
from machine.energy import EnergyCounter, EnergyMeter, find_energy_meter

_RANGE_UJ = 262_143_328_850
_NOWHERE = Path("/nowhere/at/all")


def _zone(powercap: Path, zone: str, name: str, energy_uj: int) -> Path:
    folder = powercap / zone
    folder.mkdir(parents=True)
    (folder / "name").write_text(f"{name}\n")
    (folder / "energy_uj").write_text(f"{energy_uj}\n")
    (folder / "max_energy_range_uj").write_text(f"{_RANGE_UJ}\n")
    return folder / "energy_uj"


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SimpleNamespace:
    """NVIDIA's library with one GPU; `told` is its counter in millijoules, None where it does not count."""

    class NVMLError(Exception):
        pass

    made_up = SimpleNamespace(NVMLError=NVMLError, told=1000, folder=tmp_path, nvmlInit=lambda: None)
    made_up.nvmlDeviceGetCount = lambda: 1
    made_up.nvmlDeviceGetHandleByIndex = lambda number: number

    def energy(_: int) -> int:
        if made_up.told is None:
            raise NVMLError("Not Supported")
        return int(made_up.told)

    made_up.nvmlDeviceGetTotalEnergyConsumption = energy
    monkeypatch.setitem(sys.modules, "pynvml", made_up)
    return made_up


def test_packages_and_their_memory_are_added(tmp_path: Path) -> None:
    package = _zone(tmp_path, "intel-rapl:0", "package-0", 5_000_000)
    second = _zone(tmp_path, "intel-rapl:1", "package-1", 0)
    memory = _zone(tmp_path, "intel-rapl:0:2", "dram", 1_000_000)
    within = _zone(tmp_path, "intel-rapl:0:0", "core", 0)
    platform = _zone(tmp_path, "intel-rapl:2", "psys", 0)
    again = _zone(tmp_path, "intel-rapl-mmio:0", "package-0", 0)
    interval = find_energy_meter(tmp_path, _NOWHERE).start()
    package.write_text("12000000")
    second.write_text("500000")
    memory.write_text("3000000")
    for other in (within, platform, again):
        other.write_text("99000000")
    assert interval.energy() == Energy(7 + 0.5 + 2, ("package-0", "package-0 dram", "package-1"))


def test_a_counter_that_runs_around_goes_on(tmp_path: Path) -> None:
    package = _zone(tmp_path, "intel-rapl:0", "package-0", _RANGE_UJ - 3_000_000)
    interval = find_energy_meter(tmp_path, _NOWHERE).start()
    package.write_text("4000000")
    assert interval.energy().joules == pytest.approx(3 + 4, abs=0.001)
    package.write_text("5000000")
    assert interval.energy().joules == pytest.approx(3 + 4 + 1, abs=0.001)


def test_an_interval_in_which_a_counter_may_have_run_around_unseen_tells_nothing() -> None:
    now = [0.0]
    meter = EnergyMeter((EnergyCounter("package-0", lambda: 5.0, 1000.0),))
    seldom, often = meter.start(lambda: now[0]), meter.start(lambda: now[0])
    for second in range(5):
        now[0] = float(second)
        often.look()
    assert seldom.energy() == Energy()  # 4 s at up to 500 W are twice 1000 J
    assert often.energy() == Energy(0.0, ("package-0",))


def test_a_counter_that_fails_in_between_is_left_out(tmp_path: Path) -> None:
    package = _zone(tmp_path, "intel-rapl:0", "package-0", 0)
    other = _zone(tmp_path, "intel-rapl:1", "package-1", 0)
    interval = find_energy_meter(tmp_path, _NOWHERE).start()
    package.unlink()
    interval.look()
    package.write_text("1000000")
    other.write_text("2000000")
    assert interval.energy() == Energy(2.0, ("package-1",))


def test_a_machine_without_counters_says_so(tmp_path: Path) -> None:
    meter = find_energy_meter(tmp_path / "absent", _NOWHERE)
    assert "has no counter" in meter.missing[0]
    assert meter.start().energy() == Energy(None, ())


def test_counters_that_may_not_be_read_are_told_of(tmp_path: Path) -> None:
    # A folder cannot be read as a file, by the administrator neither.
    package = _zone(tmp_path, "intel-rapl:0", "package-0", 0)
    package.unlink()
    package.mkdir()
    meter = find_energy_meter(tmp_path, _NOWHERE)
    assert "administrator" in meter.missing[0]
    assert meter.counters == ()


def test_a_gpu_counts_too(gpu: SimpleNamespace) -> None:
    meter = find_energy_meter(_NOWHERE, gpu.folder)
    interval = meter.start()
    gpu.told = 3500
    assert interval.energy() == Energy(2.5, ("GPU 0",))
    assert len(meter.missing) == 1  # the processor


def test_a_gpu_that_does_not_count_is_told_of(gpu: SimpleNamespace) -> None:
    gpu.told = None
    assert "does not count" in find_energy_meter(_NOWHERE, gpu.folder).missing[1]


def test_a_driver_that_fails_is_told_of(gpu: SimpleNamespace) -> None:
    def fail() -> None:
        raise gpu.NVMLError("Driver Not Loaded")

    gpu.nvmlInit = fail
    assert "Driver Not Loaded" in find_energy_meter(_NOWHERE, gpu.folder).missing[1]


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert "refdesk[energy]" in find_energy_meter(_NOWHERE, tmp_path).missing[1]
