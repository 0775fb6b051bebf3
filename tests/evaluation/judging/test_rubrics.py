"""Rubrics as they are shipped, and files that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.errors import RubricUnusable
from evaluation.judging.rubric_file import RUBRICS, load_rubric, read_rubric

GOOD = """
name = "polite"
version = 3
purpose = "It is polite."
system = "You judge manners."
shows = ["question"]

[[pointwise]]
text = "Is it polite? Yes or No."
options = [{ text = "Yes", value = 1.0 }, { text = "No", value = 0.0 }]
"""


@pytest.mark.parametrize("name", RUBRICS)
def test_each_shipped_rubric_asks_in_several_ways(name: str) -> None:
    rubric = load_rubric(name)
    assert rubric.name == name
    assert len(rubric.pointwise) >= 2
    assert len(rubric.pairwise) >= 2
    for wording in (*rubric.pointwise, *rubric.pairwise):
        values = [option.value for option in wording.options]
        assert (min(values), max(values)) == (0.0, 1.0)
    firsts = {wording.options[0].text for wording in rubric.pointwise}
    assert {"Yes", "No"} <= firsts, "neither reply always comes first"


def test_a_rubric_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "polite.toml"
    file.write_text(GOOD)
    rubric = load_rubric(str(file))
    assert (rubric.name, rubric.version, rubric.shows, rubric.pairwise) == ("polite", 3, ("question",), ())
    file.write_text(GOOD.replace("manners", "tone"))
    assert load_rubric(str(file)).sha256 != rubric.sha256, "other words are another rubric"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("version = 3", "version = 'new'"), "version"),
        (('shows = ["question"]', 'shows = ["author"]'), "shows"),
        (('name = "polite"', 'name = "very polite"'), "names scores"),
        (('text = "No"', 'text = "Yawn"'), "different characters"),
        (("value = 1.0", "value = 7.0"), "from 0 to 1"),
        ((', { text = "No", value = 0.0 }', ""), "two options"),
        (("[[pointwise]]", "[[pairwise]]"), "pointwise"),
        (("name =", "name"), "not TOML"),
    ],
)
def test_what_is_wrong_is_said(change: tuple[str, str], said: str) -> None:
    content = GOOD.replace(*change)
    assert content != GOOD
    with pytest.raises(RubricUnusable, match=said):
        read_rubric(content.encode(), "polite")


def test_pairs_are_called_a_and_b() -> None:
    pairwise = GOOD[GOOD.index("[[pointwise]]") :].replace("pointwise", "pairwise")
    with pytest.raises(RubricUnusable, match="A and B"):
        read_rubric((GOOD + pairwise).encode(), "polite")


def test_there_are_only_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(RubricUnusable, match="correct, faithful, complete, relevant"):
        load_rubric("witty")
    with pytest.raises(RubricUnusable, match="cannot be read"):
        load_rubric(str(tmp_path / "gone.toml"))
