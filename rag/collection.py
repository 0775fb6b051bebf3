"""A collection of documents: put files in, find passages, get cited answers (docs/library.md)."""

from __future__ import annotations

import os
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from generators.text.protocol import TextGenerator
from ingest.document_filter import DocumentFilter
from ingest.loaders.protocol import LoadOptions, Ocr
from ingest.patterns import Patterns
from ingest.pipeline import ingest
from ingest.plan import plan_ingest
from ingest.progress import Progress
from ingest.reembedding import reembed
from ingest.report import FileOutcome, IngestReport
from ingest.settings import EmbedderSettings
from machine import data_home, waits_end_when
from rag.answering import Answering
from rag.asking import Asking
from rag.assembly import Engines
from rag.collection_contents import CollectionContents
from rag.collection_store import CollectionStore
from rag.desk import Desk
from rag.errors import EmptyQuestion
from rag.explain import Explanation, Missed, explain_hits, explain_missed
from rag.grounded.finding import find_ground
from rag.grounded.ground import Ground
from rag.hits import Hit
from rag.looking_up import LookingUp
from rag.question import require_hits, sound
from rag.scope import Scope, combined, documents_to_search, read_scope
from rag.settings import Settings
from rag.tool_box import ToolBox
from rag.trace import Trace
from rag.tracing import TraceRecorder
from rag.types import Event, Turn


class Collection(CollectionContents, Asking):
    """One collection. Opening it loads no model; a model is loaded when it is first needed.

    Several threads may use one; answers are written one at a time. Close it, or use `with`.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        super().__init__(folder, CollectionStore(folder, settings), settings)
        self._engines = self._behind.engines
        self._desk = Desk(self._behind, settings)

    # Documents

    def ingest(
        self,
        paths: Sequence[str | os.PathLike[str]],
        *,
        sync: bool = False,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        passwords: Sequence[str] = (),
        ocr: Ocr = "auto",
        progress: Callable[[Progress], None] = lambda _: None,
        outcome: Callable[[FileOutcome], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> IngestReport:
        """Read files and folders; the collection is made if it is not there yet.

        Unchanged files are skipped and changed ones replaced. `include` and `exclude` are globs over what
        is met in folders. With `sync`, what vanished from the named folders is removed. `passwords` are
        tried on files that are locked. `ocr` says which pages are read from their picture. A file that
        cannot be read is named in the report and stops nothing. `outcome` is told of each path as soon as it
        is known what became of it; the last word on a path counts.
        Raises NothingToIngest, EmbedderMismatch, StoreFull and other StoreErrors.
        """
        files = [Path(path).expanduser() for path in paths]
        patterns = Patterns(tuple(include), tuple(exclude), data_home().absolute())
        if not self._behind.exists():
            plan_ingest(files, {}, patterns=patterns)  # raises NothingToIngest before anything is made
            self._behind.create()
        store = self._behind.opened()
        self._behind.refuse_mismatch()
        with closing(ToolBox(self._engines, store)) as tools:
            return ingest(
                store,
                files,
                tools,
                sync=sync,
                patterns=patterns,
                options=LoadOptions(tuple(passwords), ocr),
                settings=self._settings.ingest,
                progress=progress,
                outcome=outcome,
                cancelled=cancelled,
            )

    def create(self) -> None:
        """Make the collection, empty, if it is not there yet.

        Raises ModelMissing where the embedder's files are not here, StoreError where nothing can be written.
        """
        self._behind.create()

    def reembed(
        self,
        embedder: EmbedderSettings,
        *,
        progress: Callable[[Progress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Embed everything anew with another model, from the texts in the collection.

        What is there serves until the new index is whole and takes its place: then this returns True.
        False where it was cancelled; the same call goes on from there. Raises StoreError and the errors of
        the model.
        """
        store = self._behind.opened()
        other = Engines(replace(self._settings, ingest=replace(self._settings.ingest, embedder=embedder)))
        try:
            done = reembed(store, other.splitter(), other.embedder(), progress=progress, cancelled=cancelled)
        finally:
            other.close()
        if done:
            self._behind.reopen()
        return done

    # Questions

    def search(
        self, query: str, k: int = 10, *, document: str | None = None, only: DocumentFilter | None = None
    ) -> list[Hit]:
        """The k best chunks. `document` limits them to a path, a file name or a pattern, `only` to a filter.

        Raises EmptyCollection, NoSuchDocument; ValueError for a k below 1.
        """
        require_hits(k)
        wanted = combined(document, only)
        found = self._behind.with_retriever(lambda retriever: retriever.retrieve(sound(query), k, wanted))
        return list(found.hits)

    def scope(self, *, document: str | None = None, only: DocumentFilter | None = None) -> Scope:
        """How many documents such a search looks through, condition by condition.

        Loads no model. Raises EmptyCollection, NoSuchDocument.
        """
        return read_scope(self._behind.opened(), combined(document, only))

    def explain(
        self, query: str, k: int = 10, *, document: str | None = None, only: DocumentFilter | None = None
    ) -> list[Explanation]:
        """The same hits, each with what speaks for it. Raises what `search` raises."""
        return list(explain_hits(sound(query), self.search(query, k, document=document, only=only)))

    def explain_missed(
        self, query: str, k: int = 10, *, document: str, page_number: int | None = None
    ) -> Missed:
        """Why a document, or one of its pages, is not among the k best chunks of all documents."""
        require_hits(k)
        return self._behind.with_retriever(
            lambda retriever: explain_missed(retriever, sound(query), k, document, page_number)
        )

    def ground(
        self,
        wish: str,
        *,
        page_number: int | None = None,
        document: str | None = None,
        only: DocumentFilter | None = None,
    ) -> Ground:
        """The passages that a wish such as "the apparatus on page 4 of the manual" means (`rag.grounded`).

        Raises NoSuchPage, NoSuchDocument, EmptyCollection.
        """
        return find_ground(self._behind, sound(wish), page_number=page_number, only=combined(document, only))

    def writer(self) -> TextGenerator:
        """The language model behind the answers, for other work. The collection closes it."""
        return self._engines.generator()

    def stream(
        self,
        question: str,
        *,
        document: str | None = None,
        only: DocumentFilter | None = None,
        turns: Sequence[Turn] = (),
        cancelled: Callable[[], bool] = lambda: False,
        trace: Callable[[Trace], None] | None = None,
        as_question: bool = False,
        beside: Collection | None = None,
    ) -> Iterator[Event]:
        """The answer as it comes; the last event is `Answered`.

        Small talk, what is here and whole documents are seen to by `rag.desk`, unless `as_question` says that
        the question is to be looked up; of these answers there is no trace.

        One answer at a time: a stream that is not read to its end must be closed (`events.close()`) before
        the next question. The models are loaded before the clock starts. `trace` is given, just before the
        last event, all that led to an answer that was looked up. With `beside`, another collection, it is
        looked up in both, and passages of both are shown, that one's first; `document` and `only` limit this
        one alone, and of `turns` the words count, not the passages.

        Raises EmptyQuestion, EmptyCollection, NoSuchDocument, QuestionTooLong, WaitStopped where it was
        cancelled while other models had the memory, and the errors of the model.
        """
        question = sound(question)
        if not question.strip():
            raise EmptyQuestion("The question is empty. Ask something.")
        wanted = combined(document, only)
        # What cannot be answered is told so before a model loads; all of them load before the clock starts.
        documents_to_search(self._behind.opened(), wanted)
        if beside is not None:
            documents_to_search(beside._behind.opened(), None)
        elif not as_question and (served := self._desk.serve(question, wanted, cancelled)) is not None:
            yield from served
            return
        self._engines.prompting().closing(question, turns)
        with waits_end_when(cancelled):
            self._behind.retriever()
            if beside is not None:
                beside._behind.retriever()
            generator = self._engines.generator()
            recorder = None if trace is None else TraceRecorder(generator, self._engines.template(), trace)
            answering = self._answering(generator if recorder is None else recorder.generator)
            looking_up = LookingUp(self._behind, self._settings, answering, generator)
            started = time.perf_counter()
            if beside is None:
                enquiry, searched = looking_up.look_up(question, turns, wanted, started)
            else:
                enquiry, searched = looking_up.look_up_in_both(
                    question, turns, beside._behind, wanted, started
                )
        events: Iterator[Event] = answering.stream(enquiry, cancelled)
        if recorder is not None:
            events = recorder.follow(events, searched)
        yield from events

    def load_search(self) -> None:
        """Load what searches now rather than at the first search: the embedder, and a reranker if any."""
        self._engines.load_search()

    def load(self) -> None:
        """Load all models now rather than at the first question."""
        self._engines.load()

    def close(self) -> None:
        """Let go of files and models. A closed collection stays closed; closing twice is fine."""
        self._behind.close()

    def when_forgotten(self, tell: Callable[[Callable[[], None]], object]) -> None:
        """Once nothing refers to this collection any more, tell this what closes it.

        For whoever shares it with others and cannot know who is the last to have it. That may come at any
        moment and in any thread, so `tell` should only hand on what it is told.
        """
        weakref.finalize(self, tell, self._behind.close).atexit = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _answering(self, generator: TextGenerator) -> Answering:
        return Answering(
            generator,
            self._engines.template(),
            self._settings.answer,
            self._engines.support_checker(),
            self._engines.judge(),
        )
