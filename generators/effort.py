"""What a made file took: getting its model into memory, and making it, apart."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from machine import Energy, EnergyMeter, energy_meter


@dataclass(frozen=True, slots=True)
class Effort:
    """Time, and what the machine took in it; None where nobody can tell."""

    seconds: float | None = None
    energy: Energy = field(default_factory=Energy)

    def share(self, count: int) -> Effort:
        """Of one of so many things that were made together."""
        return Effort(
            _divided(self.seconds, count), Energy(_divided(self.energy.joules, count), self.energy.of)
        )


class EffortMeter:
    """Measures from its making on: first loading, from `begun` on making."""

    def __init__(self, meter: EnergyMeter | None, clock: Callable[[], float] = time.perf_counter) -> None:
        """Without a meter this machine's. `clock` gives seconds."""
        self._meter = meter or energy_meter()
        self._clock = clock
        self._loading: Effort | None = None
        self._start()

    def begun(self) -> None:
        """The model is in memory, and making begins. Only the first time counts."""
        if self._loading is None:
            self._loading = self._so_far()
            self._start()

    def look(self) -> None:
        """Look at the counters, as `EnergyInterval` wants it now and then."""
        self._interval.look()

    @property
    def loading(self) -> Effort:
        """Unknown where nobody said when it was done: then it counts as making."""
        return self._loading or Effort()

    def making(self) -> Effort:
        """Until now."""
        return self._so_far()

    def _start(self) -> None:
        self._began, self._interval = self._clock(), self._meter.start()

    def _so_far(self) -> Effort:
        return Effort(round(self._clock() - self._began, 3), self._interval.energy())


def _divided(number: float | None, count: int) -> float | None:
    return None if number is None else round(number / count, 3)
