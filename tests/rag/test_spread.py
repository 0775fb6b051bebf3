"""When a question's words stand in several places, more is shown."""

from __future__ import annotations

import math

import pytest

from rag.settings import PassageSettings
from rag.spread import is_spread, word_spread
from tests.rag.test_evidence import hit

_EMMA = "Emma was written by Jane Austen."
_AUSTEN = "Jane Austen died in Winchester."


def test_one_place_that_says_all_is_no_spread() -> None:
    assert word_spread("Who wrote Emma?", [hit(_EMMA, 0.9), hit(_AUSTEN, 0.5)]) == 0.0


def test_words_that_only_several_places_hold_together_are_spread() -> None:
    # "emma" and "died" are each in one of two: ln(1 + 2/2) apiece; "author" in none, which is rarer.
    each, none = math.log(1 + 2 / 2), math.log(1 + 2 / 1)
    question = "Where died the author of Emma?"
    spread = word_spread(question, [hit(_EMMA, 0.9), hit(_AUSTEN, 0.5)])
    assert spread == pytest.approx(each / (2 * each + none))
    assert is_spread(question, [hit(_EMMA, 0.9), hit(_AUSTEN, 0.5)])


def test_what_stands_nowhere_is_no_spread() -> None:
    assert word_spread("What do penguins eat?", [hit(_EMMA, 0.9), hit(_AUSTEN, 0.5)]) == 0.0


@pytest.mark.parametrize("question", ["", "Who is it?"])
def test_a_question_without_words_or_hits_is_not_spread(question: str) -> None:
    assert word_spread(question, [hit(_EMMA, 0.9)]) == 0.0
    assert word_spread("Who wrote Emma?", []) == 0.0


def test_a_spread_question_is_shown_more_on_a_cpu_unless_told_otherwise() -> None:
    settings = PassageSettings(cpu_token_budget=100, gpu_token_budget=2000, spread_share=0.5)
    assert settings.wanted_tokens(accelerated=False) == 100
    assert settings.wanted_tokens(accelerated=False, spread=True) == 150
    assert settings.wanted_tokens(accelerated=True, spread=True) == 2000
    assert PassageSettings(token_budget=80).wanted_tokens(accelerated=False, spread=True) == 80
    with pytest.raises(ValueError, match="spread_share"):
        PassageSettings(spread_share=-1.0)


def test_a_second_look_is_for_processors_whose_budget_nobody_set() -> None:
    settings = PassageSettings(cpu_token_budget=100, second_look_budgets=3.0)
    assert settings.second_tokens(accelerated=False) == 300
    assert settings.second_tokens(accelerated=True) == 0
    assert PassageSettings(token_budget=80).second_tokens(accelerated=False) == 0
    assert PassageSettings(second_look_budgets=0.0).second_tokens(accelerated=False) == 0
    with pytest.raises(ValueError, match="second_look_budgets"):
        PassageSettings(second_look_budgets=-1.0)
