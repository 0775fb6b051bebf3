"""`refdesk chat`: questions and follow-ups until one has had enough."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.answer_display import answer_display
from apps.cli.answer_options import AS_EVER, AnswerOptions, with_answer_options
from apps.cli.answer_text import answer_as_json, write_passages, write_sources
from apps.cli.boundary import complain, errors_in_words
from apps.cli.chat_keeping import ChatKeeping
from apps.cli.chat_tools import COMMANDS_ALONE, ChatToolOptions, ToolBench, help_text, with_tool_options
from apps.cli.context import (
    AsJson,
    AsQuestion,
    CollectionName,
    ModelEngine,
    Verbose,
    WhenUnsupported,
    opened,
    opened_store,
)
from apps.cli.filters import EVERYTHING, FilterOptions, with_filter_options
from apps.cli.interruption import Interruption
from apps.cli.places import Places
from apps.cli.reading_display import ReadingDisplay
from apps.cli.screen import note, one_line, sound, write, write_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag import Answer, Collection, DocumentFilter, Turn

_OWN_COMMANDS = (
    ("/sources", "the passages that the last answer was written from"),
    ("/document PATTERN", "only these documents from here on; /document alone: all again"),
    ("/help", "this"),
    ("/quit", "end (so does Ctrl-D)"),
)


@with_answer_options
@with_filter_options
@with_tool_options
def chat(
    only: FilterOptions = EVERYTHING,
    model: ModelEngine = None,
    unsupported: WhenUnsupported = None,
    writing: AnswerOptions = AS_EVER,
    resume: Annotated[
        str | None,
        typer.Option(
            "--resume",
            metavar="ID",
            help="Go on with a chat that was kept (see `refdesk chats`); `last` is this collection's latest.",
        ),
    ] = None,
    keep: Annotated[bool, typer.Option("--keep/--no-keep", help="Keep this chat, or nothing of it.")] = True,
    as_question: AsQuestion = False,
    making: ChatToolOptions = COMMANDS_ALONE,
    collection: CollectionName = "default",
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Ask one question after another.

    A follow-up knows what was said before. Inside: /help, /sources, /document PATTERN, /quit, and commands
    that make something: /draw, /music, /speak, /transcribe, /summarize, /translate, /classify, /entities.
    Ctrl-C ends what goes on, Ctrl-D the chat. Where standard input is no terminal each of its lines is a
    question; with --json each answer is one object. Documents can be summarised and listed as with
    `refdesk ask`. Chats are kept on this machine: `refdesk chats` lists, shows, exports and deletes them.
    With --no-keep nothing of them is written.

    \b
    Examples:
      refdesk chat -c work
      refdesk chat --template detailed
      refdesk chat -c work --resume last
      refdesk chat --no-keep
      refdesk chat -c work --tools --image-model models/ssd-1b
      refdesk chat --json < questions.txt
    """
    with (
        errors_in_words(as_json, verbose),
        opened(collection, model, unsupported=unsupported, writing=writing) as documents,
    ):
        wanted, at_terminal = only.as_filter(), sys.stdin.isatty()
        keeping = ChatKeeping(documents.name, resume, keep=keep)
        turns = keeping.earlier_turns()
        if at_terminal and not as_json:
            note("Loading the models.")
        if not documents.statistics().documents:
            from rag import EmptyCollection

            raise EmptyCollection(
                f"The collection '{documents.name}' holds no documents yet. "
                f"Put some in: refdesk ingest FOLDER -c {documents.name}"
            )
        documents.scope(only=wanted)  # raises NoSuchDocument before a model loads
        documents.load()
        with making.bench(documents) as bench:
            if at_terminal and not as_json:
                write(f"Collection '{documents.name}'. /help says what can be typed here.", dim=True)
                keeping.tell()
            _Conversation(documents, wanted, as_json, as_question, turns, keeping, bench).run(at_terminal)


class _Conversation:
    """The loop, and what it remembers."""

    def __init__(
        self,
        collection: Collection,
        only: DocumentFilter | None,
        as_json: bool,
        as_question: bool,
        turns: Sequence[Turn],
        keeping: ChatKeeping,
        bench: ToolBench,
    ) -> None:
        self._bench = bench
        self._collection = collection
        self._only = only
        self._as_json = as_json
        self._as_question = as_question
        self._turns = list(turns)
        self._keeping = keeping
        self._last: Answer | None = None

    def run(self, at_terminal: bool) -> None:
        while (line := _next_line(at_terminal)) is not None:
            text = sound(line).strip()
            if text == "/quit":
                return
            if text.startswith("/"):
                self._obey(text)
            elif text and not self._bench.serve(text, self._last, self._as_json):
                self._answer(text)

    def _obey(self, text: str) -> None:
        command, _, rest = text.partition(" ")
        if command == "/help":
            write(help_text(_OWN_COMMANDS))
        elif command == "/sources":
            self._show_sources()
        elif command == "/document":
            self._limit_to(rest.strip())
        elif not self._bench.obey(text, self._last, self._as_json):
            note(f"There is no command {command}. /help lists those there are.")

    def _limit_to(self, pattern: str) -> None:
        """Another pattern in place of the one there was; the other conditions stay."""
        from rag import DocumentFilter

        self._only = replace(self._only or DocumentFilter(), documents=pattern or ())
        others = " that the command's other options leave" if self._only.conditions else ""
        write(f"Only documents that match {one_line(pattern)}." if pattern else f"All documents{others}.")

    def _show_sources(self) -> None:
        if self._last is None:
            note("Nothing has been answered yet.")
            return
        with opened_store(self._collection) as store:
            write_passages(self._last.passages, Places(store))

    def _answer(self, question: str) -> None:
        from generators.errors import PromptTooLong
        from machine import WaitStopped
        from rag import NoSuchDocument, QuestionTooLong
        from rag.earlier_turns import turns_of

        interruption = Interruption()
        try:
            with interruption:
                answer = self._stream(question, interruption)
        except (NoSuchDocument, QuestionTooLong, PromptTooLong) as error:
            complain(error, self._as_json)
            return
        except WaitStopped as error:
            note(str(error))
            answer = None
        except KeyboardInterrupt:
            answer = None
        if answer is None:
            note("Stopped; this answer is not part of the conversation.")
            return
        self._last = answer
        self._turns += turns_of([answer])
        self._keeping.keep(answer, self._collection.settings.generator.engine)
        if self._as_json:
            answer_json = answer_as_json(answer, self._collection.highlights)
            write_json({**answer_json, "chat": self._keeping.id})
        else:
            write_sources(answer)

    def _stream(self, question: str, interruption: Interruption) -> Answer | None:
        """The answer, shown as it comes; None if Ctrl-C came before it was whole."""
        from rag import Answered, ReadingPlanned, ReadingProgress, ReasoningAdded, TextAdded

        events = self._collection.stream(
            question,
            only=self._only,
            turns=self._turns,
            cancelled=interruption,
            as_question=self._as_question,
        )
        if self._as_json:
            answers = [event.answer for event in events if isinstance(event, Answered)]
            return None if interruption() else answers[-1]
        reading = ReadingDisplay()
        with answer_display() as display:
            for event in events:
                if isinstance(event, ReadingPlanned | ReadingProgress):
                    reading.show(event)
                elif isinstance(event, TextAdded):
                    display.add(event.text)
                elif isinstance(event, ReasoningAdded):
                    display.reason(event.text)
                elif isinstance(event, Answered) and not interruption():
                    display.finish(event.answer.text)
                    return event.answer
        return None


def _next_line(at_terminal: bool) -> str | None:
    """The next line; None at the end. Ctrl-C at the prompt empties it."""
    if not at_terminal:
        line = sys.stdin.readline()
        return line or None
    import contextlib

    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 # imported so that input() can edit its line; Windows has none
    while True:
        try:
            return input("\n> ")
        except EOFError:
            write()
            return None
        except KeyboardInterrupt:
            write()
