"""The energy that this machine took over an interval, where its processor's or GPU's counters tell.

Counters are the machine's: what others computed meanwhile is in them. Processors: Linux' power capping
(https://docs.kernel.org/power/powercap/powercap.html), packages and memory. GPUs: NVIDIA's NVML.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

POWERCAP = Path("/sys/class/powercap")
NVIDIA_DRIVER = Path("/proc/driver/nvidia")
#: More than any package takes: an interval without a look in which a counter could run around tells nothing.
_MOST_WATTS = 500.0
_MICRO = 1e-6
_MILLI = 1e-3


@dataclass(frozen=True, slots=True)
class Energy:
    """`joules` is None where nothing could be read. `of` is what was measured, such as "package-0"."""

    joules: float | None = None
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EnergyCounter:
    """`read` gives joules since some moment, None where it cannot; at `wraps_at_joules` it starts from 0."""

    name: str
    read: Callable[[], float | None]
    wraps_at_joules: float | None = None


@dataclass(frozen=True, slots=True)
class EnergyMeter:
    """What can be read here, and in words what cannot and why."""

    counters: tuple[EnergyCounter, ...]
    missing: tuple[str, ...] = ()

    def start(self, clock: Callable[[], float] = time.monotonic) -> EnergyInterval:
        """An interval that begins now. `clock` gives seconds."""
        return EnergyInterval(self.counters, clock)


class EnergyInterval:
    """Joules from its making on. Looked at now and then, it misses no counter that runs around."""

    def __init__(self, counters: Sequence[EnergyCounter], clock: Callable[[], float]) -> None:
        self._counters = counters
        self._clock = clock
        self._joules: list[float | None] = [0.0 for _ in counters]
        self._last = [counter.read() for counter in counters]
        self._looked_at = clock()

    def look(self) -> None:
        """Add what was taken since the last look."""
        now = self._clock()
        waited, self._looked_at = now - self._looked_at, now
        for place, counter in enumerate(self._counters):
            before, after = self._last[place], counter.read()
            taken = _difference(before, after, counter.wraps_at_joules, waited)
            so_far = self._joules[place]
            self._joules[place] = None if taken is None or so_far is None else so_far + taken
            self._last[place] = after

    def energy(self) -> Energy:
        """What was taken until now, of the counters that told all the time."""
        self.look()
        told = [
            (counter.name, joules)
            for counter, joules in zip(self._counters, self._joules, strict=True)
            if joules is not None
        ]
        if not told:
            return Energy()
        return Energy(round(sum(joules for _, joules in told), 3), tuple(name for name, _ in told))


@functools.cache
def energy_meter() -> EnergyMeter:
    """This machine's."""
    return find_energy_meter(POWERCAP, NVIDIA_DRIVER)


def find_energy_meter(powercap: Path, nvidia_driver: Path) -> EnergyMeter:
    """The counters of the power capping folder, and of NVIDIA's GPUs where the driver's folder is there."""
    processors = tuple(_powercap_counters(powercap))
    missing: list[str] = []
    if not processors:
        missing.append(
            "The processor's energy is not told: this system has no counter for it (virtual machines have "
            "none, nor has any system but Linux)."
        )
    readable = tuple(counter for counter in processors if counter.read() is not None)
    if processors and not readable:
        missing.append(
            f"The processor's energy may not be read: {powercap} lets the administrator alone. `sudo chmod "
            f"a+r {powercap}/intel-rapl:*/energy_uj` allows it until the next start."
        )
    gpus: tuple[EnergyCounter, ...] = ()
    if nvidia_driver.is_dir():
        gpus, reason = _nvidia_counters()
        missing += [reason] if reason else []
    return EnergyMeter((*readable, *gpus), tuple(missing))


def _difference(
    before: float | None, after: float | None, wraps_at: float | None, waited_seconds: float
) -> float | None:
    if before is None or after is None:
        return None
    if wraps_at is None:
        return after - before if after >= before else None
    if waited_seconds * _MOST_WATTS >= wraps_at:
        return None
    return (after - before) % wraps_at


def _powercap_counters(powercap: Path) -> Iterator[EnergyCounter]:
    """Packages, and the memory beside them: the other parts of a package, and the whole platform, overlap."""
    for zone in sorted(powercap.glob("intel-rapl:*")):  # AMD's, too; `intel-rapl-mmio` counts the same again
        name = _text(zone / "name")
        is_part = zone.name.count(":") == 2
        if name is None or is_part != (name == "dram") or name == "psys":
            continue
        if not (zone / "energy_uj").exists():
            continue
        wraps_at = _number(zone / "max_energy_range_uj")
        told = f"{_text(powercap / zone.name.rpartition(':')[0] / 'name')} {name}" if is_part else name
        yield EnergyCounter(
            told,
            functools.partial(_joules, zone / "energy_uj"),
            None if wraps_at is None else wraps_at * _MICRO,
        )


def _joules(path: Path) -> float | None:
    value = _number(path)
    return None if value is None else value * _MICRO


def _number(path: Path) -> int | None:
    text = _text(path)
    return int(text) if text is not None and text.isdigit() else None


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return None


def _nvidia_counters() -> tuple[tuple[EnergyCounter, ...], str | None]:
    """A counter for each GPU that tells, and why there is none."""
    try:
        import pynvml
    except ImportError:
        return (), (
            "The GPU's energy is not told: the package that asks NVIDIA's driver is not installed. Install "
            "it: `pip install 'refdesk[energy]'`."
        )
    try:
        pynvml.nvmlInit()
        handles = [pynvml.nvmlDeviceGetHandleByIndex(at) for at in range(pynvml.nvmlDeviceGetCount())]
    except pynvml.NVMLError as error:
        return (), f"The GPU's energy is not told: NVIDIA's driver says {error}."
    counters = [
        EnergyCounter(f"GPU {number}", functools.partial(_gpu_joules, pynvml, handle))
        for number, handle in enumerate(handles)
    ]
    telling = tuple(counter for counter in counters if counter.read() is not None)
    return telling, None if telling else "The GPU's energy is not told: this GPU does not count it."


def _gpu_joules(pynvml: Any, handle: Any) -> float | None:
    try:
        return float(pynvml.nvmlDeviceGetTotalEnergyConsumption(handle)) * _MILLI
    except pynvml.NVMLError:
        return None
