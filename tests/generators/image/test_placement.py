from __future__ import annotations

from typing import Any

import pytest

from generators.errors import ModelUnusable
from generators.image.placement import MemoryPlan, place, plan_memory

_GB = 1_000_000_000


@pytest.mark.parametrize(
    ("weights", "largest", "free", "plan"),
    [
        (2, 1, 24, MemoryPlan("whole", sliced=False)),
        (7, 5, 9, MemoryPlan("whole", sliced=True)),  # 7 + 1.5 fit, but not 7 + 1.5 * 1.5
        (7, 5, 8, MemoryPlan("offload", sliced=True)),  # 5 + 1.5 fit
        (7, 5, 6, MemoryPlan("sequential", sliced=True)),
    ],
)
def test_a_gpu_is_filled_as_far_as_it_goes(weights: int, largest: int, free: int, plan: MemoryPlan) -> None:
    assert plan_memory(weights * _GB, largest * _GB, free * _GB, cpu=False) == plan


def test_on_a_processor_it_fits_or_it_does_not() -> None:
    assert plan_memory(4 * _GB, 3 * _GB, 16 * _GB, cpu=True) == MemoryPlan("whole", sliced=False)
    assert plan_memory(4 * _GB, 3 * _GB, 5 * _GB, cpu=True) == MemoryPlan("whole", sliced=True)
    with pytest.raises(ModelUnusable, match=r"take 4\.0 GB in memory, and 3\.0 GB are free"):
        plan_memory(4 * _GB, 3 * _GB, 3 * _GB, cpu=True)


class Recorder:
    """A pipeline, or a part of one, that says what was done to it."""

    def __init__(self, done: list[str], name: str = "") -> None:
        self.__dict__.update(done=done, name=name)

    def __getattr__(self, name: str) -> Any:
        if name == "vae":
            return Recorder(self.done, "vae.")
        return lambda *_, **__: self.done.append(self.name + name)


@pytest.mark.parametrize(
    ("plan", "done"),
    [
        (MemoryPlan("whole", sliced=False), ["to"]),
        (
            MemoryPlan("offload", sliced=True),
            [
                "enable_attention_slicing",
                "vae.enable_slicing",
                "vae.enable_tiling",
                "enable_model_cpu_offload",
            ],
        ),
        (MemoryPlan("sequential", sliced=False), ["enable_sequential_cpu_offload"]),
    ],
)
def test_a_plan_is_carried_out(plan: MemoryPlan, done: list[str]) -> None:
    told: list[str] = []
    place(Recorder(told), plan, "cuda")
    assert told == done
