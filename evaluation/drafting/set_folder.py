"""A drafted set as it lies on disk, written row by row.

    <set>/
        origin.json         what it was drafted with
        attempts.jsonl      a line per place: the draft, or the reason why there is none
        reviews.jsonl       a line per decision of a person; the last one of a draft counts
        queries.jsonl       the set that is asked: what was accepted, in the project's own form

An attempt or a decision that was acknowledged is on the disk. `queries.jsonl` is made of the other files.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

from evaluation.drafting.types import Attempt, Draft, Kind, Origin, Review
from evaluation.errors import DraftsMismatch
from evaluation.run_folder import cut_torn_line
from evaluation.types import Question
from machine.locking import exclusive

_ORIGIN, _ATTEMPTS, _REVIEWS, _QUERIES = "origin.json", "attempts.jsonl", "reviews.jsonl", "queries.jsonl"

#: The label that says how a question was made.
_MADE = "made"


def is_drafted(questions: Sequence[Question]) -> bool:
    """Whether any of them was drafted, and so has words of its gold sentence."""
    return any(dict(question.labels).get(_MADE) in get_args(Kind) for question in questions)


class DraftedSet:
    """A set's folder. Use `open_drafted_set` to write attempts to it."""

    def __init__(self, folder: Path) -> None:
        """Raises DraftsMismatch where no set was drafted into the folder."""
        self.folder = folder
        if not (folder / _ORIGIN).is_file():
            raise DraftsMismatch(f"No question set was drafted into {folder}. Draft one: refdesk eval make.")
        self.origin: Origin = _parsed(Origin, (folder / _ORIGIN).read_bytes(), folder)

    def attempts(self) -> tuple[Attempt, ...]:
        return tuple(_parsed(Attempt, line, self.folder) for line in _lines(self.folder / _ATTEMPTS))

    def drafts(self) -> tuple[Draft, ...]:
        """What passed the filters, in order."""
        return tuple(attempt.draft for attempt in self.attempts() if attempt.draft is not None)

    def reviews(self) -> dict[str, Review]:
        """The last decision on each draft that has one, by its id."""
        found = (_parsed(Review, line, self.folder) for line in _lines(self.folder / _REVIEWS))
        return {review.id: review for review in found}

    def add(self, attempt: Attempt) -> None:
        _append(self.folder / _ATTEMPTS, attempt)

    def decide(self, review: Review) -> None:
        """Keep a person's decision. Raises DraftsMismatch for a draft that there is not."""
        if review.id not in {draft.id for draft in self.drafts()}:
            raise DraftsMismatch(f"The set {self.folder} has no draft {review.id!r}.")
        _append(self.folder / _REVIEWS, review)

    def write_queries(self, *, unreviewed: bool = False) -> int:
        """Make `queries.jsonl` of what was accepted, with `unreviewed` also of what nobody looked at.

        Each question is labelled with who let it in. Returns how many there are; with none, there is no file.
        """
        reviews = self.reviews()
        rows = []
        for draft in self.drafts():
            review = reviews.get(draft.id)
            if review is None and unreviewed:
                rows.append(_row(draft, Review(draft.id, "accepted", draft.text, draft.answers), "nobody"))
            elif review is not None and review.decision != "rejected":
                rows.append(_row(draft, review, "a person"))
        file = self.folder / _QUERIES
        if not rows:
            file.unlink(missing_ok=True)
            return 0
        staging = file.with_name(f"{file.name}.{os.getpid()}")
        staging.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
        staging.replace(file)
        return len(rows)


@contextmanager
def open_drafted_set(folder: Path, origin: Origin) -> Iterator[DraftedSet]:
    """The set to be begun or gone on with; one process at a time has it. Raises DraftsMismatch."""
    folder.mkdir(parents=True, exist_ok=True)
    with exclusive(folder / ".lock", waiting=lambda: _refuse_taken(folder)):
        if (folder / _ORIGIN).is_file():
            _refuse_other(DraftedSet(folder).origin, origin, folder)
        elif (folder / _QUERIES).exists():
            raise DraftsMismatch(f"{folder} holds a question set that was not drafted. Name another --out.")
        else:
            from pydantic import TypeAdapter

            (folder / _ORIGIN).write_bytes(TypeAdapter(Origin).dump_json(origin, indent=1) + b"\n")
        cut_torn_line(folder / _ATTEMPTS)
        yield DraftedSet(folder)


def _row(draft: Draft, review: Review, reviewer: str) -> dict[str, object]:
    row: dict[str, object] = {"id": draft.id, "text": review.text}
    if draft.answerable:
        row |= {
            "answers": list(review.answers),
            "doc": draft.document,
            "gold_pages": [{"doc": draft.document, "page": draft.page_number}],
            "selected_sentences": [draft.sentence],
        }
    else:
        row |= {"answers": [], "answerable": False}
    return row | {_MADE: draft.kind, "reviewed by": reviewer}


def _append(file: Path, row: Attempt | Review) -> None:
    from pydantic import TypeAdapter

    cut_torn_line(file)
    with file.open("ab") as out:
        out.write(TypeAdapter(type(row)).dump_json(row) + b"\n")
        out.flush()
        os.fsync(out.fileno())


def _lines(file: Path) -> Sequence[bytes]:
    """Whole lines: one without its end was never acknowledged."""
    return file.read_bytes().split(b"\n")[:-1] if file.is_file() else ()


def _parsed(kind: type[Any], content: bytes, folder: Path) -> Any:
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(kind).validate_json(content)
    except ValidationError as error:
        raise DraftsMismatch(
            f"The drafted set in {folder} cannot be read: it is not what was written. Name another --out."
        ) from error


def _refuse_other(begun: Origin, wanted: Origin, folder: Path) -> None:
    differing = [
        f"{field.name}: {getattr(begun, field.name)} then, {getattr(wanted, field.name)} now"
        for field in fields(Origin)
        if getattr(begun, field.name) != getattr(wanted, field.name)
    ]
    if differing:
        raise DraftsMismatch(
            f"The set in {folder} was begun otherwise ({'; '.join(differing)}). Name another --out."
        )


def _refuse_taken(folder: Path) -> None:
    raise DraftsMismatch(f"Another process is drafting into {folder}. Wait for it, or name another --out.")
