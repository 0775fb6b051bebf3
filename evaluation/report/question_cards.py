"""One question in full: what was asked, where the answer stands, what was found and what was said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from evaluation.report.blocks import Block, Item, Listing, Paragraph, Term, Terms, Tone
from evaluation.report.characters import clipped, one_line
from evaluation.report.figures import count_of, significant, with_unit
from evaluation.types import AnswerSentence, FoundChunk, Gold, Metric, Question, Reply, Row, ShownPassage

_LONGEST_TITLE = 140
_LONGEST_QUESTION = 1_000
_LONGEST_ANSWER = 2_000
_LONGEST_GOLD = 300
_LONGEST_PASSAGE = 700
_LONGEST_QUOTE = 300
_MOST_GOLD = 8
_MOST_HITS = 10
_MOST_SENTENCES = 30

_REFUSALS = {
    "nothing-found": "Refused: nothing was found to answer from.",
    "not-stated": "Refused: the one who answers said that it is not there.",
    "not-supported": "Refused: nothing of what was written was supported.",
}
_VERDICT_TONES: Mapping[str, Tone] = {"supported": "better", "unsupported": "worse"}


def short_title(question: Question) -> str:
    return clipped(one_line(question.text), _LONGEST_TITLE)


def question_blocks(question: Question) -> tuple[Block, ...]:
    """What is known of the question itself."""
    answers = [clipped(one_line(answer), _LONGEST_GOLD) for answer in question.answers[:_MOST_GOLD]]
    places = [_place(gold) for gold in question.gold[:_MOST_GOLD]]
    items = [Term("Question", clipped(question.text, _LONGEST_QUESTION))]
    if not question.answerable:
        items.append(Term("Answerable", "no: the documents do not hold the answer"))
    items.append(Term("Gold answers", _joined(answers, len(question.answers)) or "none given"))
    items.append(Term("Gold place", _joined(places, len(question.gold)) or "none given"))
    if question.labels:
        items.append(Term("Labels", ", ".join(f"{name}: {value}" for name, value in question.labels)))
    return (Terms(tuple(items)),)


def outcome_blocks(row: Row, metrics: Sequence[Metric]) -> tuple[Block, ...]:
    """What came of the question, with the row's scores."""
    outcome = row.outcome
    blocks: list[Block] = []
    if outcome.error is not None:
        blocks.append(Paragraph(f"Ended in an error: {clipped(outcome.error, _LONGEST_ANSWER)}", "warning"))
    if outcome.cached:
        blocks.append(
            Paragraph("Cached: computed by an earlier, equal call, and so were its times.", "muted")
        )
    if outcome.reply is not None:
        blocks.extend(_reply_blocks(outcome.reply, row.question))
    if outcome.retrieval is not None:
        hits = outcome.retrieval.hits
        title = f"{count_of(len(hits), 'hit')} found in {significant(outcome.retrieval.seconds)} s"
        if len(hits) > _MOST_HITS:
            title += f", the first {_MOST_HITS} shown"
        items = tuple(_hit(hit, row.question.gold) for hit in hits[:_MOST_HITS])
        blocks.append(Listing(title, items, folded=True) if items else Paragraph(f"{title}."))
    scored = [
        f"{metric.name} {with_unit(metric, row.scores[metric.name])}"
        for metric in metrics
        if metric.name in row.scores
    ]
    blocks.append(Terms((Term("Scores", "; ".join(scored) or "none"),)))
    return tuple(blocks)


def _reply_blocks(reply: Reply, question: Question) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if reply.refusal is not None:
        blocks.append(Terms((Term("Answered", _REFUSALS[reply.refusal]),)))
    else:
        items = [Term("Answered", clipped(reply.text, _LONGEST_ANSWER) or "nothing")]
        if reply.short_answer is not None:
            items.append(Term("Short answer", clipped(reply.short_answer, _LONGEST_ANSWER) or "empty"))
        blocks.append(Terms(tuple(items)))
    if reply.sentences:
        shown = tuple(_sentence(one) for one in islice(reply.sentences, _MOST_SENTENCES))
        title = "Sentences, their verdicts and citations"
        if len(reply.sentences) > _MOST_SENTENCES:
            title += f" (the first {_MOST_SENTENCES} of {len(reply.sentences)})"
        blocks.append(Listing(title, shown))
    if reply.passages:
        passages = tuple(_passage(one, question.gold) for one in reply.passages)
        title = f"{count_of(len(passages), 'passage')} the answer was written from"
        blocks.append(Listing(title, passages, folded=True))
    times = [f"first text {significant(reply.first_text_seconds)} s"]
    if reply.first_checked_seconds is not None:
        times.append(f"first checked sentence {significant(reply.first_checked_seconds)} s")
    times.append(f"whole answer {significant(reply.total_seconds)} s")
    tokens = f"{reply.prompt_tokens:,} prompt ({reply.reused_tokens:,} of them reused), "
    tokens += f"{reply.completion_tokens:,} answer"
    blocks.append(Terms((Term("Times", ", ".join(times)), Term("Tokens", tokens))))
    return tuple(blocks)


def _sentence(sentence: AnswerSentence) -> Item:
    support = "" if sentence.support is None else f", support {sentence.support:.2f}"
    notes = tuple(
        f"[{quote.passage_number}] {one_line(quote.document)}, page {quote.page_number}: "
        f"“{clipped(one_line(quote.text), _LONGEST_QUOTE)}”"
        for quote in sentence.quotes
    )
    return Item(
        f"{sentence.verdict}{support}",
        clipped(sentence.text, _LONGEST_ANSWER),
        notes or ("no citation",),
        _VERDICT_TONES.get(sentence.verdict, "plain"),
    )


def _passage(passage: ShownPassage, gold: Sequence[Gold]) -> Item:
    head = f"Passage {passage.number}: {one_line(passage.document)}, "
    head += _pages(passage.page_number, passage.page_end)
    head += _gold_mark(passage.document, passage.page_number, passage.page_end, gold)
    return Item(head, clipped(passage.text, _LONGEST_PASSAGE))


def _hit(hit: FoundChunk, gold: Sequence[Gold]) -> Item:
    head = f"Rank {hit.rank}, score {hit.score:.3f}: {one_line(hit.document)}, "
    head += _pages(hit.page_number, hit.page_end)
    head += _gold_mark(hit.document, hit.page_number, hit.page_end, gold)
    return Item(head, clipped(hit.text, _LONGEST_PASSAGE))


def _gold_mark(document: str, first_page: int, last_page: int, gold: Sequence[Gold]) -> str:
    """Says where the place itself is gold; that its text holds the answer is for the reader to see."""
    for one in gold:
        if one.grade > 0 and one.document == document:
            if one.page_number is None:
                return " (gold document)"
            if first_page <= one.page_number <= last_page:
                return " (gold page)"
    return ""


def _place(gold: Gold) -> str:
    place = one_line(gold.document)
    if gold.page_number is not None:
        place += f", page {gold.page_number}"
    return place if gold.grade == 1 else f"{place} (grade {gold.grade})"


def _pages(first: int, last: int) -> str:
    return f"page {first}" if last <= first else f"pages {first} to {last}"


def _joined(texts: Sequence[str], count: int) -> str:
    rest = f" … and {count - len(texts):,} more" if count > len(texts) else ""
    return "; ".join(texts) + rest
