"""How the next token is drawn: what may be asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from generators.text.protocol import Sampling


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("temperature", -0.1, "from 0 to 5"),
        ("temperature", 5.1, "from 0 to 5"),
        ("temperature", float("nan"), "temperature is nan"),
        ("top_p", 0.0, "above 0 and at most 1"),
        ("top_p", 1.1, "above 0 and at most 1"),
        ("top_k", -1, "at least 0, which means all"),
        ("min_p", 1.1, "from 0 to 1"),
        ("repeat_penalty", 0.0, "from 0.5 to 2"),
        ("seed", -1, "from 0 to 4294967295"),
        ("seed", 2**32, "from 0 to 4294967295"),
    ],
)
def test_a_value_that_cannot_be_meant_is_told_with_those_that_can(
    name: str, value: float, complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        replace(Sampling(), **{name: value})


def test_the_ends_of_each_range_may_be_meant() -> None:
    least = Sampling(temperature=0.0, top_p=1.0, top_k=0, min_p=0.0, repeat_penalty=0.5, seed=0)
    most = Sampling(5.0, top_p=0.001, top_k=1_000_000, min_p=1.0, repeat_penalty=2.0, seed=2**32 - 1)
    assert (least.repeat_penalty, most.temperature, most.seed) == (0.5, 5.0, 2**32 - 1)
