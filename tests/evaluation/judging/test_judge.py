"""The judge: what it asks, and what it makes of the replies."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.call_cache import CallCache
from evaluation.errors import RubricUnusable
from evaluation.judging.judge import Judge, chosen_option, options_grammar, weights_of
from evaluation.judging.rubric_file import load_rubric
from evaluation.judging.types import Case, Judgement
from generators.text.scripted import ScriptedGenerator
from tests.evaluation.judging.conftest import Opinion, telling

CORRECT = load_rubric("correct")
CASE = Case("When does the gate close?", "At nine.")


def undecided(prompt: str) -> dict[str, float]:
    del prompt
    return dict.fromkeys(("Yes", "No", "A", "B", "1", "2", "3", "4", "5"), math.log(0.1))


def test_log_probabilities_become_shares_of_the_options() -> None:
    # 0.6 and 0.2 of the whole vocabulary are three quarters and a quarter of the two.
    assert weights_of((math.log(0.6), math.log(0.2))) == pytest.approx((0.75, 0.25))
    assert weights_of((-2000.0, -2000.0)) == pytest.approx((0.5, 0.5)), "too small for exp, and yet equal"
    assert weights_of((math.log(0.6), None)) == ()
    assert weights_of(()) == ()
    assert weights_of((-math.inf, -math.inf)) == ()


def test_a_score_is_the_expected_value_over_all_wordings(
    telling_judge: Callable[[Opinion], Judge],
) -> None:
    def opinion(prompt: str) -> dict[str, float]:
        if "digit" in prompt:  # as likely 4 as 5
            return dict(zip("12345", map(math.log, (1e-12, 1e-12, 1e-12, 0.5, 0.5)), strict=True))
        yes = 0.8 if "agree" in prompt.rpartition("\n\n")[2] else 0.9
        return {"Yes": math.log(yes), "No": math.log(1 - yes)}

    judgement = telling_judge(opinion).judge(CORRECT, CASE, "At nine.")
    assert judgement is not None
    assert judgement.readings == pytest.approx((0.9, 0.8, (0.75 + 1.0) / 2))
    assert judgement.score == pytest.approx((0.9 + 0.8 + 0.875) / 3)
    assert judgement.spread == pytest.approx(0.9 - 0.8)
    assert judgement.verdict()
    assert not judgement.verdict(0.95)


def test_the_prompt_shows_what_the_rubric_shows_and_the_question_last() -> None:
    generator = telling(undecided)
    Judge(generator, "x").judge(CORRECT, CASE, "It closes at ten.")
    prompts = [request.messages[-1] for request in generator.requests]
    assert len(prompts) == len(CORRECT.pointwise)
    for prompt, wording in zip(prompts, CORRECT.pointwise, strict=True):
        assert prompt.content.endswith(wording.text)
        assert "When does the gate close?" in prompt.content
        assert "At nine." in prompt.content
        assert "It closes at ten." in prompt.content
    beginnings = {prompt.content[: prompt.cuts[-1]] for prompt in prompts}
    assert len(beginnings) == 1, "an engine that keeps what it read reads the texts once"


def test_nothing_is_written_where_the_engine_tells_log_probabilities() -> None:
    generator = telling(undecided)
    judgement = Judge(generator, "x").judge(CORRECT, CASE, "At nine.")
    assert judgement is not None
    assert judgement.score == pytest.approx(0.5)
    assert all(request.openings and request.signals for request in generator.requests)


def test_a_judge_that_prefers_a_place_prefers_neither_answer(
    telling_judge: Callable[[Opinion], Judge],
) -> None:
    def first_place(prompt: str) -> dict[str, float]:
        del prompt
        return {"A": math.log(0.9), "B": math.log(0.1)}

    rubric = replace(CORRECT, pairwise=CORRECT.pairwise[:1])
    judgement = telling_judge(first_place).prefer(rubric, CASE, "At nine.", "At ten.")
    assert judgement is not None
    assert judgement.readings == pytest.approx((0.9, 1 - 0.9))
    assert judgement.score == pytest.approx(0.5)
    assert judgement.spread == pytest.approx(0.8), "and its spread says that it knows nothing"


def test_a_judge_that_knows_prefers_the_answer_wherever_it_stands(
    telling_judge: Callable[[Opinion], Judge],
) -> None:
    def knowing(prompt: str) -> dict[str, float]:
        better = "A" if "Answer A: At nine." in prompt else "B"
        return {name: math.log(0.8 if name == better else 0.2) for name in "AB"}

    judge = telling_judge(knowing)
    preferred = judge.prefer(CORRECT, CASE, "At nine.", "At ten.")
    assert preferred is not None
    assert preferred.readings == pytest.approx((0.8,) * 4)
    other = judge.prefer(CORRECT, CASE, "At ten.", "At nine.")
    assert other is not None
    assert other.score == pytest.approx(0.2)


def test_a_rubric_for_single_answers_compares_none(telling_judge: Callable[[Opinion], Judge]) -> None:
    with pytest.raises(RubricUnusable, match="pointwise"):
        telling_judge(undecided).prefer(replace(CORRECT, pairwise=()), CASE, "a", "b")


@pytest.mark.parametrize(
    ("text", "options", "chosen"),
    [
        ("Yes", ("Yes", "No"), 0),
        ("**no**, it is not", ("Yes", "No"), 1),
        ("The answer is Yes.", ("Yes", "No"), 0),
        ("Yes or No", ("Yes", "No"), 0),
        ("I can say Yes and No", ("Yes", "No"), None),
        ("Nothing", ("Yes", "No"), None),
        ("I prefer a longer one: B", ("A", "B"), 1),
        ("5/5", ("1", "5"), 1),
        ("15", ("1", "5"), None),
        ("", ("Yes", "No"), None),
    ],
)
def test_a_written_reply_names_an_option_or_none(
    text: str, options: tuple[str, ...], chosen: int | None
) -> None:
    assert chosen_option(text, options) == chosen


def test_an_engine_that_only_writes_is_taken_at_its_word() -> None:
    judgement = Judge(ScriptedGenerator(["Yes.", "Yes, it does.", "4"]), "x").judge(CORRECT, CASE, "At ten.")
    assert judgement == Judgement((1.0, 1.0, 0.75))


def test_what_cannot_be_read_is_left_out() -> None:
    judge = Judge(ScriptedGenerator(["Hm.", "No", "Hm."] + ["Hm."] * 3), "x")
    assert judge.judge(CORRECT, CASE, "At nine.") == Judgement((0.0,))
    assert judge.judge(CORRECT, CASE, "At ten.") is None


def test_one_order_alone_is_no_preference() -> None:
    replies = ScriptedGenerator(["A", "B", "Hm.", "Hm."])
    assert Judge(replies, "x").prefer(CORRECT, CASE, "At nine.", "At ten.") is None


def test_engines_that_keep_grammars_are_held_to_the_options() -> None:
    generator = ScriptedGenerator(["Yes", "No", "4"], id="llama-cpp:small")
    Judge(generator, "x").judge(CORRECT, CASE, "At nine.")
    assert generator.requests[0].grammar == 'root ::= "Yes" | "No"' == options_grammar(("Yes", "No"))
    other = ScriptedGenerator(["Yes", "No", "4"], id="langchain:some:model")
    Judge(other, "x").judge(CORRECT, CASE, "At nine.")
    assert other.requests[0].grammar is None


def test_what_was_read_once_is_not_read_again(tmp_path: Path) -> None:
    cache = CallCache(tmp_path)
    first, again, other = telling(undecided), telling(undecided), telling(undecided)
    judgement = Judge(first, "one model", cache).judge(CORRECT, CASE, "At nine.")
    assert Judge(again, "one model", cache).judge(CORRECT, CASE, "At nine.") == judgement
    assert again.requests == []
    Judge(other, "another model", cache).judge(CORRECT, CASE, "At nine.")
    assert len(other.requests) == len(CORRECT.pointwise)


def test_long_texts_are_cut_to_fit() -> None:
    generator = telling(undecided)
    sentence = "The gate is old and heavy. "
    case = Case(sentence * 200, sentence * 200)
    Judge(generator, "x").prefer(CORRECT, case, sentence * 400, sentence * 400)
    for request in generator.requests:
        assert generator.count_prompt_tokens(request.messages) < 1000
        assert "[...]" in request.messages[-1].content
