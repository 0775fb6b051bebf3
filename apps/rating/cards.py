"""One question with its answers, and the buttons below them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import streamlit as st

from evaluation.rating.tasks import Card, RatedAnswer, RatingItem
from evaluation.report.characters import one_line, visible

_PAIR_RUBRIC = (
    "Which answer would you rather get? First: is it right? Then: does it answer all of the question, and no "
    "more? Where neither is better, say so."
)
_SCALE_RUBRIC = "How good is this answer?"
#: What each grade means, from 1.
GRADES = (
    "wrong, or no use",
    "mostly wrong, or beside the question",
    "partly right, or much is missing",
    "right, with a flaw",
    "right, whole and to the point",
)


def show_pair(card: Card, choose: Callable[[int | None], None]) -> None:
    """Two answers side by side. `choose` gets the better one's place, None where neither is better."""
    _show_question(card.item, _PAIR_RUBRIC)
    for column, letter, answer in zip(st.columns(2), "AB", card.answers, strict=True):
        with column:
            _show_answer(answer, f"Answer {letter}")
    id = _key(card.item)
    a, tie, b = st.columns(3)
    a.button("A is better", key=f"a {id}", shortcut="A", on_click=choose, args=(0,), width="stretch")
    tie.button(
        "Neither is better", key=f"t {id}", shortcut="T", on_click=choose, args=(None,), width="stretch"
    )
    b.button("B is better", key=f"b {id}", shortcut="B", on_click=choose, args=(1,), width="stretch")


def show_single(card: Card, grade: Callable[[int], None]) -> None:
    """One answer. `grade` gets 1 to 5."""
    _show_question(card.item, _SCALE_RUBRIC)
    _show_answer(card.answers[0], "Answer")
    for number, words in reversed(list(enumerate(GRADES, start=1))):
        st.button(
            words,
            key=f"{number} {_key(card.item)}",
            shortcut=str(number),
            on_click=grade,
            args=(number,),
            width=420,
        )


def _key(item: RatingItem) -> str:
    """Its own, and silent: keys stand in the page's markup, and an item's id may say which run's it is."""
    return hashlib.sha256(item.id.encode("utf-8", "surrogateescape")).hexdigest()[:12]


def _show_question(item: RatingItem, rubric: str) -> None:
    st.caption("Question")
    with st.container(border=True):
        st.text(one_line(item.question))
    st.write(rubric)
    if item.gold_answers:
        with st.expander("What the question set holds as right"):
            st.text("\n".join(map(one_line, item.gold_answers)))


def _show_answer(answer: RatedAnswer, title: str) -> None:
    with st.container(border=True, height="stretch"):
        st.caption(title)
        if not answer.text:
            st.text("No answer: it says that the documents do not hold it.")
            return
        st.text(visible(answer.text))
        if answer.sources:
            st.caption("It cites")
            st.text("\n\n".join(map(one_line, answer.sources)))
