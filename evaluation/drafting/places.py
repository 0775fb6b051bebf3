"""Sentences that questions can be about, spread over documents and pages, in an order drawn with a seed."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from evaluation.drafting.answer_choice import AnswerKind, answers_in, kind_of
from evaluation.drafting.types import Place
from ingest.indexing import name_in_words, opening_of
from ingest.types import Page
from rag import Collection
from rag.sentences import sentence_spans
from rag.tasks.documents import shown_text
from rag.terms import content_terms

_FEWEST_WORDS, _MOST_WORDS = 8, 60
_LEAST_LETTERS = 0.65
#: Characters of the page that are shown before and after the sentence.
_BEFORE, _AFTER = 180, 80
_WHOLE = re.compile(r"[^\W_a-z\d].*[.!。！]\W{0,2}", re.DOTALL)
#: Rows of a table, lists that are matched to another ("respectively"), and lines of a signature.
_NO_PROSE = re.compile(
    r"\d[\d.,)%]*\s+[$€£(]\s?\d|(?:\b\d[\d.,]*\s+){3}|\brespectively\b|/s/|^\w+:", re.IGNORECASE
)
#: A sentence that leans on the one before it makes a question that does.
_LEANING = re.compile(r"(?:it|its|this|these|those|they|their|he|she|his|her|such|see|note)\b", re.IGNORECASE)
#: Documents that are looked through for each question that is wanted.
_DOCUMENTS_PER_QUESTION = 4


def places(collection: Collection, seed: int, count: int) -> Iterator[Place]:
    """A sentence of each document in turn, each time from another page, until none is left.

    Of a large collection, `count` questions are drafted from a few documents for each, drawn by the seed.
    """
    draw = random.Random(seed)  # noqa: S311 - a fixed draw, no secret
    documents = collection.documents()
    if len(documents) > _DOCUMENTS_PER_QUESTION * count:
        documents = draw.sample(documents, _DOCUMENTS_PER_QUESTION * count)
    draw.shuffle(documents)
    yield from in_turns(
        [
            _of_pages(collection, info.path, info.title, random.Random(f"{seed} {info.path}"))  # noqa: S311 - as above
            for info in documents
        ]
    )


def _of_pages(collection: Collection, path: str, title: str, draw: random.Random) -> Iterator[Place]:
    """One sentence of each page in turn: first those with an amount to ask for, then dates, then names.

    Of a date a small model asks "which date is mentioned", of a name "which company".
    """
    name = name_in_words(PurePath(path))
    titled = set(content_terms(title.replace("_", " ")))
    source = f"{name} ({title})" if len(titled - set(content_terms(name))) > len(titled) / 2 else name
    tiers: dict[AnswerKind, list[Iterator[Place]]] = {"amount": [], "date": [], "name": []}
    for page in collection.pages(path):
        found = list(_of_page(page, path, source, draw))
        draw.shuffle(found)
        for kind, pages in tiers.items():
            pages.append(iter([place for place in found if kind_of(place.answer) == kind]))
    for pages in tiers.values():
        draw.shuffle(pages)
        yield from in_turns(pages)


def in_turns(rows: Sequence[Iterator[Place]]) -> Iterator[Place]:
    """The first of each, the second of each, until all are at their end."""
    while rows:
        still = []
        for row in rows:
            if (place := next(row, None)) is not None:
                yield place
                still.append(row)
        rows = still


def _of_page(page: Page, path: str, source: str, draw: random.Random) -> Iterator[Place]:
    spans = sentence_spans(page.text)
    for number, (start, end) in enumerate(spans):
        sentence = page.text[start:end]
        if not is_statement(sentence):
            continue
        passage = shown_text(_around(page.text, spans, number))
        shown = " ".join(passage.split())
        choices = [answer for answer in answers_in(sentence, source) if answer in shown]
        amounts = [answer for answer in choices if kind_of(answer) == "amount"]
        if choices:
            opening = opening_of(page.text)
            yield Place(
                path, source, page.number, sentence, passage, draw.choice(amounts or choices), opening
            )


def is_statement(sentence: str) -> bool:
    """Whether it is a whole sentence in prose, and none that leans on another."""
    words = sentence.split()
    if not _FEWEST_WORDS <= len(words) <= _MOST_WORDS or not _WHOLE.fullmatch(sentence):
        return False
    if sentence.count("(") != sentence.count(")"):
        return False
    if _LEANING.match(sentence) or _NO_PROSE.search(sentence):
        return False
    dense = "".join(words)
    return sum(character.isalpha() for character in dense) >= _LEAST_LETTERS * len(dense)


def _around(text: str, spans: Sequence[tuple[int, int]], number: int) -> str:
    """The sentence with whole neighbours of it, as far as there is room."""
    first = last = number
    while first > 0 and spans[number][0] - spans[first - 1][0] <= _BEFORE:
        first -= 1
    while last + 1 < len(spans) and spans[last + 1][1] - spans[number][1] <= _AFTER:
        last += 1
    return text[spans[first][0] : spans[last][1]]
