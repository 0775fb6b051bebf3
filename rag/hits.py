"""What a search finds: chunks with scores."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ArmScore:
    """How one arm of retrieval saw a chunk. `rank` counts from 1; `score` is the arm's own."""

    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class Contributions:
    """What each reason adds to a hit's score; their sum is the score.

    `name` is for the question naming the document, `reranking` for what the reranker said.
    """

    meaning: float
    words: float
    name: float = 0.0
    reranking: float = 0.0

    @property
    def score(self) -> float:
        return self.meaning + self.words + self.name + self.reranking


@dataclass(frozen=True, slots=True)
class Place:
    """Where a chunk stands."""

    chunk_id: int
    document_id: int
    document: str
    page_number: int
    page_end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk with scores. `start` and `end` are offsets into the document's text.

    `name` is the words of the file's name and `opening` how its page begins, where the chunk does not begin
    there: both were searched too. `reranked` is the reranker's score and the rank by it, None where it read
    none or not this one. `repeats` are places that say the same and were ranked below.
    """

    rank: int
    score: float
    chunk_id: int
    document_id: int
    document: str
    title: str
    page_number: int
    page_end: int
    headings: tuple[str, ...]
    start: int
    end: int
    text: str
    dense: ArmScore | None = None
    lexical: ArmScore | None = None
    contributions: Contributions | None = None
    reranked: ArmScore | None = None
    opening: str = ""
    name: str = ""
    repeats: tuple[Place, ...] = ()
