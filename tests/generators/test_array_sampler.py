"""Drawing from logits that are an array."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from generators.text.array_sampler import ArraySampler
from generators.text.protocol import Sampling

#: Chances 0.5, 0.25, 0.15 and 0.1.
_LOGITS = np.log(np.array([0.25, 0.5, 0.1, 0.15], dtype=np.float32))


def _drawn(sampling: Sampling, count: int = 400) -> Counter[int]:
    sampler = ArraySampler(lambda: _LOGITS, sampling)
    return Counter(sampler.draw() for _ in range(count))


def test_the_default_takes_the_likeliest() -> None:
    assert _drawn(Sampling()) == {1: 400}


@pytest.mark.parametrize(
    ("limits", "left"),
    [
        ({}, {0, 1, 2, 3}),
        ({"top_k": 2}, {0, 1}),
        ({"top_p": 0.8}, {0, 1, 3}),  # 0.5 + 0.25 is not enough
        ({"min_p": 0.4}, {0, 1}),  # 0.15 / 0.5 is less
    ],
)
def test_limits_leave_the_likeliest(limits: dict[str, float], left: set[int]) -> None:
    assert _drawn(Sampling(temperature=1.0, seed=1, **limits)).keys() == left  # type: ignore[arg-type]  # by name


def test_the_seed_decides() -> None:
    assert _drawn(Sampling(temperature=1.0, seed=1), 20) == _drawn(Sampling(temperature=1.0, seed=1), 20)


def test_chances_are_those_of_the_softmax() -> None:
    assert _drawn(Sampling(temperature=1.0, seed=5), 4000)[1] / 4000 == pytest.approx(0.5, abs=0.03)


def test_what_was_drawn_becomes_less_likely() -> None:
    logits = np.array([1.0, 1.2, 0.1], dtype=np.float32)
    sampler = ArraySampler(lambda: logits, Sampling(repeat_penalty=1.5))
    assert [sampler.draw(), sampler.draw()] == [1, 0]  # 1.2 / 1.5 < 1.0
    assert logits[1] == pytest.approx(1.2)


def test_what_is_ruled_out_is_never_drawn() -> None:
    logits = np.array([0.0, -math.inf], dtype=np.float32)
    sampler = ArraySampler(lambda: logits, Sampling(temperature=5.0))
    assert {sampler.draw() for _ in range(50)} == {0}
