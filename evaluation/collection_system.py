"""A Refdesk collection as a system that is measured."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from typing import overload

from evaluation.errors import EvaluationError
from evaluation.provenance import ENERGY, code_sha256, installed_versions, model_sha256
from evaluation.system import HeldChunk
from evaluation.types import AnswerSentence, FoundChunk, Quote, Reply, Retrieval, ShownPassage
from evaluation.variation import setting_values
from ingest.store.store import Store
from machine import cache_folder, energy_meter
from rag import Answer, Answered, Collection, Hit, NoSuchDocument, Refused, TextAdded
from rag.assembly import Engines
from rag.calibration import CALIBRATIONS, CalibrationName, setting_name

_OF_SEARCH: tuple[CalibrationName, ...] = ("dense_weight",)
#: What retrieval does not depend on.
_OF_ANSWERS = ("generator.", "passages.", "answer.", "overview.")
#: How files are read: what came of it is told by the digest of the chunks.
_OF_READING = ("ingest.limits.", "ingest.embedding_stretch", "ingest.isolated", "ingest.max_file_bytes")


class CollectionSystem:
    """Searches and asks one collection. It closes the collection with itself."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.store = Store.open(collection.folder)
        # A document's first path is what its hits are cited by; equal files are one document.
        self._generation = self.store.generation()
        self._documents = collection.documents()
        self._held = self._held_names()
        self._paths = {_shown(info.path): info.path for info in self._documents}

    def facts(self, *, answers: bool) -> Mapping[str, str]:
        embedder = self.store.identity
        left_out = _OF_READING if answers else (*_OF_READING, *_OF_ANSWERS)
        facts = {
            "system": "refdesk",
            "code": code_sha256(),
            "embedder": f"{embedder.model} {embedder.weights_sha256}",
            "splitter": self.store.splitter,
            "chunks": self.store.chunks_digest(),
            "paths": _sha256(info.path for info in self._documents),
            "versions": installed_versions(),
        }
        facts |= {
            f"setting {name}": value
            for name, value in setting_values(self.collection.settings).items()
            if not name.startswith(left_out)
        }
        facts |= {
            f"calibrated {name}": text
            for name in (CALIBRATIONS if answers else _OF_SEARCH)
            if (text := self.store.setting(setting_name(name))) is not None
        }
        with closing(Engines(self.collection.settings)) as engines:
            reranker = engines.reranker_identity()
            checker = engines.support_checker_identity() if answers else None
            template = engines.template() if answers else None
        if reranker is not None:
            facts["reranker"] = f"{reranker.model} {reranker.weights_sha256}"
        if checker is not None:
            facts["support checker"] = f"{checker.name} {checker.weights_sha256}"
        if template is not None:
            facts["prompt template"] = f"{template.name} {template.version} {template.sha256}"
        if answers:
            engine = self.collection.settings.generator.engine
            facts["language model"] = f"{engine} {model_sha256(engine, cache_folder())}"
        return facts

    def surroundings(self) -> Mapping[str, str]:
        counted = self.store.statistics()
        meter = energy_meter()
        told = ", ".join(counter.name for counter in meter.counters)
        return {
            ENERGY: "; ".join([*([f"counted: {told}"] if told else []), *meter.missing]),
            "collection": self.collection.name,
            "generation": str(counted.generation),
            "size": f"{counted.documents:,} documents, {counted.pages:,} pages, {counted.chunks:,} chunks",
        }

    def held_name(self, document: str) -> str | None:
        """By the path, else by its last parts; None also where several documents end so."""
        if document in self._held:
            return self._held[document]
        ending = f"/{document}"
        found = {held for name, held in self._held.items() if name.endswith(ending)}
        return found.pop() if len(found) == 1 else None

    def _held_names(self) -> dict[str, str]:
        """For each path the one that its document is cited by: equal files are one document."""
        paths: dict[str, list[str]] = {}
        for info in self._documents:
            paths.setdefault(info.sha256, []).append(info.path)
        held: dict[str, str] = {}
        for sha256, same in paths.items():
            cited = same[0]
            if len(same) > 1 and (document_id := self.store.document_of(sha256)) is not None:
                chunks = self.store.document_chunks(document_id)
                cited = chunks[0].document if chunks else cited
            held |= dict.fromkeys(map(_shown, same), _shown(cited))
        return held

    def chunks(self, document: str) -> Iterable[HeldChunk]:
        return [
            HeldChunk(stored.chunk.page_number, stored.chunk.page_end, stored.chunk.text)
            for document_id in self.store.document_ids(self._path(document)) or ()
            for stored in self.store.document_chunks(document_id)
        ]

    def load(self, *, answers: bool) -> None:
        if answers:
            self.collection.load()
        else:
            self.collection.load_search()

    def search(self, question: str, count: int, document: str | None = None) -> Retrieval:
        started = time.perf_counter()
        hits = self.hits(question, count, document)
        seconds = time.perf_counter() - started
        self._refuse_changed()
        return Retrieval(tuple(map(_found_chunk, hits)), seconds)

    def hits(self, question: str, count: int, document: str | None = None) -> list[Hit]:
        """The same as the collection gives it; none in a document that is not held or holds no text."""
        try:
            return self.collection.search(question, count, document=self._path(document))
        except NoSuchDocument:
            return []

    def document_ids(self, document: str) -> frozenset[int]:
        """The ids of a document under its held name; none where it holds no text."""
        return self.store.document_ids(self._path(document)) or frozenset()

    def ask(self, question: str, document: str | None = None) -> Reply:
        started = time.perf_counter()
        interval = energy_meter().start()
        first: float | None = None
        try:
            # A question of a set is one to look up, whatever it looks like.
            for event in self.collection.stream(question, document=self._path(document), as_question=True):
                if first is None and isinstance(event, TextAdded | Refused):
                    first = time.perf_counter() - started
                if isinstance(event, Answered):
                    total = time.perf_counter() - started
                    self._refuse_changed()
                    return _reply(event.answer, first, total, interval.energy().joules)
                if not isinstance(event, TextAdded):
                    interval.look()  # a counter that runs around between two looks tells nothing
        except NoSuchDocument:
            seconds = time.perf_counter() - started
            return Reply("", None, "nothing-found", (), (), seconds, None, seconds, 0, 0, 0)
        raise RuntimeError("the stream of an answer ended without one")  # it always ends with Answered

    def _refuse_changed(self) -> None:
        """What came of a collection that changes meanwhile belongs to no state of it."""
        if self.store.generation() != self._generation:
            raise EvaluationError(
                f"The collection {self.collection.name!r} was changed while it was measured. Measure again "
                "when nothing is ingested into it."
            )

    @overload
    def _path(self, document: str) -> str: ...
    @overload
    def _path(self, document: str | None) -> str | None: ...
    def _path(self, document: str | None) -> str | None:
        """The path behind a held name."""
        return None if document is None else self._paths.get(document, document)

    def close(self) -> None:
        self.store.close()
        self.collection.close()


def _sha256(lines: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode("utf-8", "surrogateescape") + b"\n")
    return digest.hexdigest()


def _shown(path: str) -> str:
    """A path as text that can be written down: a file's name need not be Unicode."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _found_chunk(hit: Hit) -> FoundChunk:
    return FoundChunk(hit.rank, hit.score, _shown(hit.document), hit.page_number, hit.page_end, hit.text)


def _reply(answer: Answer, first: float | None, total: float, joules: float | None) -> Reply:
    # A quote behind a bare phrase says the answer once more: what was written is measured.
    sentences = [sentence for sentence in answer.sentences if not sentence.quoted]
    return Reply(
        text="" if answer.refused else " ".join(sentence.text for sentence in sentences),
        short_answer=answer.short_answer,
        refusal=answer.refusal,
        sentences=tuple(
            AnswerSentence(
                sentence.text,
                sentence.verdict.value,
                sentence.support,
                tuple(
                    Quote(
                        _shown(citation.document),
                        citation.page_number,
                        citation.quote,
                        citation.passage_number,
                    )
                    for citation in sentence.citations
                ),
            )
            for sentence in sentences
        ),
        passages=tuple(
            ShownPassage(
                passage.number,
                _shown(passage.document),
                passage.page_number,
                passage.page_end,
                passage.title,
                passage.text,
            )
            for passage in answer.passages
        ),
        first_text_seconds=total if first is None else first,
        first_checked_seconds=answer.timings.first_checked_seconds,
        total_seconds=total,
        prompt_tokens=answer.tokens.prompt,
        reused_tokens=answer.tokens.reused,
        completion_tokens=answer.tokens.completion,
        energy_joules=joules,
    )
