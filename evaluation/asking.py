"""One question asked of a system: what came of it, kept for the next equal call, and its scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from evaluation.call_cache import CallCache, call_key
from evaluation.metrics.protocol import Scorer
from evaluation.metrics.retrieval import chunk_grade
from evaluation.provenance import fingerprint
from evaluation.system import System, in_held_names
from evaluation.types import Outcome, Question, Reply, Retrieval, Row
from generators.errors import GeneratorError
from rag import RagError

#: Hits whose text is kept with a run; of the others the place is.
_KEPT_TEXTS = 10
#: Distinct documents and pages that rankings are scored to, and how many hits are fetched for them at most:
#: as many as each arm of the search brings, since fetching more would change their order.
_DEEPEST, _MOST_HITS = 10, 200

_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What is asked of each question: to search, and with `answers` also to answer.

    Of `hits` the distinct pages and documents are scored; where they are too few for the deepest cutoff,
    200 hits are fetched. With `scoped` each question is asked of the document it is about. `seed` is that of
    whatever was drawn.
    """

    answers: bool = False
    hits: int = 60
    scoped: bool = False
    chunks: bool = False
    """Whether chunks are judged one by one, which takes reading all chunks of the gold documents."""
    seed: int = 0


class Asking:
    """One system, asked in one way."""

    def __init__(
        self,
        system: System,
        scorers: Sequence[Scorer],
        settings: RunSettings,
        cache: CallCache,
        anew: bool,
    ) -> None:
        self._system = system
        self._scorers = scorers
        self._settings = settings
        self._cache = cache
        self._anew = anew
        self._facts = fingerprint(system.facts(answers=settings.answers))
        self._search_facts = fingerprint(system.facts(answers=False))

    def load(self) -> None:
        self._system.load(answers=self._settings.answers)

    def row(self, question: Question) -> Row:
        """The question with its gold under the names that the system uses, what came of it, its scores."""
        held = in_held_names(question, self._system)
        outcome = self._outcome(held)
        scores = {
            name: value for scorer in self._scorers for name, value in scorer.score(held, outcome).items()
        }
        return Row(held, _trimmed(outcome), scores)

    def _outcome(self, question: Question) -> Outcome:
        scope = question.document if self._settings.scoped else None
        try:
            retrieval, searched = self._made(
                call_key(self._search_facts, "search", question.text, scope, self._settings.hits),
                Retrieval,
                lambda: self._search(question.text, scope),
            )
            if self._settings.chunks:
                retrieval = replace(retrieval, gold_chunk_grades=self._gold_chunk_grades(question))
            if not self._settings.answers:
                return Outcome(retrieval, search_cached=searched)
            reply, answered = self._made(
                call_key(self._facts, "ask", question.text, scope),
                Reply,
                lambda: self._system.ask(question.text, scope),
            )
            return Outcome(retrieval, reply, search_cached=searched, reply_cached=answered)
        except (RagError, GeneratorError) as error:
            return Outcome(error=f"{type(error).__name__}: {error}")

    def _search(self, question: str, scope: str | None) -> Retrieval:
        """The settings' hits; so many more that enough distinct pages and documents are among them.

        Its time is that of the first search: what a person waits for.
        """
        hits = self._settings.hits
        found = self._system.search(question, hits, scope)
        if len(found.hits) == hits < _MOST_HITS and not _reaches(found, _DEEPEST):
            return replace(self._system.search(question, _MOST_HITS, scope), seconds=found.seconds)
        return found

    def _made(self, key: str, kind: type[_Made], call: Callable[[], _Made]) -> tuple[_Made, bool]:
        if not self._anew:
            return self._cache.made(key, kind, call)
        value = call()
        self._cache.put(key, value)
        return value, False

    def _gold_chunk_grades(self, question: Question) -> tuple[int, ...]:
        grades = []
        for document in dict.fromkeys(place.document for place in question.gold if place.grade > 0):
            for chunk in self._system.chunks(document):
                grade = chunk_grade(question, document, chunk.page_number, chunk.page_end, chunk.text)
                if grade > 0:
                    grades.append(grade)
        return tuple(grades)


def _reaches(found: Retrieval, depth: int) -> bool:
    """Whether so many distinct documents, and so as many pages and chunks, are among the hits."""
    return len({hit.document for hit in found.hits}) >= depth


def _trimmed(outcome: Outcome) -> Outcome:
    """Without the texts of hits far down, which would fill the disk and nobody reads."""
    if outcome.retrieval is None:
        return outcome
    hits = tuple(hit if hit.rank <= _KEPT_TEXTS else replace(hit, text="") for hit in outcome.retrieval.hits)
    return replace(outcome, retrieval=replace(outcome.retrieval, hits=hits))
