"""The two arms run over one question set."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.datasets import Question, QuestionSet
from benchmarks.scores import token_f1
from benchmarks.textbook import Textbook
from machine import resolve
from rag import Answer, Answered, Collection, NoSuchDocument, Refused, TextAdded, open_collection

#: How many distinct pages may hold the gold one.
PAGES = 5
_LANGUAGE_MODEL = "qwen2.5-coder-1.5b-instruct-q4_k_m"
_EMBEDDER = "all-minilm-l6-v2"


@dataclass(frozen=True, slots=True)
class IngestRun:
    """One arm's ingest of all files, models loaded before the clock starts."""

    pages: int
    chunks: int
    seconds: float
    failed: tuple[str, ...] = ()

    @property
    def pages_per_second(self) -> float:
        return self.pages / self.seconds


@dataclass(frozen=True, slots=True)
class Found:
    """Whether each arm had a gold page among its first five distinct ones."""

    question: str
    ours: bool
    theirs: bool
    our_seconds: float


@dataclass(frozen=True, slots=True)
class AnswerRun:
    """One question answered by both arms, one right after the other."""

    question: str
    golds: tuple[str, ...]
    our_answer: str
    our_f1: float
    our_first_seconds: float
    our_total_seconds: float
    our_prompt_tokens: int
    our_reused_tokens: int
    refused: bool
    their_answer: str
    their_f1: float
    their_first_seconds: float
    their_total_seconds: float
    their_prompt_tokens: int


@dataclass(frozen=True, slots=True)
class Unanswerable:
    """A question whose answer is not in its own passage, asked of Refdesk."""

    question: str
    refused: bool
    answer: str


@dataclass(slots=True)
class Comparison:
    """Both arms, filled with the same files."""

    ours: IngestRun
    theirs: IngestRun
    collection: Collection
    textbook: Textbook
    retrieval: list[Found] = field(default_factory=list)

    def close(self) -> None:
        self.collection.close()


def compare_ingest(questions: QuestionSet, workspace: Path, repeat: int, scoped: bool) -> Comparison:
    """Both arms read all files; then every question with gold is searched for.

    `scoped` limits each search to the question's own document, in both arms.
    """
    textbook = Textbook(resolve(_EMBEDDER), resolve(_LANGUAGE_MODEL))
    collection = open_collection(workspace / f"{questions.name}-{repeat}")
    collection.load_embedder()
    started = time.perf_counter()
    report = collection.ingest([questions.files])
    seconds = time.perf_counter() - started
    started = time.perf_counter()
    pages, chunks = textbook.ingest(questions.files)
    theirs = IngestRun(pages, chunks, time.perf_counter() - started)
    failed = tuple(
        f"{Path(file.path).name}: {file.reason}" for file in report.files if file.outcome == "failed"
    )
    # Only pages that became searchable count; a file without any text is named rather than indexed blank.
    ours = IngestRun(report.pages, report.chunks, seconds, failed)
    comparison = Comparison(ours, theirs, collection, textbook)
    comparison.retrieval = [
        _found(comparison, question, questions.paged, scoped)
        for question in questions.questions
        if question.gold
    ]
    return comparison


def compare_answers(comparison: Comparison, questions: QuestionSet, count: int) -> list[AnswerRun]:
    """The same answerable questions, drawn with a fixed seed, asked of both arms in turn."""
    answerable = [question for question in questions.questions if question.answerable and question.answers]
    drawn = random.Random(0).sample(answerable, min(count, len(answerable)))
    comparison.collection.load()
    return [_answer(comparison, question, ours_first=index % 2 == 0) for index, question in enumerate(drawn)]


def ask_unanswerable(comparison: Comparison, questions: QuestionSet, count: int) -> list[Unanswerable]:
    """Unanswerable questions, drawn with a fixed seed: how many are refused?"""
    unanswerable = [question for question in questions.questions if not question.answerable]
    drawn = random.Random(0).sample(unanswerable, min(count, len(unanswerable)))
    answers = [comparison.collection.ask(question.text) for question in drawn]
    return [Unanswerable(answer.question, answer.refused, answer.text) for answer in answers]


def _answer(comparison: Comparison, question: Question, ours_first: bool) -> AnswerRun:
    theirs = None if ours_first else comparison.textbook.ask(question.text)
    answer, first = _ask(comparison.collection, question.text)
    theirs = theirs or comparison.textbook.ask(question.text)
    said = "" if answer.refused else answer.short_answer or " ".join(part.text for part in answer.sentences)
    return AnswerRun(
        question=question.text,
        golds=question.answers,
        our_answer=said,
        our_f1=token_f1(said, question.answers),
        our_first_seconds=first,
        our_total_seconds=answer.timings.total_seconds,
        our_prompt_tokens=answer.tokens.prompt,
        our_reused_tokens=answer.tokens.reused,
        refused=answer.refused,
        their_answer=theirs.text,
        their_f1=token_f1(theirs.text, question.answers),
        their_first_seconds=theirs.first_text_seconds,
        their_total_seconds=theirs.total_seconds,
        their_prompt_tokens=theirs.prompt_tokens,
    )


def _ask(collection: Collection, question: str) -> tuple[Answer, float]:
    """The answer, and seconds from the question to the first text a person sees (the refusal's, if one)."""
    started = time.perf_counter()
    first = None
    for event in collection.stream(question):
        if first is None and isinstance(event, TextAdded | Refused):
            first = time.perf_counter() - started
        if isinstance(event, Answered):
            return event.answer, first if first is not None else time.perf_counter() - started
    raise RuntimeError("the stream ended without an answer")


def _found(comparison: Comparison, question: Question, paged: bool, scoped: bool) -> Found:
    scope = question.document if scoped else None
    started = time.perf_counter()
    try:
        hits = comparison.collection.search(question.text, 60, document=scope)
    except NoSuchDocument:  # the document holds no text and was reported as such
        hits = []
    seconds = time.perf_counter() - started
    pages = {(Path(hit.document).name, hit.page_number if paged else 1): None for hit in hits}
    return Found(
        question.id,
        ours=not question.gold.isdisjoint(list(pages)[:PAGES]),
        theirs=not question.gold.isdisjoint(comparison.textbook.search(question.text, PAGES, scope)),
        our_seconds=seconds,
    )
