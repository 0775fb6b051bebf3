"""The nouns of drafting: where a question comes from, the draft, and what became of each attempt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

#: How a question was made: about a sentence; or about what no document says, by putting another year or
#: another name in the place of the question's own, or by asking beyond the passage.
Kind = Literal["stated", "other year", "other name", "beyond"]

#: Why an attempt came to no question, in the words that people are told.
Reason = Literal[
    "the model wrote no question",
    "gives its answer away",
    "does not stand alone",
    "names what its page does not",
    "speaks of what its page does not",
    "is refused or answered otherwise from its own page",
    "is answered by another page, too",
    "is answered otherwise by another page",
    "may be answered by the documents after all",
    "nothing in it could be altered",
    "is nearly a question that is there",
]
REASONS: tuple[Reason, ...] = get_args(Reason)

Decision = Literal["accepted", "edited", "rejected"]


@dataclass(frozen=True, slots=True)
class Place:
    """A sentence that a question can be about. `page_number` counts from 1.

    `source` is the document in words, `passage` the sentence with what stands around it on the page, as a
    model may be shown it, and `answer` the stretch of the sentence that is to be asked for.
    """

    document: str
    source: str
    page_number: int
    sentence: str
    passage: str
    answer: str
    opening: str = ""
    """The page's first words."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A question that passed the filters. An unanswerable one has no answer and no gold; its place is where
    it was drafted from, `source` as in `Place`."""

    id: str
    kind: Kind
    text: str
    answers: tuple[str, ...]
    document: str
    page_number: int
    sentence: str
    passage: str
    source: str = ""

    @property
    def answerable(self) -> bool:
        return self.kind == "stated"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one place: a draft, or the reason why not. `number` is the place's, from 0.

    `wanted` is the kind that was tried for, `text` the question as far as it came, `seconds` what it took.
    `original` is the id of the draft that was altered, in place of asking about this one; empty without.
    """

    number: int
    wanted: Literal["answerable", "unanswerable"]
    seconds: float
    text: str = ""
    draft: Draft | None = None
    reason: Reason | None = None
    detail: str = ""
    original: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """A person's decision on a draft. `text` and `answers` are the draft's own unless it was edited."""

    id: str
    decision: Decision
    text: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """What a set was drafted with; a set goes on only with the same."""

    collection: str
    generation: int
    model: str
    seed: int
    version: int = 1
    """Of the prompts and filters: see `evaluation.drafting.drafter.VERSION`."""
