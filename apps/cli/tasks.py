"""`refdesk translate`, `classify` and `entities`: what a model does with a text."""

from __future__ import annotations

from typing import Annotated

import typer

from apps.cli.boundary import SCHEMA, errors_in_words
from apps.cli.screen import note, one_line, write, write_json
from apps.cli.task_engines import made_by, writing
from apps.cli.task_options import NOTHING_GIVEN, TaskOptions, with_task_options
from apps.errors import WrongUse
from apps.settings import settings_from


@with_task_options
def translate(
    language: Annotated[
        str, typer.Option("--to", metavar="LANGUAGE", help="The language's name, such as German.")
    ] = "English",
    given: TaskOptions = NOTHING_GIVEN,
) -> None:
    """Translate a text.

    Piece by piece where it is long. How good it is depends on the model and the language.

    \b
    Examples:
      refdesk translate --text "Die Halle ist geschlossen." --to English
      refdesk translate contract.pdf --to German -c work
    """
    from rag.tasks.translating import translate as translated

    with errors_in_words(given.as_json, given.verbose):
        if not language.strip():
            raise WrongUse("--to is empty. Name a language, such as German.")
        whole = given.shown()
        with writing(given) as generator:
            said = translated(generator, whole, language)
        if given.as_json:
            write_json({"schema": SCHEMA, "language": language, "text": said})
        else:
            write(said)


@with_task_options
def classify(
    labels: Annotated[
        str,
        typer.Option(
            "--labels", metavar="LABELS", help="At least two, with commas between.", show_default=False
        ),
    ] = "",
    given: TaskOptions = NOTHING_GIVEN,
) -> None:
    """Say which of some labels fits a text best.

    Of a text that does not fit the model's context the beginning decides. `--model pipeline:FOLDER` takes a
    text classification model as transformers saves it: one for natural-language inference chooses among any
    labels, another among its own.

    \b
    Examples:
      refdesk classify letter.pdf --labels "invoice,reminder,contract"
      refdesk classify --text "The rope is torn." --labels "praise,complaint" --json
    """
    from rag.assembly import open_classifier

    with errors_in_words(given.as_json, given.verbose):
        offered = [label.strip() for label in labels.split(",") if label.strip()]
        whole = given.shown()
        with made_by(open_classifier(settings_from(given.model)), given) as classifier:
            try:
                found = classifier.classify(whole, offered)
            except ValueError as error:
                raise WrongUse(f"--labels: {error}") from error
        if given.as_json:
            write_json({"schema": SCHEMA, "label": found.label, "likelihood": found.likelihood,
                        "characters_read": found.characters_read})  # fmt: skip
        else:
            write(found.label)


@with_task_options
def entities(
    kinds: Annotated[
        str, typer.Option("--kinds", metavar="KINDS", help="What is looked for, with commas between.")
    ] = "person,organisation,place,date,amount",
    given: TaskOptions = NOTHING_GIVEN,
) -> None:
    """List the names that stand in a text, by kind.

    What the model names but does not stand there word for word is left out. `--model pipeline:FOLDER` takes
    a token classification model (named-entity recognition), whose names stand where it says.

    \b
    Examples:
      refdesk entities report.pdf -c work
      refdesk entities --text "Ada met Grace in London." --kinds person,place --json
    """
    from rag.assembly import open_entity_finder

    with errors_in_words(given.as_json, given.verbose):
        wanted = [kind.strip() for kind in kinds.split(",") if kind.strip()]
        if not wanted:
            raise WrongUse("--kinds is empty. Name at least one kind, such as person.")
        whole = given.whole()
        told: list[str] = []
        opened_finder = open_entity_finder(
            settings_from(given.model), of_document=given.names_document, told=told.append
        )
        with made_by(opened_finder, given) as finder:
            found = finder.find_entities(whole, wanted)
        if given.as_json:
            write_json({"schema": SCHEMA, "entities": [
                {"kind": one.kind, "text": one.text, "places": [list(place) for place in one.places]}
                for one in found
            ], "complete": not told})  # fmt: skip
        else:
            for one in found:
                write(one_line(f"{one.kind}: {one.text} ({len(one.places)})"))
            for words in told:
                note(words)
