"""The page on which people rate answers: who rates, then one card after the other, then thanks.

Questions, answers and names go through `st.text`, which renders neither Markdown nor HTML.
"""

from __future__ import annotations

import os

import streamlit as st

from apps.rating.cards import show_pair, show_single
from evaluation.errors import EvaluationError
from evaluation.rating.ratings_file import (
    Rating,
    add_rating,
    chosen,
    graded,
    load_ratings,
    load_task,
    rater_named,
)
from evaluation.rating.tasks import Card, RatingTask, deck

#: The name of the ratings, set by `refdesk eval rate`.
RATINGS_VARIABLE = "REFDESK_RATINGS"
_RATER, _PROBLEM, _AGAIN = "rater", "problem", "again"
_NOT_KEPT = "That rating could not be kept. Give it again."


def show_page() -> None:
    """Draw the page. Streamlit calls this again at every click."""
    st.set_page_config(page_title="Rate answers", page_icon="⚖️", layout="wide")
    name = os.environ.get(RATINGS_VARIABLE, "")
    if not name:
        st.title("Rate answers")
        st.info("Nothing to rate was named. Begin with `refdesk eval rate RUN`.")
        return
    try:
        task, ratings = load_task(name), load_ratings(name)
    except EvaluationError as error:
        st.title("Rate answers")
        st.error("The ratings cannot be read.")
        st.text(str(error))
        return
    rater = st.session_state.get(_RATER)
    if rater is None:
        _ask_name(task, ratings)
        return
    done = {rating.item for rating in ratings if rating.rater == rater}
    cards = deck(task, rater)
    again = st.session_state.get(_AGAIN)
    card = next((one for one in cards if one.item.id == again), None) or next(
        (one for one in cards if one.item.id not in done), None
    )
    if problem := st.session_state.pop(_PROBLEM, None):
        st.error(_NOT_KEPT)
        st.text(problem)
    if card is None:
        _thank(len(cards))
    else:
        _show(task, card, name, rater)
    _show_foot(cards, ratings, rater, card)


def _ask_name(task: RatingTask, ratings: tuple[Rating, ...]) -> None:
    st.title("Rate answers")
    what = "pairs of answers" if task.kind == "pairs" else "answers"
    st.write(
        f"{len(task.items):,} {what} wait to be rated. You are not told whose they are. Every rating is kept "
        "at once: come back under the same name to go on where you stopped."
    )
    with st.form("who", border=False):
        typed = st.text_input("Your name", max_chars=60, width=320)
        if st.form_submit_button("Begin", type="primary"):
            try:
                st.session_state[_RATER] = rater_named(typed, ratings)
            except EvaluationError as error:
                st.error(str(error))
            else:
                st.rerun()


def _show(task: RatingTask, card: Card, name: str, rater: str) -> None:
    if task.kind == "pairs":
        show_pair(card, lambda place: _keep(name, chosen(card, rater, place)))
    else:
        show_single(card, lambda grade: _keep(name, graded(card, rater, grade)))


def _keep(name: str, rating: Rating) -> None:
    try:
        add_rating(name, rating)
    except (OSError, EvaluationError) as error:
        st.session_state[_PROBLEM] = str(error)
    else:
        st.session_state[_AGAIN] = None


def _thank(count: int) -> None:
    st.title("Thank you")
    st.write(f"All {count:,} are rated and kept. You may close this page.")


def _show_foot(cards: tuple[Card, ...], ratings: tuple[Rating, ...], rater: str, card: Card | None) -> None:
    """How far it is, and the way back to what was rated last."""
    own = [rating.item for rating in ratings if rating.rater == rater]
    st.progress(len(own) / len(cards), f"{len(own):,} of {len(cards):,} rated")
    earlier = [item for item in own if card is None or item != card.item.id]
    left, right = st.columns([1, 1])
    if earlier:
        left.button("Back to the last one", key="back", shortcut="Z", on_click=_go_back, args=(earlier[-1],))
    right.button("Somebody else rates", key="leave", type="tertiary", on_click=_leave)


def _go_back(item: str) -> None:
    st.session_state[_AGAIN] = item


def _leave() -> None:
    st.session_state[_RATER] = None
    st.session_state[_AGAIN] = None
