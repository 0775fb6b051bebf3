"""Where a question goes that is not one to look up: small talk, what is here, whole documents."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from ingest.document_filter import DocumentFilter
from rag.answer_clock import or_late
from rag.collection_store import CollectionStore
from rag.errors import NoSuchDocument
from rag.holdings import Holding, meant, read_holdings
from rag.intent import Intent, read_intent
from rag.inventory import describe, inventory
from rag.overviews.listing import Listing
from rag.overviews.mentions import count_mentions
from rag.overviews.reading_plan import plan_reading
from rag.overviews.sections import plan_sections
from rag.overviews.summary import Summary
from rag.overviews.tally import Tally
from rag.overviews.writers import Writers
from rag.reading import ReadingPlanned, listed
from rag.scope import documents_to_search
from rag.settings import Settings
from rag.types import Answered, AnswerKind, Event, Refused, TextAdded

SMALL_TALK = (
    "This is a reference desk: ask about the documents in this collection and the answer comes from them "
    "alone, each sentence with the page it stands on. You can also ask which documents are here, or for a "
    "summary of one of them by its name."
)
_MOST_NAMED = 3


class Desk:
    """Serves what retrieval cannot, for one collection. Models are loaded where they are needed only."""

    def __init__(self, behind: CollectionStore, settings: Settings) -> None:
        self._behind = behind
        self._settings = settings

    def serve(
        self,
        question: str,
        only: DocumentFilter | None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Event] | None:
        """The events of an answer that needs no looking up; None for a question that does.

        `only` limits what counts as here.
        """
        here: list[tuple[Holding, ...]] = []  # read when the question's form is one of those that need it

        def holdings() -> tuple[Holding, ...]:
            if not here:
                here.append(read_holdings(self._behind.opened(), only))
            return here[0]

        intent = read_intent(question, lambda phrase: bool(meant(self._behind.opened(), holdings(), phrase)))
        if intent.kind == "retrieval":
            return None
        started = time.perf_counter()
        if intent.kind == "small-talk":
            return _said(question, SMALL_TALK, "small-talk", started)
        among = holdings()
        if intent.document is not None:
            among = meant(self._behind.opened(), among, intent.document)
            if not among and "." not in intent.document:
                return None  # "this document" of several
        return self._served(question, intent, among, holdings(), started, cancelled)

    def overview(
        self,
        focus: str | None,
        only: DocumentFilter | None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Event]:
        """The same for what is known to be about whole documents; `focus` is what it is to be about.

        Raises EmptyCollection, NoSuchDocument.
        """
        documents_to_search(self._behind.opened(), only)
        holdings = read_holdings(self._behind.opened(), only)
        intent = Intent("collection") if focus is None else read_intent(focus)
        started = time.perf_counter()
        if intent.kind in ("listing", "count"):
            return self._served(focus or "", intent, holdings, holdings, started, cancelled)
        return self._read_through(focus or "", focus, None, holdings, started, cancelled)

    def sections(
        self, document: str, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[tuple[str, Iterator[Event]]]:
        """Of each page of the one document its label, and the events of its summary.

        Raises EmptyCollection, NoSuchDocument.
        """
        only = DocumentFilter(documents=(document,))
        documents_to_search(self._behind.opened(), only)
        holdings = read_holdings(self._behind.opened(), only)
        if len(holdings) != 1:
            raise NoSuchDocument(f"{len(holdings)} documents match {document!r}. Name one of them.")
        generator, engines = self._behind.engines.generator(), self._behind.engines
        reading = Summary(Writers(generator, engines.support_checker(), self._settings), None, "")
        tokens = reading.piece_tokens(self._settings.overview.piece_tokens)
        plans = self._behind.with_retriever(
            lambda retriever: list(
                plan_sections(retriever.store, holdings[0], tokens, generator.count_tokens)
            )
        )
        stopped = or_late(cancelled, self._settings.answer.deadline(time.perf_counter()))
        for label, plan in plans:
            yield label, _told_late(reading.stream(plan, time.perf_counter(), stopped), cancelled)

    def _served(
        self,
        question: str,
        intent: Intent,
        among: Sequence[Holding],
        here: Sequence[Holding],
        started: float,
        cancelled: Callable[[], bool],
    ) -> Iterator[Event]:
        if not among:
            text = _not_here(intent.document or "", here)
            if intent.kind == "inventory":
                return _said(question, text, "inventory", started)
            return _declined(question, text, started)
        if intent.kind == "inventory":
            text = "\n".join(map(describe, among)) if intent.document else inventory(among, intent.thing)
            return _said(question, text, "inventory", started)
        if intent.kind == "count" and intent.thing is not None:
            checker = self._behind.engines.support_checker()
            store = self._behind.opened()
            stopped = or_late(cancelled, self._settings.answer.deadline(started))
            return _told_late(
                count_mentions(store, among, intent.thing, question, checker, started, stopped), cancelled
            )
        return self._read_through(question, None, intent.thing, among, started, cancelled)

    def _read_through(
        self,
        question: str,
        focus: str | None,
        thing: str | None,
        holdings: Sequence[Holding],
        started: float,
        cancelled: Callable[[], bool],
    ) -> Iterator[Event]:
        """Piece by piece. `thing` is what is listed; without it the documents are summed up."""
        generator, engines = self._behind.engines.generator(), self._behind.engines
        writers = Writers(generator, engines.support_checker(), self._settings)
        reading = Summary(writers, focus, question) if thing is None else Listing(writers, thing, question)
        settings, sought = self._settings.overview, thing or focus
        plan = self._behind.with_retriever(
            lambda retriever: plan_reading(
                retriever.store,
                holdings,
                settings.pages_allowed(generator.accelerated),
                None if sought is None else lambda: engines.embedder().embed_query(sought),
                reading.piece_tokens(settings.piece_tokens),
                generator.count_tokens,
            )
        )
        tokens = sum(piece.tokens for piece in plan.pieces)
        yield ReadingPlanned(plan.documents, plan.pages, len(plan.pieces), tokens)
        stopped = or_late(cancelled, self._settings.answer.deadline(started))
        yield from _told_late(reading.stream(plan, started, stopped), cancelled)


def _told_late(events: Iterator[Event], cancelled: Callable[[], bool]) -> Iterator[Event]:
    """The same events; an answer that was stopped, and by nobody, was out of time."""
    for event in events:
        if isinstance(event, Answered) and event.answer.finish == "cancelled" and not cancelled():
            yield Answered(replace(event.answer, finish="deadline"))
        else:
            yield event


def _said(question: str, text: str, kind: AnswerKind, started: float) -> Iterator[Event]:
    yield TextAdded(text)
    yield Answered(Tally(started, kind).answer(question, text))


def _declined(question: str, text: str, started: float) -> Iterator[Event]:
    yield Refused(text)
    yield Answered(Tally(started).refusal(question, text, "nothing-found"))


def _not_here(document: str, here: Sequence[Holding]) -> str:
    some = [holding.shown_name for holding in here[:_MOST_NAMED]]
    return f"No document here is called {document!r}. There is {listed(some, len(here))}."
