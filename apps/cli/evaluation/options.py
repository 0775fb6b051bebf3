"""What the commands of `refdesk eval` share: options, and the set and settings that they name."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.screen import sound
from apps.errors import WrongUse
from apps.settings import settings_from

if TYPE_CHECKING:
    from evaluation.types import QuestionSet
    from rag import Settings

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

LeastKappa = Annotated[
    float,
    typer.Option(
        "--min-kappa", metavar="X", min=-1.0, max=1.0, help="Below it a judge is not to be trusted."
    ),
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
        named[name.strip()] = value.lstrip()  # a prefix such as 'query: ' ends in a space
    return varied(settings_from(model), named)
