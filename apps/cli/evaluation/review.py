"""`refdesk eval review`: a person accepts, edits or rejects what was drafted."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.boundary import SCHEMA, errors_in_words
from apps.cli.context import AsJson, Verbose
from apps.cli.screen import count_of, file_name, note, write, write_json
from apps.errors import WrongUse

if TYPE_CHECKING:
    from evaluation.drafting.set_folder import DraftedSet
    from evaluation.drafting.types import Decision, Draft, Review

ReviewedSet = Annotated[
    Path, typer.Argument(metavar="SET", help="The folder that `refdesk eval make` drafted into.")
]
Decisions = Annotated[
    Path | None,
    typer.Option(
        "--decisions",
        metavar="FILE",
        help='Take decisions from JSON lines such as {"id": "work-0003", "decision": "accepted"}; "edited" '
        "brings `text` and perhaps `answers`. `-` reads standard input.",
    ),
]
Again = Annotated[bool, typer.Option("--again", help="Show also what was decided before.")]
Unreviewed = Annotated[
    bool,
    typer.Option(
        "--unreviewed", help="Let in also what nobody has reviewed. Such questions are labelled so."
    ),
]

_KEYS = "[a]ccept  [e]dit  [r]eject  [s]kip  [b]ack  [q]uit"


def review(
    question_set: ReviewedSet,
    decisions: Decisions = None,
    again: Again = False,
    unreviewed: Unreviewed = False,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Go through a drafted set and decide on each question. What is accepted becomes the set that is asked.

    Each question is shown with the text around its gold sentence. A decision is kept at once; the command
    goes on where it was left. With --json the drafts and what was decided are listed instead.

    \b
    Examples:
      refdesk eval review work-questions
      refdesk eval review work-questions --json
    """
    with errors_in_words(as_json, verbose):
        from evaluation.drafting.set_folder import DraftedSet

        drafted = DraftedSet(question_set.expanduser())
        if decisions is not None:
            for made in _decisions_in(decisions, drafted):
                drafted.decide(made)
        elif not as_json and not unreviewed:
            _go_through(drafted, again)
        accepted = drafted.write_queries(unreviewed=unreviewed)
        if as_json:
            write_json(_as_json(drafted, accepted))
            return
        left = len(drafted.drafts()) - len(drafted.reviews())
        write(f"{count_of(accepted, 'question')} in {drafted.folder} will be asked.", bold=True)
        if left and unreviewed:
            write(f"Nobody has reviewed {left} of them.")
        elif left:
            write(f"{left} are not decided on yet: the same command goes on there.")
        if accepted:
            write(f"Next: refdesk eval calibrate {drafted.folder} -c {drafted.origin.collection}")


def _go_through(drafted: DraftedSet, again: bool) -> None:
    decided = drafted.reviews()
    waiting = [draft for draft in drafted.drafts() if again or draft.id not in decided]
    place = 0
    while place < len(waiting):
        _show(waiting[place], place, len(waiting))
        match _asked(_KEYS):
            case "a":
                drafted.decide(_decided(waiting[place], "accepted"))
            case "r":
                drafted.decide(_decided(waiting[place], "rejected"))
            case "e":
                if (edited := _edited(waiting[place])) is None:
                    continue
                drafted.decide(edited)
            case "s":
                pass
            case "b":
                place = max(0, place - 1)
                continue
            case "q" | None:
                return
            case key:
                note(f"{key!r} is none of the keys.")
                continue
        place += 1


def _show(draft: Draft, place: int, total: int) -> None:
    write()
    write(
        f"{place + 1} of {total}  {file_name(draft.document)}, page {draft.page_number}  ({draft.kind})",
        dim=True,
    )
    before, sentence, after = _parted(draft)
    write(before, dim=True, end="")
    write(sentence, bold=True, end="")
    write(after, dim=True)
    write()
    write(f"Question: {draft.text}")
    write(f"Answer:   {'; '.join(draft.answers) or 'the documents do not say'}")


def _parted(draft: Draft) -> tuple[str, str, str]:
    """What stands before the gold sentence, the sentence marked, and what comes after it."""
    passage, sentence = " ".join(draft.passage.split()), " ".join(draft.sentence.split())
    before, found, after = passage.partition(sentence)
    return (before, f">> {sentence} <<", after) if found else (f"{passage} ", f">> {sentence} <<", "")


def _asked(words: str) -> str | None:
    """What was typed, without white space; None at the end of the input."""
    write(f"{words}: ", end="")
    sys.stdout.flush()
    line = sys.stdin.readline()
    return line.strip() if line else None


def _edited(draft: Draft) -> Review | None:
    """The draft as it was typed anew; an empty line keeps what is there. None at the end of the input."""
    from evaluation.drafting.types import Review

    text = _asked("Question (empty: as it is)")
    answer = _asked("Answer (empty: as it is)") if draft.answerable and text is not None else ""
    if text is None or answer is None:
        return None
    return Review(draft.id, "edited", text or draft.text, (answer,) if answer else draft.answers)


def _decided(draft: Draft, decision: Decision) -> Review:
    from evaluation.drafting.types import Review

    return Review(draft.id, decision, draft.text, draft.answers)


def _decisions_in(file: Path, drafted: DraftedSet) -> list[Review]:
    """The decisions of a file, all of them checked before one is kept. Raises WrongUse."""
    try:
        lines = (sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")).split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUse(f"The decisions in {file} cannot be read: {error}.") from error
    drafts = {draft.id: draft for draft in drafted.drafts()}
    return [_decision(line, number, drafts) for number, line in enumerate(lines, start=1) if line.strip()]


def _decision(line: str, number: int, drafts: dict[str, Draft]) -> Review:
    from pydantic import TypeAdapter, ValidationError

    from evaluation.drafting.types import Review

    try:
        given = json.loads(line)
        draft = drafts[given["id"]]
        whole = {"text": draft.text, "answers": list(draft.answers)} | given
        made = TypeAdapter(Review).validate_python(whole)
    except (ValueError, ValidationError, TypeError, AttributeError) as error:
        raise WrongUse(
            f"Line {number} of the decisions is none: it has an `id`, and a `decision` that is accepted, "
            "edited or rejected."
        ) from error
    except KeyError as error:
        raise WrongUse(
            f"Line {number} of the decisions is about {error}, which is no draft of the set."
        ) from error
    if (
        not made.text.strip()
        or (draft.answerable and not _said(made.answers))
        or (made.answers and not draft.answerable)
    ):
        raise WrongUse(
            f"Line {number} of the decisions: a question has a `text`, and `answers` where the documents "
            "answer it."
        )
    return made


def _said(answers: Sequence[str]) -> bool:
    return bool(answers) and all(answer.strip() for answer in answers)


def _as_json(drafted: DraftedSet, accepted: int) -> dict[str, object]:
    reviews = drafted.reviews()
    return {
        "schema": SCHEMA,
        "set": str(drafted.folder),
        "accepted": accepted,
        "drafts": [
            {
                "id": draft.id,
                "made": draft.kind,
                "text": draft.text,
                "answers": list(draft.answers),
                "answerable": draft.answerable,
                "document": draft.document,
                "page": draft.page_number,
                "sentence": draft.sentence,
                "passage": draft.passage,
                "decision": reviews[draft.id].decision if draft.id in reviews else None,
            }
            for draft in drafted.drafts()
        ],
    }
