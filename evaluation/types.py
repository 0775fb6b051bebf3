"""The nouns of evaluation: what is asked, what came of it, and its scores. What these tell: `verdicts`.

A question set is asked of a system. What came of each question is an `Outcome`; with its scores it is a
`Row`; a run is all rows of a set together with what made them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

# Questions


@dataclass(frozen=True, slots=True)
class Gold:
    """Where an answer stands. `page_number` counts from 1; None means the document as a whole.

    `grade` is the judged relevance; 0 and less mean judged and found irrelevant.
    """

    document: str
    page_number: int | None = None
    grade: int = 1


@dataclass(frozen=True, slots=True)
class Question:
    """One question and what is known of its answer. Empty means not known.

    `document` is the one it is about, where the set says so. `labels` are what it can be sliced by, for
    instance ("language", "de").
    """

    id: str
    text: str
    answers: tuple[str, ...] = ()
    answerable: bool = True
    document: str | None = None
    gold: tuple[Gold, ...] = ()
    gold_sentences: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions, and the documents they are about where the set brings them.

    `files` is a folder of files; `corpus` is a `corpus.jsonl`, each line of which becomes a file. `sha256` is
    of the questions and their gold, in order.
    """

    name: str
    sha256: str
    questions: tuple[Question, ...]
    files: Path | None = None
    corpus: Path | None = None


# Outcomes


@dataclass(frozen=True, slots=True)
class FoundChunk:
    """A chunk that a search brought. `rank` counts from 1."""

    rank: int
    score: float
    document: str
    page_number: int
    page_end: int
    text: str


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What a search brought, best first, and how long it took.

    `gold_chunk_grades` are the grades of all chunks of the collection that hold gold, found or not; None
    where chunks are not judged.
    """

    hits: tuple[FoundChunk, ...]
    seconds: float
    gold_chunk_grades: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """What a sentence cites: a page, and words that stand there. `passage_number` counts from 1."""

    document: str
    page_number: int
    text: str
    passage_number: int


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """A sentence of an answer. `support` is 0..1 where it was checked."""

    text: str
    verdict: Literal["supported", "unsupported", "unchecked"]
    support: float | None
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class ShownPassage:
    """What the answer was written from. `number` counts from 1."""

    number: int
    document: str
    page_number: int
    page_end: int
    title: str
    text: str


#: Why no answer came: nothing was found to answer from, the one who answers said that it is not there, or
#: nothing of what was written was supported.
RefusalKind = Literal["nothing-found", "not-stated", "not-supported"]


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of asking. `text` is without marks, and empty where `refusal` says why there is none.

    Seconds count from the question's arrival, models loaded: `first_text_seconds` to the first text a
    person sees, a refusal's included.
    """

    text: str
    short_answer: str | None
    refusal: RefusalKind | None
    sentences: tuple[AnswerSentence, ...]
    passages: tuple[ShownPassage, ...]
    first_text_seconds: float
    first_checked_seconds: float | None
    total_seconds: float
    prompt_tokens: int
    reused_tokens: int
    completion_tokens: int
    energy_joules: float | None = None
    """What the whole machine took meanwhile; None where its counters do not tell."""

    @property
    def said(self) -> str:
        """What is compared with gold answers: the short answer where there is one, else all of it."""
        return self.short_answer if self.short_answer is not None else self.text


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that came of one question. `error` says in words why something is missing.

    `search_cached`, `reply_cached`: it was computed by an earlier, equal call, and so was its time.
    """

    retrieval: Retrieval | None = None
    reply: Reply | None = None
    error: str | None = None
    search_cached: bool = False
    reply_cached: bool = False

    @property
    def cached(self) -> bool:
        """Whether any of it is of an earlier call."""
        return self.search_cached or self.reply_cached


@dataclass(frozen=True, slots=True)
class Row:
    """One question of a run. `scores` holds the metrics that are defined for it, by name."""

    question: Question
    outcome: Outcome
    scores: Mapping[str, float]


# Runs


@dataclass(frozen=True, slots=True)
class Manifest:
    """All that made a run. Two runs of equal `fingerprint` ask the same of the same.

    `facts` name what decides the outcomes and the scores: settings, model hashes, the collection's content,
    the code, versions. `surroundings` are what else there was: the collection's generation, machine, the
    command.
    """

    name: str
    fingerprint: str
    question_set: str
    question_set_sha256: str
    question_count: int
    seed: int
    facts: Mapping[str, str]
    surroundings: Mapping[str, str]
    metrics: tuple[Metric, ...]
    started_at: str
    """UTC, ISO 8601."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it lies on disk. It is whole when every question has its row."""

    manifest: Manifest
    rows: tuple[Row, ...]

    @property
    def is_whole(self) -> bool:
        return len(self.rows) == self.manifest.question_count


# Scores

MetricGroup = Literal["retrieval", "answer", "grounding", "refusal", "time", "tokens", "energy"]


@dataclass(frozen=True, slots=True)
class Metric:
    """What a score is: its name in tables and options, which way is better, and its bounds.

    `highest` is None where there is no upper bound, as with seconds. `caution` is what stands against leaning
    on it, in words that follow its name and a colon; empty for most.
    """

    name: str
    title: str
    group: MetricGroup
    higher_is_better: bool = True
    lowest: float = 0.0
    highest: float | None = 1.0
    unit: str = ""
    caution: str = ""
