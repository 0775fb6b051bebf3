"""What raters see, and in which order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evaluation.errors import NothingToRate
from evaluation.rating.tasks import deck, rating_task

IDS = [f"q{number}" for number in range(40)]


def two_runs(answered_run):
    return (
        answered_run("before", {id: f"before {id}" for id in IDS}),
        answered_run("after", {id: f"after {id}" for id in IDS}),
    )


def test_two_runs_are_rated_in_pairs_and_equal_answers_are_left_out(answered_run) -> None:
    first = answered_run("before", {"a": "One.", "b": "Same  words.", "c": None, "d": "!", "e": None})
    second = answered_run("after", {"a": "Two.", "b": "Same words.", "c": "Three.", "d": "Four.", "e": None})
    task = rating_task([first, second])
    assert (task.name, task.kind, task.runs) == ("before--after", "pairs", ("before", "after"))
    assert [item.id for item in task.items] == ["a", "c"]
    assert task.equal_answers == 2
    assert [answer.text for answer in task.items[1].answers] == ["", "Three."]
    assert task.items[0].answers[0].sources == ("lease.pdf, page 3: “It ends in March.”",)


def test_one_run_and_a_wanted_scale_are_graded_answer_by_answer(answered_run) -> None:
    first, second = two_runs(answered_run)
    assert rating_task([first]).kind == "scale"
    both = rating_task([first, second], scale=True, count=2)
    assert len(both.items) == 4
    assert {item.id[:2] for item in both.items} == {"1/", "2/"}
    assert all(len(item.answers) == 1 for item in both.items)


def test_each_rater_has_an_order_of_their_own_that_comes_again(answered_run) -> None:
    task = rating_task(two_runs(answered_run), seed=3)
    ada, ben = deck(task, "Ada"), deck(task, "Ben")
    assert ada == deck(task, "Ada")
    assert [card.item.id for card in ada] != [card.item.id for card in ben] != IDS
    assert {card.item.id for card in ada} == set(IDS)
    assert deck(rating_task(two_runs(answered_run), seed=4), "Ada") != ada


def test_each_run_stands_left_in_half_of_the_pairs_and_nobody_can_tell_where(answered_run) -> None:
    task = rating_task(two_runs(answered_run))
    for rater in ("Ada", "Ben"):
        sides = [card.order[0] for card in deck(task, rater)]
        assert sum(sides) == len(IDS) / 2
        assert sides != [0, 1] * 20
        assert sides != [1, 0] * 20


@pytest.mark.parametrize(
    ("answers", "other", "words"),
    [
        ({"a": "!"}, {"a": "One."}, "no question has an answer in both"),
        ({"a": "One."}, {"b": "One."}, "no question has an answer in both"),
        ({"a": "One."}, {"a": "One."}, "the same answer to every question"),
    ],
)
def test_nothing_to_rate_has_words(answers, other, words, answered_run) -> None:
    with pytest.raises(NothingToRate, match=words):
        rating_task([answered_run("before", answers), answered_run("after", other)])


def test_a_run_is_not_rated_beside_itself(answered_run) -> None:
    run = answered_run("before", {"a": "One."})
    with pytest.raises(NothingToRate, match="beside itself"):
        rating_task([run, run])


def test_answers_to_other_questions_are_no_pair(answered_run) -> None:
    before, after = (answered_run(name, {"1": f"{name}."}) for name in ("before", "after"))
    (row,) = after.rows
    other = replace(after, rows=(replace(row, question=replace(row.question, text="Who pays?")),))
    with pytest.raises(NothingToRate, match="'1' is another one"):
        rating_task([before, other])
    with pytest.raises(NothingToRate, match="different sets"):
        rating_task([before, other], scale=True)
