"""The nouns between a question and its cited answer."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal

Finish = Literal["end", "length", "cancelled"]

#: Why there is no answer: the hits hold too little for one, the model says that they do not state it, or
#: nothing of what it wrote was supported.
RefusalReason = Literal["nothing-found", "not-stated", "not-supported"]


class Verdict(StrEnum):
    """What checking a sentence against its cited passages came to."""

    SUPPORTED = "supported"
    UNSUPPORTED = "unsupported"
    UNCHECKED = "unchecked"


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


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a document's text: offsets, and the page its first character stands on.

    `page_label` is what people call that page.
    """

    start: int
    end: int
    page_number: int
    page_label: str
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """What the prompt shows under one number: one or more stretches of one document, in its order.

    `text` is the stretches joined, a gap between two shown as an ellipsis line.
    """

    number: int
    document_id: int
    document: str
    title: str
    headings: tuple[str, ...]
    spans: tuple[Span, ...]
    text: str

    @property
    def page_number(self) -> int:
        """The page the passage begins on."""
        return self.spans[0].page_number

    @property
    def page_end(self) -> int:
        """The page its last stretch begins on."""
        return self.spans[-1].page_number


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a sentence stands: the quoted words, verbatim, and their place in the document."""

    passage_number: int
    document: str
    title: str
    page_number: int
    page_label: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Operand:
    """A figure that was calculated with, as the document writes it, and where it stands."""

    text: str
    value: Decimal
    citation: Citation


@dataclass(frozen=True, slots=True)
class Calculation:
    """How a number was computed by code.

    `operation` says what was asked for ("percentage change"), `expression` the arithmetic as it is shown,
    `result` what it comes to in full, a percentage in percent, and `shown` how the answer says it.
    """

    operation: str
    expression: str
    operands: tuple[Operand, ...]
    result: Decimal
    shown: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the answer, without its marks. `support` is 0..1 once it was checked.

    `rests_on` is the one of its citations that says most of it, None where nothing was found to. A
    `corrected` sentence is the document's own, in place of one that was not supported. One with a
    `calculation` says a number that stands in no document: every figure of its arithmetic does.
    """

    text: str
    citations: tuple[Citation, ...]
    verdict: Verdict = Verdict.UNCHECKED
    support: float | None = None
    rests_on: Citation | None = None
    corrected: bool = False
    calculation: Calculation | None = None


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds since the question arrived, with the models loaded. None where it never came to that."""

    retrieve_seconds: float
    first_token_seconds: float | None
    first_checked_seconds: float | None
    total_seconds: float


@dataclass(frozen=True, slots=True)
class TokenUse:
    """Tokens of the prompt (and those whose state was still there) and of the answer."""

    prompt: int
    reused: int
    completion: int


@dataclass(frozen=True, slots=True)
class Answer:
    """All that came of a question. `text` carries its `[n]` marks; `short_answer` never does.

    `finish` says whether the text ended by itself, was cut at the most tokens it may have, or was stopped.
    `refusal` says why it was refused, None where it was not.
    """

    question: str
    text: str
    short_answer: str | None
    refused: bool
    sentences: tuple[Sentence, ...]
    passages: tuple[Passage, ...]
    timings: Timings
    tokens: TokenUse
    finish: Finish = "end"
    refusal: RefusalReason | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier question of a conversation, and what was answered."""

    question: str
    answer: str


# The stream's events, in the order they can come.


@dataclass(frozen=True, slots=True)
class PassagesFound:
    """Retrieval is done; these are what the answer may cite."""

    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class TextAdded:
    """More of the answer, provisional until `SentenceChecked` names it or `Answered` ends the stream."""

    text: str


@dataclass(frozen=True, slots=True)
class SentenceChecked:
    """A sentence is complete, its citations read back and its verdict given."""

    sentence: Sentence


@dataclass(frozen=True, slots=True)
class SentenceCorrected:
    """In place of the sentence that was just checked, and was not supported, stands another."""

    before: Sentence
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class SentenceWithdrawn:
    """The sentence that was just checked was not supported, and is not part of the answer."""

    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Refused:
    """The documents do not hold the answer; `text` is the fixed form a face shows."""

    text: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The last event of every stream."""

    answer: Answer


Event = (
    PassagesFound | TextAdded | SentenceChecked | SentenceCorrected | SentenceWithdrawn | Refused | Answered
)
