"""Ratings as they lie on disk: what is to be rated, and a line for each rating.

<data home>/evaluation/ratings/<name>/
    task.json           the answers, and what is asked about them
    ratings.jsonl       one line per rating, on the disk before the next answer is shown
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from evaluation.errors import EvaluationError, RatingsDamaged, RatingsMismatch, RatingsNotFound
from evaluation.rating.tasks import Card, RatingTask
from evaluation.run_folder import checked_name, cut_torn_line, write_whole
from machine import evaluation_folder
from machine.locking import exclusive

_TASK, _RATINGS, _LOCK = "task.json", "ratings.jsonl", ".lock"
_LONGEST_NAME = 60

#: Whose answer is better, by the runs' order in the task, not by where they stood.
Choice = Literal["first", "tie", "second"]
LOWEST_GRADE, HIGHEST_GRADE = 1, 5


@dataclass(frozen=True, slots=True)
class Rating:
    """What one person said of one item: a `choice` of a pair, or a `grade` of 1 to 5.

    `left` is the run whose answer stood on the left, counted from 0; None for a single answer.
    """

    rater: str
    item: str
    choice: Choice | None
    grade: int | None
    left: int | None
    rated_at: str
    """UTC, ISO 8601."""


def chosen(card: Card, rater: str, place: int | None) -> Rating:
    """The rating of a pair: `place` is that of the better answer, 0 left, 1 right, None for a tie."""
    run = None if place is None else card.order[place]
    choice: Choice = "tie" if run is None else "second" if run else "first"
    return Rating(rater, card.item.id, choice, None, card.order[0], _now())


def graded(card: Card, rater: str, grade: int) -> Rating:
    """The rating of a single answer. Raises ValueError for a grade that there is not."""
    if not LOWEST_GRADE <= grade <= HIGHEST_GRADE:
        raise ValueError(f"A grade lies between {LOWEST_GRADE} and {HIGHEST_GRADE}; got {grade}.")
    return Rating(rater, card.item.id, None, grade, None, _now())


def begin_ratings(task: RatingTask) -> Path:
    """The task's folder, begun or found as it was. Raises RatingsMismatch where it is of other answers."""
    folder = ratings_folder() / checked_name(task.name)
    folder.mkdir(parents=True, exist_ok=True)
    with exclusive(folder / _LOCK, waiting=lambda: None):
        if not (folder / _TASK).is_file():
            write_whole(folder / _TASK, _task_json(task))
        elif (begun := load_task(task.name)) != task:
            raise RatingsMismatch(
                f"There are ratings {task.name!r}, and they are of other answers "
                f"({_differing(begun, task)}). Give these another --name."
            )
    return folder


def load_task(name: str) -> RatingTask:
    """Raises RatingsNotFound, RatingsDamaged."""
    from pydantic import TypeAdapter, ValidationError

    file = _found(name) / _TASK
    try:
        return TypeAdapter(RatingTask).validate_json(file.read_bytes())
    except (ValidationError, OSError) as error:
        raise RatingsDamaged(f"{file} is not what was written. Remove its folder and rate again.") from error


def add_rating(name: str, rating: Rating) -> None:
    """Write a rating; it is on the disk when this returns. Several processes and raters may write."""
    from pydantic import TypeAdapter

    folder = _found(name)
    with exclusive(folder / _LOCK, waiting=lambda: None):
        cut_torn_line(folder / _RATINGS)
        with (folder / _RATINGS).open("ab") as lines:
            lines.write(TypeAdapter(Rating).dump_json(rating) + b"\n")
            lines.flush()
            os.fsync(lines.fileno())


def load_ratings(name: str) -> tuple[Rating, ...]:
    """Each rater's last word on each item, in the order in which the items were first rated.

    Raises RatingsNotFound, RatingsDamaged.
    """
    from pydantic import TypeAdapter, ValidationError

    file, adapter = _found(name) / _RATINGS, TypeAdapter(Rating)
    try:
        lines = file.read_bytes().split(b"\n")[:-1] if file.is_file() else []
    except OSError as error:
        raise RatingsDamaged(f"{file} cannot be read ({error.strerror}).") from error
    latest: dict[tuple[str, str], Rating] = {}
    for number, line in enumerate(lines, start=1):
        try:
            rating = adapter.validate_json(line)
        except ValidationError as error:
            raise RatingsDamaged(f"Line {number} of {file} is no rating. Remove that line.") from error
        latest[rating.rater, rating.item] = rating
    return tuple(latest.values())


def list_ratings() -> list[str]:
    """Names of what is being rated or was, in alphabetical order."""
    if not ratings_folder().is_dir():
        return []
    return sorted(folder.name for folder in ratings_folder().iterdir() if (folder / _TASK).is_file())


def ratings_folder() -> Path:
    return evaluation_folder() / "ratings"


def rater_named(typed: str, ratings: Sequence[Rating]) -> str:
    """The rater's name as it is kept; one that differs from a known one in case alone is that one.

    Raises EvaluationError where nobody could be called so.
    """
    name = " ".join(unicodedata.normalize("NFC", typed).split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise EvaluationError(f"A name has 1 to {_LONGEST_NAME} letters, digits, spaces or signs.")
    known = {rating.rater.casefold(): rating.rater for rating in ratings}
    return known.get(name.casefold(), name)


def _found(name: str) -> Path:
    folder = ratings_folder() / checked_name(name)
    if not (folder / _TASK).is_file():
        some = ", ".join(list_ratings()[-5:]) or "none yet"
        raise RatingsNotFound(f"There are no ratings {name!r}. Some of those that are here: {some}.")
    return folder


def _differing(begun: RatingTask, wanted: RatingTask) -> str:
    if (begun.runs, begun.kind) != (wanted.runs, wanted.kind):
        return f"{begun.kind} of {' and '.join(begun.runs)}"
    if begun.seed != wanted.seed:
        return f"drawn with seed {begun.seed}, not {wanted.seed}"
    if len(begun.items) != len(wanted.items):
        return f"{len(begun.items)} then, {len(wanted.items)} now"
    return "the runs were measured again"


def _task_json(task: RatingTask) -> bytes:
    from pydantic import TypeAdapter

    return TypeAdapter(RatingTask).dump_json(task, indent=1)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
