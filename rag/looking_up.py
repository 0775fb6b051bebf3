"""From a question and its conversation to the enquiry that is put to the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

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
from rag.passages import Picking
from rag.scope import documents_to_search
from rag.settings import Settings
from rag.spread import is_spread
from rag.trace import Searched
from rag.types import Passage, Turn

#: Gives passages of at most so many tokens.
_Pick = Callable[[int], Sequence[Passage]]


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
        picking = self._picking(meant.text, self._behind, wanted)
        passages, budget = self._go_on(meant, turns, wanted, picking)
        wider = None
        if passages is None:
            # Where turns stand above it the model reads the question as it was asked.
            put = question if recent else meant.text
            spread = is_spread(meant.text, picking.hits)
            most = self._settings.passages.wanted_tokens(self._generator.accelerated, spread=spread)
            budget = self._answering.passage_budget(put, most, recent)
            passages = picking.pick(budget)
            wider = self._wider(put, picking.pick, budget, recent)
        least = self._least_evidence(self._behind)
        speaks = evidence(meant.text, picking.hits)
        enquiry = Enquiry(
            question,
            passages,
            started,
            turns=recent,
            searched=meant.text if meant.rewritten else None,
            evidence=speaks,
            enough=speaks >= least,
            minimum_answerability=self._minimum_answerability(),
            wider=wider,
        )
        return enquiry, Searched(
            meant.text, tuple(picking.hits), speaks, least, budget, enquiry.minimum_answerability
        )

    def look_up_in_both(
        self,
        question: str,
        turns: Sequence[Turn],
        beside: CollectionStore,
        wanted: DocumentFilter | None,
        started: float,
    ) -> tuple[Enquiry, Searched]:
        """What two collections hold on it: passages of the one `beside`, then of this, as `wanted` limits it.

        How well a chunk does in one collection says nothing about the other's chunks. So half of the tokens
        are for the first, and what it leaves of them is for the second. A follow-up is looked up anew, not
        below passages shown before. Raises what `look_up` raises.
        """
        meant = standalone(question, turns)
        recent = self._answering.recent(turns, question) if meant.rewritten and not meant.whole else ()
        put = question if recent else meant.text
        theirs = self._picking(meant.text, beside, None)
        ours = self._picking(meant.text, self._behind, wanted)

        def pick(budget: int) -> tuple[Passage, ...]:
            first = theirs.pick(budget // 2)
            taken = sum(self._generator.count_tokens(f"{each.title}\n{each.text}") for each in first)
            others = ours.pick(max(budget - taken, budget // 2))
            return (*first, *(replace(each, number=len(first) + each.number) for each in others))

        most = self._settings.passages.wanted_tokens(self._generator.accelerated, spread=True)
        budget = self._answering.passage_budget(put, most, recent)
        speaks, least = max(
            (
                (evidence(meant.text, each.hits), self._least_evidence(behind))
                for each, behind in ((theirs, beside), (ours, self._behind))
            ),
            key=lambda found: found[0] - found[1],
        )
        enquiry = Enquiry(
            question,
            pick(budget),
            started,
            turns=recent,
            searched=meant.text if meant.rewritten else None,
            evidence=speaks,
            enough=speaks >= least,
            minimum_answerability=self._minimum_answerability(),
            wider=self._wider(put, pick, budget, recent),
        )
        hits = (*theirs.hits, *ours.hits)
        return enquiry, Searched(meant.text, hits, speaks, least, budget, enquiry.minimum_answerability)

    def _picking(self, query: str, behind: CollectionStore, wanted: DocumentFilter | None) -> Picking:
        count = self._settings.passages.hits
        found = behind.with_retriever(lambda searcher: searcher.retrieve(query, count, wanted))
        return Picking(
            query,
            found.query_vector,
            found.hits,
            self._generator.count_tokens,
            behind.engines.embedder(),
            behind.opened(),
        )

    def _least_evidence(self, behind: CollectionStore) -> float:
        return settled("minimum_evidence", self._settings.answer.minimum_evidence, behind.opened(), 0.0)

    def _wider(
        self, put: str, pick: _Pick, budget: int, recent: Sequence[Turn]
    ) -> Callable[[], Sequence[Passage]] | None:
        """What gives the passages of a second look; None where it could show no more."""
        second = self._settings.passages.second_tokens(self._generator.accelerated)
        most = self._answering.passage_budget(put, second, recent) if second > budget else 0
        return (lambda: pick(most)) if most > budget else None

    def _minimum_answerability(self) -> float | None:
        judge = self._behind.engines.judge()
        if judge is None:
            return None
        wanted, store = self._settings.answer.minimum_answerability, self._behind.opened()
        return settled("minimum_answerability", wanted, store, judge.threshold, judge.identity)

    def _go_on(
        self,
        meant: Standalone,
        turns: Sequence[Turn],
        wanted: DocumentFilter | None,
        picking: Picking,
    ) -> tuple[tuple[Passage, ...] | None, int]:
        """The passages that were shown before and those to show beside them, and what these may take.

        None where a follow-up had better begin anew: there are none, they leave no room, or what answers
        it best finds no place beside them.
        """
        shown = self._carried(turns, wanted) if meant.rewritten and meant.whole else ()
        if not shown:
            return None, 0
        further = self._settings.passages.further_tokens(self._generator.accelerated)
        try:
            budget = self._answering.passage_budget(meant.text, further, shown=shown)
        except QuestionTooLong:
            return None, 0
        return (picking.pick_further(budget, shown) if budget == further else None), budget

    def _carried(self, turns: Sequence[Turn], wanted: DocumentFilter | None) -> tuple[Passage, ...]:
        store = self._behind.opened()
        most = self._settings.passages.carried_tokens(self._generator.accelerated)
        within = documents_to_search(store, wanted)
        return carried_passages(turns, most, self._generator.count_tokens, store, within)
