"""`refdesk eval make`: a question set drafted from a collection."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.boundary import INTERRUPTED, PROBLEM, SCHEMA, errors_in_words
from apps.cli.context import AsJson, ModelEngine, Verbose, opened
from apps.cli.evaluation.drafting_progress import shown_drafting
from apps.cli.evaluation.measuring import interruption
from apps.cli.evaluation.options import Seed
from apps.cli.screen import count_of, note, write, write_json
from apps.errors import WrongUse

if TYPE_CHECKING:
    from evaluation.drafting.making import Drafted

DraftedFrom = Annotated[str, typer.Argument(metavar="COLLECTION", help="Draft from this collection.")]
Count = Annotated[int, typer.Option("--count", metavar="N", min=1, help="How many questions, of both kinds.")]
UnansweredCount = Annotated[
    int | None,
    typer.Option(
        "--unanswerable",
        metavar="N",
        min=0,
        help="How many of them the documents shall not answer. Without it: half.",
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="SET",
        help="The set's folder. Without it: one of the collection's name in the data home.",
    ),
]
Unreviewed = Annotated[
    bool,
    typer.Option(
        "--unreviewed", help="Let in also what nobody has reviewed. Such questions are labelled so."
    ),
]
Calibrate = Annotated[
    bool,
    typer.Option(
        "--calibrate", help="Then fit the collection's refusal thresholds, as `eval calibrate` does."
    ),
]


def make(
    collection: DraftedFrom,
    count: Count = 40,
    unanswerable: UnansweredCount = None,
    out: Out = None,
    model: ModelEngine = None,
    calibrate: Calibrate = False,
    unreviewed: Unreviewed = False,
    seed: Seed = 0,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Draft questions from a collection's own documents, for a person to review.

    The language model writes a question about a sentence, and for some of them one like it that no document
    answers. Each has to be answered from its own page, not from another, and to stand alone; how many did
    not is told, by reason. An interrupted set goes on when the same command is given again. What is drafted
    is asked only once it is accepted: see `refdesk eval review`.

    \b
    Examples:
      refdesk eval make work --count 40 --out work-questions
      refdesk eval review work-questions
      refdesk eval calibrate work-questions -c work
    """
    with errors_in_words(as_json, verbose):
        from evaluation.drafting.drafter import Wanted
        from evaluation.drafting.making import default_set_folder, make_set
        from evaluation.drafting.set_folder import DraftedSet
        from evaluation.errors import DraftingStopped

        none_stated = count // 2 if unanswerable is None else unanswerable
        if none_stated > count:
            raise WrongUse(f"--unanswerable is {none_stated}, more than the {count} questions of --count.")
        with (
            opened(collection, model) as documents,
            interruption() as cancelled,
            shown_drafting(count) as told,
        ):
            folder = (out or default_set_folder(documents)).expanduser()
            try:
                made = make_set(
                    documents,
                    folder,
                    Wanted(count - none_stated, none_stated),
                    seed=seed,
                    told=told,
                    cancelled=cancelled,
                )
            except DraftingStopped:
                made = None
        if made is None or cancelled():
            note("Stopped. The same command goes on from there.")
            raise typer.Exit(INTERRUPTED)
        accepted = DraftedSet(folder).write_queries(unreviewed=unreviewed)
        if calibrate and not accepted:
            raise WrongUse(
                f"Nothing of {folder} was accepted yet, so there is nothing to calibrate with. "
                f"Review it (refdesk eval review {folder}), or say --unreviewed."
            )
        if as_json and not calibrate:
            write_json(_as_json(made, accepted))
        elif not as_json:
            _write(made, accepted, unreviewed)
    if calibrate:
        from apps.cli.evaluation.calibrate import calibrate as fit

        fit(folder, collection, what="refusals", seed=seed, as_json=as_json, verbose=verbose)
    if not made.whole:
        raise typer.Exit(PROBLEM)


def _as_json(made: Drafted, accepted: int) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "set": str(made.folder),
        "answerable": made.answerable,
        "unanswerable": made.unanswerable,
        "accepted": accepted,
        "attempts": len(made.attempts),
        "rejects": made.rejects,
        "seconds_per_question": made.seconds_per_question,
        "whole": made.whole,
    }


def _write(made: Drafted, accepted: int, unreviewed: bool) -> None:
    kept = made.answerable + made.unanswerable
    write(
        f"{count_of(kept, 'question')} drafted: {made.answerable} that the documents answer, "
        f"{made.unanswerable} that they do not.",
        bold=True,
    )
    for reason, times in made.rejects.items():
        write(f"  {times:4} left out: {reason}")
    if made.seconds_per_question is not None:
        write(f"A kept question took {made.seconds_per_question:.1f} s, with what was left out.")
    if not made.whole:
        note("No place is left to draft from, so there are fewer than --count says.")
    if unreviewed:
        write(f"The set in {made.folder} asks {accepted} of them, those that nobody has reviewed included.")
    else:
        write(f"{accepted} of them are accepted. Next: refdesk eval review {made.folder}")
