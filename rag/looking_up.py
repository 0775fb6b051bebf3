"""From a question and its conversation to the enquiry that is put to the model."""

from __future__ import annotations

from collections.abc import Sequence

from generators.text.protocol import TextGenerator
from ingest.document_filter import DocumentFilter
from rag.answering import Answering
from rag.calibration import settled
from rag.carried import carried_passages
from rag.collection_store import CollectionStore
from rag.enquiry import Enquiry
from rag.errors import QuestionTooLong
from rag.evidence import evidence
from rag.follow_up.standalone import Standalone, standalone
from rag.passages import pick_passages
from rag.scope import documents_to_search
from rag.settings import Settings
from rag.trace import Searched
from rag.types import Passage, Turn


class LookingUp:
    """Looks questions up in one collection."""

    def __init__(
        self, behind: CollectionStore, settings: Settings, answering: Answering, generator: TextGenerator
    ) -> None:
        self._behind = behind
        self._settings = settings
        self._answering = answering
        self._generator = generator

    def look_up(
        self, question: str, turns: Sequence[Turn], wanted: DocumentFilter | None, started: float
    ) -> tuple[Enquiry, Searched]:
        """What was found for it. Raises QuestionTooLong, EmptyCollection, NoSuchDocument.

        A follow-up that can be said in one question is put as that, below the passages of the question
        before: so the model goes on from what it has read. One that cannot is put below the turns before.
        """
        meant = standalone(question, turns)
        recent = self._answering.recent(turns, question) if meant.rewritten and not meant.whole else ()
        shown, budget = self._room(meant, turns, recent, wanted)
        found = self._behind.with_retriever(
            lambda searcher: searcher.retrieve(meant.text, self._settings.passages.hits, wanted)
        )
        passages = pick_passages(
            meant.text,
            found.query_vector,
            found.hits,
            budget,
            self._generator.count_tokens,
            self._behind.engines.embedder(),
            self._behind.opened(),
            shown,
        )
        least = settled(
            "minimum_evidence", self._settings.answer.minimum_evidence, self._behind.opened(), 0.0
        )
        speaks = evidence(meant.text, found.hits)
        enquiry = Enquiry(
            question,
            passages,
            started,
            turns=recent,
            searched=meant.text if meant.rewritten else None,
            evidence=speaks,
            enough=speaks >= least,
            minimum_answerability=self._minimum_answerability(),
        )
        return enquiry, Searched(meant.text, found.hits, speaks, least, budget, enquiry.minimum_answerability)

    def _minimum_answerability(self) -> float | None:
        judge = self._behind.engines.judge()
        if judge is None:
            return None
        wanted, store = self._settings.answer.minimum_answerability, self._behind.opened()
        return settled("minimum_answerability", wanted, store, judge.threshold, judge.identity)

    def _room(
        self,
        meant: Standalone,
        turns: Sequence[Turn],
        recent: Sequence[Turn],
        wanted: DocumentFilter | None,
    ) -> tuple[tuple[Passage, ...], int]:
        """The passages that are shown again, and the tokens that others may take beside them."""
        sizes, accelerated = self._settings.passages, self._generator.accelerated
        shown = self._carried(turns, wanted) if meant.rewritten and meant.whole else ()
        if shown:
            further = sizes.further_tokens(accelerated)
            try:
                return shown, self._answering.passage_budget(meant.text, further, shown=shown)
            except QuestionTooLong:
                pass  # without what was shown before it may fit
        return (), self._answering.passage_budget(meant.text, sizes.wanted_tokens(accelerated), recent)

    def _carried(self, turns: Sequence[Turn], wanted: DocumentFilter | None) -> tuple[Passage, ...]:
        store = self._behind.opened()
        most = self._settings.passages.carried_tokens(self._generator.accelerated)
        within = documents_to_search(store, wanted)
        return carried_passages(turns, most, self._generator.count_tokens, store, within)
