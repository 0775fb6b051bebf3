"""Loading and making are measured apart."""

from __future__ import annotations

from generators.effort import Effort, EffortMeter
from machine import Energy, EnergyMeter
from machine.energy import EnergyCounter


class _Machine:
    """Time passes, and energy is taken, as it is told."""

    def __init__(self) -> None:
        self.now, self.joules = 100.0, 40.0
        self.meter = EnergyMeter((EnergyCounter("package-0", lambda: self.joules, None),))

    def work(self, seconds: float, joules: float) -> None:
        self.now += seconds
        self.joules += joules

    def effort(self) -> EffortMeter:
        return EffortMeter(self.meter, lambda: self.now)


def test_what_comes_before_the_beginning_is_loading() -> None:
    machine = _Machine()
    effort = machine.effort()
    machine.work(5, 70)
    effort.begun()
    machine.work(2, 30)
    effort.look()
    machine.work(1, 10)
    assert effort.loading == Effort(5.0, Energy(70.0, ("package-0",)))
    assert effort.making() == Effort(3.0, Energy(40.0, ("package-0",)))


def test_only_the_first_beginning_counts() -> None:
    machine = _Machine()
    effort = machine.effort()
    machine.work(5, 70)
    effort.begun()
    machine.work(2, 30)
    effort.begun()
    assert effort.loading.seconds == 5.0
    assert effort.making().seconds == 2.0


def test_without_a_beginning_all_of_it_was_making() -> None:
    machine = _Machine()
    effort = machine.effort()
    machine.work(5, 70)
    assert effort.loading == Effort()
    assert effort.making() == Effort(5.0, Energy(70.0, ("package-0",)))


def test_things_made_together_share_what_they_took() -> None:
    assert Effort(3.0, Energy(40.0, ("x",))).share(4) == Effort(0.75, Energy(10.0, ("x",)))
    assert Effort().share(4) == Effort()
