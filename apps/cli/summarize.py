"""`refdesk summarize`: of a document with citations, of a text in the model's own words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from apps.cli.answer_options import AnswerOptions
from apps.cli.answer_text import answer_as_json, write_sources
from apps.cli.boundary import SCHEMA, errors_in_words
from apps.cli.context import opened
from apps.cli.reading_display import ReadingDisplay
from apps.cli.screen import note, one_line, write, write_json
from apps.cli.task_engines import writing
from apps.cli.task_options import NOTHING_GIVEN, TaskOptions, with_task_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag import Answer, Collection, ReadingPlanned, ReadingProgress

Form = Literal["short", "long", "bullets", "sections"]

#: What is asked for besides where it is to be short.
_SHORT = AnswerOptions(system_prompt="Write at most two sentences.")
_AS_EVER = AnswerOptions()


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
    """Summarise a document, or a text.

    A document is read piece by piece: each sentence of its summary is tied to the page it rests on and
    compared with what stands there, and a line below says what was read. Of a text that is in no collection
    the summary is in the model's own words, and nothing of it is checked; `extractive` quotes from it.

    \b
    Examples:
      refdesk summarize report.pdf -c work
      refdesk summarize notes.md --form sections
      refdesk summarize - --form bullets < letter.txt
    """
    with errors_in_words(given.as_json, given.verbose):
        if given.names_document:
            _summarize_document(given, form)
        else:
            _summarize_text(given, form)


def _summarize_document(given: TaskOptions, form: Form) -> None:
    asked = _SHORT if form in ("short", "sections") else _AS_EVER
    with opened(given.collection, given.model, writing=asked) as documents:
        reading = ReadingDisplay()

        def show(event: ReadingPlanned | ReadingProgress) -> None:
            if not given.as_json:
                reading.show(event)

        found: Iterator[tuple[str | None, Answer]]
        if form == "sections":
            found = documents.section_overviews(given.document or "", progress=show)
        else:
            found = iter([(None, documents.overview(given.document, progress=show))])
        if given.as_json:
            _write_json(documents, form, list(found))
            return
        for label, answer in found:
            if label is not None:
                write(f"{one_line(label)}:")
            for line in _lines(answer, form):
                write(f"- {line}" if form == "bullets" else line)
            write_sources(answer)
            if label is not None:
                write()
        note(f"Made by a model: {documents.settings.generator.engine}.")


def _write_json(documents: Collection, form: Form, found: list[tuple[str | None, Answer]]) -> None:
    summaries: list[dict[str, object]] = []
    for label, answer in found:
        told = answer_as_json(answer, documents.highlights)
        kept = {name: told[name] for name in ("refused", "finish", "sentences", "coverage")}
        summaries.append({"label": label, "text": _lines(answer, form), **kept})
    checked = all(
        sentence.verdict.value != "unchecked" for _, answer in found for sentence in answer.sentences
    )
    write_json({"schema": SCHEMA, "form": form, "checked": checked, "summaries": summaries})


def _lines(answer: Answer, form: Form) -> list[str]:
    """The text on one line; as bullet points each sentence with the numbers of what it cites."""
    if form != "bullets" or not answer.sentences:
        return [one_line(answer.text)]
    return [
        one_line(sentence.text)
        + "".join(f" [{number}]" for number in sorted({one.passage_number for one in sentence.citations}))
        for sentence in answer.sentences
    ]


def _summarize_text(given: TaskOptions, form: Form) -> None:
    from generators.text.quoting import only_quotes
    from rag.tasks.summarising import summarise

    whole = given.whole()
    with writing(given) as generator:
        said = summarise(generator, whole, "short" if form == "sections" else form)
        quoted = only_quotes(generator)
    if given.as_json:
        summaries = [{"label": None, "text": list(said)}]
        write_json({"schema": SCHEMA, "form": form, "checked": False, "summaries": summaries})
        return
    for line in said:
        write(f"- {one_line(line)}" if form == "bullets" else one_line(line))
    if quoted:
        note("Quoted, not summed up: these sentences stand in the text word for word.")
    else:
        note(
            "Not checked: of a text that is no document of a collection the summary is the model's own words."
        )
