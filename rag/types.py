"""The nouns between a question and its cited answer."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from rag.reading import Coverage, ReadingPlanned, ReadingProgress

Finish = Literal["end", "length", "cancelled", "deadline"]

#: Why there is no answer: the hits hold too little for one, the model says that they do not state it, or
#: nothing of what it wrote was supported.
RefusalReason = Literal["nothing-found", "not-stated", "not-supported"]


#: What an answer is: looked up, or a reply that needs no looking up, or made by reading documents through.
AnswerKind = Literal["answer", "small-talk", "inventory", "overview"]


class Verdict(StrEnum):
    """What checking a sentence against its cited passages came to."""

    SUPPORTED = "supported"
    UNSUPPORTED = "unsupported"
    UNCHECKED = "unchecked"


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


class Neutralised(StrEnum):
    """Why a passage is shown to the model otherwise than it stands in the document (`rag.neutralising`)."""

    ORDER = "order"
    HIDDEN = "hidden"
    DELIMITER = "delimiter"
    MARKUP = "markup"


@dataclass(frozen=True, slots=True)
class Passage:
    """What the prompt shows under one number: one or more stretches of one document, in its order.

    `text` is the stretches joined, a gap between two shown as an ellipsis line. `neutralised` says what in
    `text`, `title` and `headings` is not as it stands in the document, and why. `shown_before` counts the
    questions before this one that it was shown for, one after the other.
    """

    number: int
    document_id: int
    document: str
    title: str
    headings: tuple[str, ...]
    spans: tuple[Span, ...]
    text: str
    neutralised: tuple[Neutralised, ...] = ()
    shown_before: int = 0

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
    `calculation` says a number that stands in no document: every figure of its arithmetic does. A `quoted`
    one is the document's own behind a bare phrase: it says where the answer stands, and is no part of it.
    """

    text: str
    citations: tuple[Citation, ...]
    verdict: Verdict = Verdict.UNCHECKED
    support: float | None = None
    rests_on: Citation | None = None
    corrected: bool = False
    calculation: Calculation | None = None
    quoted: bool = False


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

    def __add__(self, other: TokenUse) -> TokenUse:
        """Of both calls together."""
        return TokenUse(
            self.prompt + other.prompt, self.reused + other.reused, self.completion + other.completion
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """All that came of a question. `text` carries its `[n]` marks; `short_answer` never does.

    `finish` says whether the text ended by itself, was cut at the most tokens it may have, was stopped, or
    was out of time.
    `refusal` says why it was refused, None where it was not. `reasoning` is what the model wrote before its
    answer, where the prompt asks for that; nobody has checked it. `searched` is what was searched for in
    place of a follow-up that leaves out what it is about; None where the question was. `coverage` is what an
    overview was read from. `answerability` is what the model's own state said, before it wrote, of whether
    the passages hold the answer, 0 to 1 (`rag.answerability`); None where nothing could tell.
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
    reasoning: str = ""
    searched: str | None = None
    kind: AnswerKind = "answer"
    coverage: Coverage | None = None
    answerability: float | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier question of a conversation, and what was answered.

    Of a refused one only the question counts: a follow-up may go on from it. `passages` are the answer's: a
    follow-up that shows them again is answered sooner.
    """

    question: str
    answer: str
    refused: bool = False
    passages: tuple[Passage, ...] = ()


# The stream's events, in the order they can come.


@dataclass(frozen=True, slots=True)
class PassagesFound:
    """Retrieval is done; these are what the answer may cite. `searched` as in `Answer`.

    It comes again, with others, where what was found first is not held to answer the question.
    """

    passages: tuple[Passage, ...]
    searched: str | None = None


@dataclass(frozen=True, slots=True)
class ReasoningAdded:
    """More of what the model thinks aloud before it answers; where no answer follows, it was the answer."""

    text: str


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
    ReadingPlanned
    | ReadingProgress
    | PassagesFound
    | ReasoningAdded
    | TextAdded
    | SentenceChecked
    | SentenceCorrected
    | SentenceWithdrawn
    | Refused
    | Answered
)
