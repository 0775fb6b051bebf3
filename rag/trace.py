"""All that led to one answer, for people who want to know why it reads as it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from generators.text.protocol import Message, Sampling
from machine import Energy
from rag.hits import Hit
from rag.types import Answer, Passage, Sentence, TokenUse

_NOT_TOLD = Energy()


@dataclass(frozen=True, slots=True)
class Searched:
    """What was searched for and found.

    `query` is the question as it was searched, earlier ones included. `evidence` is what speaks for an answer
    being among the hits; below `minimum_evidence` the model is not asked, and below `minimum_answerability`,
    by its own state, it does not write (None: nothing judges it). `token_budget` is what the passages were
    allowed, a follow-up's beside those that were shown before.
    """

    query: str
    hits: tuple[Hit, ...]
    evidence: float
    minimum_evidence: float
    token_budget: int
    minimum_answerability: float | None = None


@dataclass(frozen=True, slots=True)
class TracedPassage:
    """A passage, and the model's tokens in its text."""

    passage: Passage
    tokens: int


@dataclass(frozen=True, slots=True)
class Writing:
    """One call of the model: all that it got, and all that it wrote, marks and reasoning included.

    `prompt` is the messages as the one text that the model reads; None where the engine does not tell.
    """

    messages: tuple[Message, ...]
    prompt: str | None
    sampling: Sampling
    max_tokens: int
    text: str
    finish: Literal["end", "stop", "length", "cancelled", "deadline"]
    tokens: TokenUse


@dataclass(frozen=True, slots=True)
class TracedSentence:
    """A sentence as it was checked, and what became of it. `corrected` is what stands in its place."""

    checked: Sentence
    outcome: Literal["kept", "corrected", "withdrawn"] = "kept"
    corrected: Sentence | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """One answer's whole way. `writings` is empty where the model was not asked.

    `energy` is what the whole machine took from the search on.
    """

    searched: Searched
    passages: tuple[TracedPassage, ...]
    template: str
    template_version: int
    engine: str
    writings: tuple[Writing, ...]
    sentences: tuple[TracedSentence, ...]
    answer: Answer
    energy: Energy = _NOT_TOLD
