"""What a made file says of itself comes back as it was."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators.making import Making, NoteUnreadable


@given(
    st.text(),
    st.dictionaries(st.text(), st.text(), max_size=4),
    st.none() | st.integers(0, 2**32 - 1),
    st.lists(st.text(), max_size=3).map(tuple),
    st.none() | st.floats(0, 1e6),
)
def test_it_comes_back_as_it_was(
    prompt: str, settings: dict[str, str], seed: int | None, sources: tuple[str, ...], seconds: float | None
) -> None:
    made = Making("image", "a-model", prompt, settings, seed, sources, seconds=seconds, energy_of=sources)
    assert Making.from_json(made.to_json()) == made


def test_a_note_from_before_energy_and_loading_were_told_apart_is_read() -> None:
    content = json.loads(Making("image", "a-model", "x").to_json())
    for name in ("energy_of", "loading_seconds", "loading_energy_joules"):
        del content[name]
    read = Making.from_json(json.dumps(content))
    assert (read.energy_of, read.loading_seconds, read.loading_energy_joules) == ((), None, None)


@pytest.mark.parametrize(
    ("name", "told"),
    [("prompt", 3), ("model", None), ("seconds", "long"), ("sources", "a"), ("energy_of", [1])],
)
def test_a_note_whose_words_are_no_words_is_told(name: str, told: object) -> None:
    content = {**json.loads(Making("image", "a-model", "x").to_json()), name: told}
    with pytest.raises(NoteUnreadable, match=name):
        Making.from_json(json.dumps(content))


def test_it_says_that_a_model_made_it() -> None:
    made = Making("speech", "voice", "Hello.", seed=7, made_at="2026-01-02T03:04:05+00:00")
    assert json.loads(made.to_json())["made_by_a_model"] is True
    assert made.sentence == "Made by a model: voice, seed 7, 2026-01-02T03:04:05+00:00."


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema": 99}', '{"schema": 1, "maker": "image"}', "[" * 200_000]
)
def test_a_note_that_is_none_is_told(text: str) -> None:
    with pytest.raises(NoteUnreadable):
        Making.from_json(text)
