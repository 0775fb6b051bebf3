"""Notes upon notes: no prompt is ever too long, whatever there is to read."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest

from generators.text.protocol import GenerationRequest
from generators.text.scripted import ScriptedGenerator
from generators.text.words import count_message_words, count_words
from ingest.types import DocumentInfo, Page
from rag import Answered, QuestionTooLong, ReadingProgress, Settings, Verdict
from rag.holdings import Holding
from rag.overviews.pieces import cut_pieces
from rag.overviews.reading_plan import ReadingPlan
from rag.overviews.summary import Summary
from rag.overviews.writers import Writers
from rag.support.scripted import ScriptedChecker

CONTEXT = 640


def quoting_everything(request: GenerationRequest) -> str:
    """The first sentence of every passage, as a model that never learns to be brief."""
    return " ".join(f"{item.text.split('.')[0]}. [{item.number}]" for item in request.evidence)


def plan_of(documents: int, pages: int, budget: int) -> ReadingPlan:
    holdings, pieces = [], []
    for id in range(1, documents + 1):
        path = f"/docs/{id}.txt"
        info = DocumentInfo(path, f"{id:064}", "text/plain", f"Document {id}", pages, pages, 1, "2024-01-01")
        holding = Holding(id, (path,), info)
        texts = (
            Page(n, f"Page {n} of book {id} tells of matter {id * 1000 + n} at length.", f"page {n}")
            for n in range(1, pages + 1)
        )
        holdings.append(holding)
        pieces += cut_pieces(holding, texts, None, budget, count_words)
    return ReadingPlan(tuple(holdings), tuple(pieces), "all", ())


def summary(generator: ScriptedGenerator) -> Summary:
    settings = Settings()
    return Summary(Writers(generator, ScriptedChecker({}), settings), None, "Summarise everything")


def read(documents: int, pages: int) -> tuple[ScriptedGenerator, Sequence[object]]:
    generator = ScriptedGenerator(quoting_everything, context_tokens=CONTEXT)
    reading = summary(generator)
    plan = plan_of(documents, pages, reading.piece_tokens(200))
    return generator, list(reading.stream(plan, time.perf_counter(), lambda: False))


@pytest.mark.parametrize(("documents", "pages"), [(1, 1), (1, 40), (3, 60), (40, 5)])
def test_every_prompt_fits_and_every_sentence_has_its_page(documents: int, pages: int) -> None:
    generator, events = read(documents, pages)
    for request in generator.requests:  # the generator itself would raise PromptTooLong
        assert count_message_words(request.messages) + request.max_tokens <= CONTEXT
    last = events[-1]
    assert isinstance(last, Answered)
    assert not last.answer.refused
    assert last.answer.sentences
    for sentence in last.answer.sentences:
        assert sentence.verdict is Verdict.SUPPORTED
        (citation,) = sentence.citations
        book, page = citation.document[6:-4], citation.page_number
        assert (
            citation.quote
            == f"Page {page} of book {book} tells of matter {int(book) * 1000 + page} at length."
        )
        assert sentence.text == citation.quote
    assert last.answer.coverage is not None
    assert last.answer.coverage.is_whole
    assert last.answer.tokens.prompt == sum(count_message_words(r.messages) for r in generator.requests)


def test_the_notes_of_much_are_put_together_in_rounds() -> None:
    _, events = read(3, 60)
    assert [event for event in events if isinstance(event, ReadingProgress) and not event.document]


def test_a_context_with_no_room_is_told_in_words() -> None:
    with pytest.raises(QuestionTooLong):
        summary(ScriptedGenerator((), context_tokens=200)).piece_tokens(200)
