"""What the commands of `refdesk eval` share: options, and the set, collection and settings they name."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.boundary import INTERRUPTED
from apps.cli.ingest_progress import shown_progress
from apps.cli.screen import count_of, note, sound
from apps.errors import WrongUse
from apps.settings import settings_from

if TYPE_CHECKING:
    from evaluation.types import QuestionSet
    from rag import Collection, Settings

QuestionSetPath = Annotated[
    Path,
    typer.Argument(
        metavar="SET",
        help="Questions: a folder with queries.jsonl (also BEIR's form), a .jsonl file, or a .csv file with "
        "the columns question and answer.",
        show_default=False,
    ),
]
AskedCollection = Annotated[
    str | None,
    typer.Option(
        "-c",
        "--collection",
        metavar="NAME",
        help="Ask this collection. Without it: the documents that the set brings, read once and kept with "
        "the runs.",
    ),
]
Questions = Annotated[
    int | None, typer.Option("--questions", metavar="N", min=1, help="Ask N questions, drawn by the seed.")
]
Answerable = Annotated[
    int | None,
    typer.Option(
        "--answerable", metavar="N", min=0, help="Ask N of those that have an answer, drawn likewise."
    ),
]
Unanswerable = Annotated[
    int | None,
    typer.Option("--unanswerable", metavar="N", min=0, help="Ask N of those that have none, drawn likewise."),
]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="For whatever is drawn at random.")]
Scoped = Annotated[
    bool, typer.Option("--scoped", help="Ask each question only of the document that it is about.")
]
Answers = Annotated[
    bool, typer.Option("--answers", help="Also let the language model answer, and score the answers.")
]
SetValues = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="SETTING=VALUE",
        help="A setting by its dotted name, such as retrieval.dense_weight=0.4. Repeatable.",
    ),
]
Anew = Annotated[
    bool, typer.Option("--anew", help="Measure again, also what an earlier, equal call has answered.")
]
MetricNames = Annotated[
    list[str] | None,
    typer.Option("--metric", metavar="NAME", help="Only this metric. Repeatable. Without it: the main ones."),
]


def given_command() -> str:
    """The command as it was typed, for a report's last section."""
    return sound(shlex.join(["refdesk", *sys.argv[1:]]))


def drawn_set(
    path: Path, questions: int | None, answerable: int | None, unanswerable: int | None, seed: int
) -> QuestionSet:
    """The set, or the part of it that was asked for. Raises WrongUse, QuestionSetInvalid."""
    from evaluation.datasets import drawn, load_question_set

    if questions is not None and (answerable is not None or unanswerable is not None):
        raise WrongUse("--questions draws of both kinds. Give it, or --answerable and --unanswerable.")
    return drawn(
        load_question_set(path), count=questions, answerable=answerable, unanswerable=unanswerable, seed=seed
    )


def settings_with(model: str | None, values: Sequence[str]) -> Settings:
    """The faces' settings with these values. Raises WrongUse, EvaluationError."""
    from evaluation.variation import varied

    named: dict[str, str] = {}
    for text in values:
        name, equals, value = text.partition("=")
        if not equals:
            raise WrongUse(f"{text!r} sets nothing: write SETTING=VALUE.")
        named[name.strip()] = value.strip()
    return varied(settings_from(model), named)


@contextmanager
def asked_collection(
    question_set: QuestionSet,
    name: str | None,
    settings: Settings,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Collection]:
    """The collection of that name, else one of the set's own documents, made now if it is not there yet."""
    from evaluation.assembly import collection_of
    from rag import open_collection

    if name is not None:
        try:
            collection = open_collection(name, settings)
        except ValueError as error:
            raise WrongUse(str(error)) from error
    else:
        with shown_progress() as progress:
            collection, report = collection_of(question_set, settings, progress=progress, cancelled=cancelled)
        if report.interrupted:
            collection.close()
            note("Stopped while reading the set's documents. The same command goes on from there.")
            raise typer.Exit(INTERRUPTED)
        if failed := report.count("failed"):
            note(f"{count_of(failed, 'file')} of the set could not be read; questions about them will miss.")
    with collection:
        yield collection
