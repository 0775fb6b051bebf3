"""The support checker that needs no model of its own: signals, a small trained head, and rules."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ingest.embedding.protocol import Embedder, Vectors
from rag.support.head import Heads
from rag.support.protocol import CheckerIdentity, Claim, Support
from rag.support.rules import Statement, broken_rule, statement_of
from rag.support.signals import Signals, signals
from rag.terms import closeness, content_terms

#: What a broken rule leaves of a score.
_AFTER_BROKEN_RULE = 0.1
#: So many source sentences, those that share most with a claim, are compared by meaning.
_COMPARED = 4
_REMEMBERED = 1_000


class SignalChecker:
    """A SupportChecker over `signals`; what breaks a rule (`rules`) is not supported, whatever its score.

    The embedder is used where the head over meaning was made with it, and is not closed here. Source
    sentences' vectors are remembered, so that each is embedded once for all sentences of an answer.
    """

    def __init__(self, heads: Heads, embedder: Embedder | None = None) -> None:
        self._heads = heads
        self._embedder = embedder if embedder is not None and heads.knows(embedder.identity) else None
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()
        self._closed = False

    @property
    def identity(self) -> CheckerIdentity:
        sha256 = "" if self._embedder is None else self._embedder.identity.weights_sha256
        return CheckerIdentity(f"signals-{self._heads.version}", sha256)

    def check(self, claims: Sequence[Claim]) -> list[Support]:
        read = self._read(claims)
        return [self._support(claim, one) for claim, one in zip(claims, read, strict=True)]

    def signals(self, claims: Sequence[Claim]) -> list[Signals | None]:
        """What `check` goes by, for each claim; None where there is no source or no word."""
        return [one.signals for one in self._read(claims)]

    def close(self) -> None:
        self._closed = True
        self._vectors.clear()

    def _read(self, claims: Sequence[Claim]) -> list[_Read]:
        if self._closed:
            raise ValueError("this checker was closed")
        statements = [statement_of(claim) for claim in claims]
        closest = [_closest(statement, claim) for statement, claim in zip(statements, claims, strict=True)]
        similarities = self._similarities(statements, claims, closest)
        return [
            _Read(
                statement,
                signals(statement.text, (*claim.headings, *claim.sources), max(similar) if similar else None)
                if claim.sources
                else None,
                _source(statement, claim, near, similar),
            )
            for statement, claim, near, similar in zip(statements, claims, closest, similarities, strict=True)
        ]

    def _support(self, claim: Claim, read: _Read) -> Support:
        if read.signals is None or read.source is None:
            return Support(0.0, False, None)
        head = self._heads.words if read.signals.meaning is None else self._heads.meaning
        score = head.score(read.signals)
        if broken_rule(read.statement, claim) is not None:
            return Support(_AFTER_BROKEN_RULE * score, False, read.source)
        return Support(score, score >= head.threshold, read.source)

    def _similarities(
        self, statements: Sequence[Statement], claims: Sequence[Claim], closest: Sequence[Sequence[int]]
    ) -> list[list[float]]:
        """Each claim's cosine similarities to its closest sources; none without an embedder."""
        if self._embedder is None:
            return [[] for _ in claims]
        texts = [statement.text for statement in statements]
        texts += [claim.sources[i] for claim, near in zip(claims, closest, strict=True) for i in near]
        vectors = self._embedded(self._embedder, list(dict.fromkeys(texts)))
        return [
            [float(np.dot(vectors[statement.text], vectors[claim.sources[i]])) for i in near]
            for statement, claim, near in zip(statements, claims, closest, strict=True)
        ]

    def _embedded(self, embedder: Embedder, texts: Sequence[str]) -> dict[str, Vectors]:
        with self._lock:
            new = [text for text in texts if text not in self._vectors]
            if new:
                self._vectors.update(zip(new, embedder.embed_documents(new), strict=True))
            found = {text: self._vectors[text] for text in texts}
            while len(self._vectors) > _REMEMBERED:
                self._vectors.popitem(last=False)
            return found


@dataclass(frozen=True, slots=True)
class _Read:
    """A claim as it is judged."""

    statement: Statement
    signals: Signals | None
    source: int | None


def _closest(statement: Statement, claim: Claim) -> list[int]:
    """Indices of the sources that share most words with the statement, then with the question."""
    said, asked = set(content_terms(statement.text)), set(content_terms(claim.question))
    scores = [closeness(said, asked, set(content_terms(source))) for source in claim.sources]
    return sorted(range(len(scores)), key=lambda index: -scores[index])[:_COMPARED]


def _source(
    statement: Statement, claim: Claim, closest: Sequence[int], similar: Sequence[float]
) -> int | None:
    """The closest source by words; by meaning where none shares a word, if that is known."""
    if not closest:
        return None
    said = set(content_terms(statement.text))
    if said & set(content_terms(claim.sources[closest[0]])):
        return closest[0]
    return closest[int(np.argmax(similar))] if similar else None
