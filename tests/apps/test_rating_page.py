"""The rating page's states, without a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from apps.rating import cards
from evaluation.rating.ratings_file import load_ratings, ratings_folder
from tests.apps.rating_tasks import pairs_task, scale_task

pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning", "default::PendingDeprecationWarning")

ENTRY = str(Path(cards.__file__).with_name("entry.py"))


def open_page(monkeypatch: pytest.MonkeyPatch, name: str, rater: str = "") -> Any:
    from streamlit.testing.v1 import AppTest

    monkeypatch.setenv("REFDESK_RATINGS", name)
    page = AppTest.from_file(ENTRY, default_timeout=60).run()
    if rater:
        page.text_input[0].set_value(rater)
        page.button[0].click().run()
    assert not page.exception
    return page


def press(page: Any, label: str) -> None:
    next(button for button in page.button if button.label == label).click().run()
    assert not page.exception


def shown(page: Any) -> str:
    return "\n".join(text.value for text in page.text)


def test_nobody_rates_without_a_name(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs_task()
    page = open_page(monkeypatch, "before--after", "   ")
    assert "A name has 1 to 60" in page.error[0].value
    assert "Question" not in shown(page)


def test_every_click_is_on_the_disk_and_the_next_pair_comes(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs_task()
    page = open_page(monkeypatch, "before--after", "Ada")
    for done, label in enumerate(("A is better", "B is better", "Neither is better"), start=1):
        before = shown(page)
        press(page, label)
        assert len(load_ratings("before--after")) == done
        assert shown(page) != before


def test_a_rater_goes_on_where_they_stopped(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs_task()
    page = open_page(monkeypatch, "before--after", "Ada")
    press(page, "A is better")
    waiting = shown(page)
    assert shown(open_page(monkeypatch, "before--after", "ada")) == waiting
    assert shown(open_page(monkeypatch, "before--after", "Ben")) != waiting


def test_the_last_rating_can_be_given_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs_task()
    page = open_page(monkeypatch, "before--after", "Ada")
    first = shown(page)
    press(page, "A is better")
    second = shown(page)
    press(page, "Back to the last one")
    assert shown(page) == first
    press(page, "Neither is better")
    assert shown(page) == second
    (rating,) = load_ratings("before--after")
    assert rating.choice == "tie"


def test_after_the_last_one_it_says_thank_you(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scale_task()
    page = open_page(monkeypatch, "after-scale", "Ada")
    for grade in (5, 4, 3, 2, 1, 5):
        press(page, cards.GRADES[grade - 1])
    assert page.title[0].value == "Thank you"
    assert [rating.grade for rating in load_ratings("after-scale")] == [5, 4, 3, 2, 1, 5]
    press(page, "Somebody else rates")
    assert page.text_input[0].label == "Your name"


def test_nothing_says_whose_an_answer_is(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs_task()
    page = open_page(monkeypatch, "before--after", "Ada")
    titles = [block.value for block in (*page.caption, *page.markdown, *page.title)]
    assert {"Answer A", "Answer B"} <= set(titles)
    assert not [title for title in titles if "before" in title or "after" in title]


def test_no_button_s_key_says_which_run_it_grades(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scale_task()
    keys = [button.key for button in open_page(monkeypatch, "after-scale", "Ada").button]
    assert len(set(keys)) == len(keys)
    assert not [key for key in keys if "1/" in key]


def test_no_text_becomes_markdown(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs_task()
    page = open_page(monkeypatch, "before--after", "Ada")
    for _ in range(6):
        rendered = (*page.markdown, *page.caption, *page.title, *page.error, *page.info)
        assert not [block.value for block in rendered if "evil.example" in block.value]
        assert "evil.example" in shown(page)
        press(page, "A is better")


def test_a_rating_that_cannot_be_kept_is_told_and_asked_again(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs_task()
    page = open_page(monkeypatch, "before--after", "Ada")
    waiting = shown(page)
    place = ratings_folder() / "before--after" / "ratings.jsonl"
    place.mkdir()  # a folder where the file should be: nothing can be written
    next(button for button in page.button if button.label == "A is better").click()
    page.run()
    assert page.error
    place.rmdir()
    page.run()
    assert shown(page).endswith(waiting)


def test_ratings_that_are_not_there_are_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no ratings 'nothing'" in shown(open_page(monkeypatch, "nothing"))
    assert "refdesk eval rate" in open_page(monkeypatch, "").info[0].value
