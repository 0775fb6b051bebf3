"""`refdesk ask`: one question, one cited answer."""

from __future__ import annotations

from typing import Annotated

import typer

from apps.cli.answer_display import answer_display
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
from apps.cli.places import Places
from apps.cli.reading_display import ReadingDisplay
from apps.cli.screen import sound, write, write_json


@with_filter_options
def ask(
    question: Annotated[
        str, typer.Argument(metavar="QUESTION", help="A question in whole words.", show_default=False)
    ],
    only: FilterOptions = EVERYTHING,
    model: ModelEngine = None,
    reranker: RerankerModel = None,
    unsupported: WhenUnsupported = None,
    passages: Annotated[
        bool, typer.Option("--passages", help="Show the passages that the answer was written from.")
    ] = False,
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

    \b
    Examples:
      refdesk ask "When does the lease end?" -c work
      refdesk ask "What did travel cost?" --document 2023.pdf --passages
      refdesk ask "What did travel cost?" --type spreadsheet --since 2023 --until 2024
      refdesk ask "Summarise 2023.pdf"
    """
    with (
        errors_in_words(as_json, verbose),
        opened(collection, model, reranker=reranker, unsupported=unsupported) as documents,
    ):
        wanted = only.as_filter()
        if as_json:
            write_json(answer_as_json(documents.ask(sound(question), only=wanted, as_question=as_question)))
            return
        from rag import Answered, ReadingPlanned, ReadingProgress, TextAdded

        reading = ReadingDisplay()
        with answer_display() as display:
            for event in documents.stream(sound(question), only=wanted, as_question=as_question):
                if isinstance(event, ReadingPlanned | ReadingProgress):
                    reading.show(event)
                elif isinstance(event, TextAdded):
                    display.add(event.text)
                elif isinstance(event, Answered):
                    answer = event.answer
                    display.finish(answer.text)
        write_sources(answer)
        if passages:
            write()
            with opened_store(documents) as store:
                write_passages(answer.passages, Places(store))
