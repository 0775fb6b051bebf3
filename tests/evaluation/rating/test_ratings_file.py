"""What a rater said is on the disk, whatever comes next."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.errors import EvaluationError, RatingsDamaged, RatingsMismatch, RatingsNotFound
from evaluation.rating.ratings_file import (
    add_rating,
    begin_ratings,
    chosen,
    graded,
    load_ratings,
    load_task,
    rater_named,
    ratings_folder,
)
from evaluation.rating.tasks import RatingTask, deck, rating_task


@pytest.fixture
def task(home: Path, answered_run) -> RatingTask:
    made = rating_task(
        [answered_run(name, {id: f"{name} {id}" for id in "abc"}) for name in ("before", "after")]
    )
    begin_ratings(made)
    return made


def test_a_choice_names_the_run_and_not_the_side(task: RatingTask) -> None:
    for card in deck(task, "Ada"):
        better = chosen(card, "Ada", 0)
        assert better.choice == ("second" if card.answers[0].run == "after" else "first")
        assert better.left == card.order[0]
        assert chosen(card, "Ada", None).choice == "tie"


def test_the_last_word_on_an_item_counts(task: RatingTask) -> None:
    card = deck(task, "Ada")[0]
    for place in (0, None):
        add_rating(task.name, chosen(card, "Ada", place))
    add_rating(task.name, chosen(card, "Ben", 1))
    assert [(one.rater, one.choice == "tie") for one in load_ratings(task.name)] == [
        ("Ada", True),
        ("Ben", False),
    ]
    assert load_task(task.name) == task


def test_a_line_that_the_power_cut_is_dropped_and_written_over(task: RatingTask) -> None:
    first, second = deck(task, "Ada")[:2]
    add_rating(task.name, chosen(first, "Ada", 0))
    with (ratings_folder() / task.name / "ratings.jsonl").open("ab") as file:
        file.write(b'{"rater": "Ad')
    assert len(load_ratings(task.name)) == 1
    add_rating(task.name, chosen(second, "Ada", 1))
    assert [one.item for one in load_ratings(task.name)] == [first.item.id, second.item.id]


def test_ratings_go_on_with_the_same_answers_only(task: RatingTask) -> None:
    begin_ratings(task)
    with pytest.raises(RatingsMismatch, match="seed 0, not 9"):
        begin_ratings(replace(task, seed=9))
    with pytest.raises(RatingsMismatch, match="3 then, 2 now"):
        begin_ratings(replace(task, items=task.items[:2]))


def test_what_is_not_there_or_damaged_has_words(task: RatingTask) -> None:
    with pytest.raises(RatingsNotFound, match="before--after"):
        load_task("nothing")
    (ratings_folder() / task.name / "ratings.jsonl").write_text("{}\n")
    with pytest.raises(RatingsDamaged, match="Line 1"):
        load_ratings(task.name)


def test_a_rater_is_known_by_name_whatever_the_case(task: RatingTask) -> None:
    add_rating(task.name, chosen(deck(task, "Ada")[0], "Ada", 0))
    assert rater_named("  ADA ", load_ratings(task.name)) == "Ada"
    assert rater_named("Zoë  de   Vries", ()) == "Zoë de Vries"
    for nobody in ("", "   ", "x" * 61, "a\x07b"):
        with pytest.raises(EvaluationError, match="1 to 60"):
            rater_named(nobody, ())


def test_a_grade_lies_on_the_scale(task: RatingTask) -> None:
    with pytest.raises(ValueError, match="between 1 and 5"):
        graded(deck(task, "Ada")[0], "Ada", 6)
