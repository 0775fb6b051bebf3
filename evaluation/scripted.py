"""The system for tests and demonstrations: it finds and says what it was told to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from evaluation.system import HeldChunk
from evaluation.types import AnswerSentence, FoundChunk, Quote, RefusalKind, Reply, Retrieval, ShownPassage


class ScriptedSystem:
    """A System over chunks that are given per document.

    `replies` gives an answer's text by question; a question that is not among them is refused. Hits are
    the chunks that share words with the question, most first. It keeps what it was asked in `asked`.
    """

    def __init__(
        self,
        documents: Mapping[str, Sequence[str]],
        replies: Mapping[str, str] | None = None,
        version: str = "1",
    ) -> None:
        self._documents = documents
        self._replies = replies or {}
        self._version = version
        self.asked: list[str] = []

    def facts(self, *, answers: bool) -> Mapping[str, str]:
        facts = {"system": "scripted", "version": self._version, "documents": str(sorted(self._documents))}
        return facts | ({"replies": str(sorted(self._replies.items()))} if answers else {})

    def surroundings(self) -> Mapping[str, str]:
        return {"device": "none"}

    def held_name(self, document: str) -> str | None:
        return document if document in self._documents else None

    def chunks(self, document: str) -> Iterable[HeldChunk]:
        return [HeldChunk(page, page, text) for page, text in enumerate(self._documents[document], start=1)]

    def load(self, *, answers: bool) -> None:
        """Nothing has to be loaded."""

    def search(self, question: str, count: int, document: str | None = None) -> Retrieval:
        self.asked.append(question)
        return Retrieval(self._hits(question, count, document), seconds=0.001)

    def ask(self, question: str, document: str | None = None) -> Reply:
        self.asked.append(question)
        hits = self._hits(question, 1, document)
        said = self._replies.get(question)
        refusal: RefusalKind | None = None
        if said is None:
            said, refusal = "", "not-stated" if hits else "nothing-found"
        quotes = tuple(Quote(hit.document, hit.page_number, hit.text, hit.rank) for hit in hits)
        return Reply(
            text=said,
            short_answer=said if said and len(said.split()) <= 8 else None,
            refusal=refusal,
            sentences=(AnswerSentence(said, "unchecked", None, quotes),) if said else (),
            passages=tuple(
                ShownPassage(hit.rank, hit.document, hit.page_number, hit.page_end, hit.document, hit.text)
                for hit in hits
            ),
            first_text_seconds=0.002,
            first_checked_seconds=0.003 if said else None,
            total_seconds=0.004,
            prompt_tokens=10,
            reused_tokens=0,
            completion_tokens=len(said.split()),
        )

    def close(self) -> None:
        """Nothing is held."""

    def _hits(self, question: str, count: int, document: str | None) -> tuple[FoundChunk, ...]:
        words = set(question.lower().split())
        found = [
            (len(words & set(chunk.text.lower().split())), name, chunk)
            for name in self._documents
            if document in {None, name}
            for chunk in self.chunks(name)
        ]
        best = sorted(found, key=lambda item: (-item[0], item[1], item[2].page_number))[:count]
        return tuple(
            FoundChunk(rank, float(shared), name, chunk.page_number, chunk.page_end, chunk.text)
            for rank, (shared, name, chunk) in enumerate(best, start=1)
            if shared
        )
