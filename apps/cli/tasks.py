"""`refdesk summarize`, `translate`, `classify` and `entities`: what a model does with a text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import TYPE_CHECKING, Annotated, Literal, Protocol, TypeVar

import typer

from apps.cli.boundary import SCHEMA, errors_in_words
from apps.cli.screen import note, one_line, write, write_json
from apps.cli.task_options import NOTHING_GIVEN, TaskOptions, with_task_options
from apps.errors import WrongUse
from apps.settings import settings_from

if TYPE_CHECKING:
    from generators.text.protocol import TextGenerator

Form = Literal["short", "long", "bullets", "sections"]


@with_task_options
def summarize(
    form: Annotated[
        Form,
        typer.Option(
            "--form", help="`sections` summarises each page, or each section under a heading, in short."
        ),
    ] = "short",
    given: TaskOptions = NOTHING_GIVEN,
) -> None:
    """Summarise a text.

    In the model's own words, from its beginning to its end. Nothing of it is checked: `refdesk ask "Summarise
    report.pdf"` gives a summary whose every sentence is tied to its page.

    \b
    Examples:
      refdesk summarize report.pdf -c work
      refdesk summarize notes.md --form sections
      refdesk summarize - --form bullets < letter.txt
    """
    from rag.tasks.summarising import summarise

    with errors_in_words(given.as_json, given.verbose):
        sections = given.sections() if form == "sections" else ()
        whole = "" if sections else given.whole()
        with _writing(given) as generator:
            if form != "sections":
                said = summarise(generator, whole, form)
                found: list[dict[str, object]] = [{"label": None, "text": list(said)}]
            else:
                found = [
                    {"label": label, "text": list(summarise(generator, section, "short"))}
                    for label, section in sections
                ]
        if given.as_json:
            write_json({"schema": SCHEMA, "form": form, "summaries": found})
            return
        for one in found:
            if one["label"]:
                write(f"{one_line(str(one['label']))}:")
            lines = one["text"]
            for line in lines if isinstance(lines, list) else ():
                write(f"- {one_line(line)}" if form == "bullets" else one_line(line))


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
        whole = given.whole()
        with _writing(given) as generator:
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
        whole = given.whole()
        with _made_by(open_classifier(settings_from(given.model)), given.as_json) as classifier:
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
        with _made_by(open_entity_finder(settings_from(given.model)), given.as_json) as finder:
            found = finder.find_entities(whole, wanted)
        if given.as_json:
            write_json({"schema": SCHEMA, "entities": [
                {"kind": one.kind, "text": one.text, "places": [list(place) for place in one.places]}
                for one in found
            ]})  # fmt: skip
        else:
            for one in found:
                write(one_line(f"{one.kind}: {one.text} ({len(one.places)})"))


def _writing(given: TaskOptions) -> AbstractContextManager[TextGenerator]:
    from rag.assembly import open_generator

    return _made_by(open_generator(settings_from(given.model)), given.as_json)


class _Engine(Protocol):
    @property
    def id(self) -> str: ...

    def close(self) -> None: ...


_AnyEngine = TypeVar("_AnyEngine", bound=_Engine)


@contextmanager
def _made_by(engine: _AnyEngine, as_json: bool) -> Iterator[_AnyEngine]:
    """The engine; below what it made it says that a model did."""
    with closing(engine):
        yield engine
        if not as_json:
            note(f"Made by a model: {engine.id}.")
