"""`refdesk ask`: one question, one cited answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.answer_display import answer_display
from apps.cli.answer_options import AS_EVER, AnswerOptions, with_answer_options
from apps.cli.answer_text import answer_as_json, write_passages, write_sources
from apps.cli.boundary import errors_in_words
from apps.cli.context import (
    AsJson,
    AsQuestion,
    CollectionName,
    ModelEngine,
    RerankerModel,
    Verbose,
    WhenUnsupported,
    opened,
    opened_store,
)
from apps.cli.filters import EVERYTHING, FilterOptions, with_filter_options
from apps.cli.listening import DEFAULT_TRANSCRIBER, QuestionTranscriber, Recording, question_of
from apps.cli.places import Places
from apps.cli.reading_display import ReadingDisplay
from apps.cli.screen import note, sound, write, write_json
from apps.cli.shown_sources import shown_sources, sources_as_json, write_shown_sources
from apps.cli.trace_text import trace_as_json, write_trace

if TYPE_CHECKING:
    from rag import Trace


@with_answer_options
@with_filter_options
def ask(
    question: Annotated[
        str | None,
        typer.Argument(metavar="[QUESTION]", help="A question in whole words.", show_default=False),
    ] = None,
    recording: Recording = None,
    transcriber: QuestionTranscriber = DEFAULT_TRANSCRIBER,
    only: FilterOptions = EVERYTHING,
    model: ModelEngine = None,
    reranker: RerankerModel = None,
    unsupported: WhenUnsupported = None,
    writing: AnswerOptions = AS_EVER,
    passages: Annotated[
        bool, typer.Option("--passages", help="Show the passages that the answer was written from.")
    ] = False,
    trace: Annotated[
        bool,
        typer.Option(
            "--trace",
            help="Show all that led to the answer: the query, hits with scores, passages, the prompt, what "
            "the model wrote, each sentence's check.",
        ),
    ] = False,
    show_sources: Annotated[
        Path | None,
        typer.Option(
            "--show-sources",
            metavar="FOLDER",
            help="Write a picture (PNG) of each cited page into this folder, the cited lines marked; of "
            "documents without pages their lines are shown instead.",
            show_default=False,
        ),
    ] = None,
    as_question: AsQuestion = False,
    collection: CollectionName = "default",
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Answer a question from the documents.

    From these alone, with the page behind each sentence. The text appears while it is written and is
    provisional until the quotes stand below it. Each quote is the document's own words. Each sentence is
    compared with what it cites: by its words, numbers, names and negations. One that is not found there is
    marked as unsupported, or withdrawn, or gives way to the document's own sentence: --unsupported says
    which. Where the documents do not hold the answer the reply says that, which counts as all well.

    "Which documents do you have?" is answered with a list of them. "Summarise report.pdf", "Summarise all
    documents", "List every deadline in report.pdf" and the like are answered by reading the documents,
    piece by piece; a last line says what was read. Other questions are looked up.

    A question may be spoken: --recording. That needs `pip install refdesk[speech]` and `refdesk models pull
    faster-whisper-tiny`, which knows English alone.

    \b
    Examples:
      refdesk ask "When does the lease end?" -c work
      refdesk ask "What did travel cost?" --document 2023.pdf --passages
      refdesk ask "Which trip cost most?" --template step_by_step
      refdesk ask "What did travel cost?" --trace
      refdesk ask "What did travel cost?" --show-sources ~/cited
      refdesk ask "What did travel cost?" --type spreadsheet --since 2023 --until 2024
      refdesk ask "Summarise 2023.pdf"
      refdesk ask --recording question.wav
    """
    with (
        errors_in_words(as_json, verbose),
        opened(collection, model, reranker=reranker, unsupported=unsupported, writing=writing) as documents,
    ):
        from rag import Answered, ReadingPlanned, ReadingProgress, ReasoningAdded, TextAdded

        traces: list[Trace] = []
        asked = question_of(question, recording, transcriber)
        events = documents.stream(
            sound(asked.text),
            only=only.as_filter(),
            trace=traces.append if trace else None,
            as_question=as_question,
        )
        if as_json:
            answer = next(event.answer for event in events if isinstance(event, Answered))
            told = {**answer_as_json(answer, documents.highlights), **asked.as_json()}
            if show_sources is not None:
                told["sources"] = sources_as_json(shown_sources(documents, answer, show_sources))
            if traces:
                told["trace"] = trace_as_json(traces[0])
            write_json(told)
            return
        reading = ReadingDisplay()
        with answer_display() as display:
            for event in events:
                if isinstance(event, ReadingPlanned | ReadingProgress):
                    reading.show(event)
                elif isinstance(event, TextAdded):
                    display.add(event.text)
                elif isinstance(event, ReasoningAdded):
                    display.reason(event.text)
                elif isinstance(event, Answered):
                    answer = event.answer
                    display.finish(answer.text)
        write_sources(answer)
        if show_sources is not None:
            write_shown_sources(shown_sources(documents, answer, show_sources))
        if traces:
            write()
            write_trace(traces[0])
        elif trace:
            note("Nothing was looked up for this question, so there is no trace.")
        if passages:
            write()
            with opened_store(documents) as store:
                write_passages(answer.passages, Places(store))
