"""How many documents mention something: looked up word for word in all of them, by no model."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from ingest.store.store import Store
from ingest.types import StoredChunk
from rag.checking import SentenceReader
from rag.holdings import Holding
from rag.overviews.tally import Tally
from rag.reading import Coverage, LeftOut
from rag.sentences import sentence_spans
from rag.support.protocol import SupportChecker
from rag.types import Answered, Event, Passage, PassagesFound, Sentence, SentenceChecked, Span, TextAdded

#: So many documents are named with the sentence that mentions it.
_MOST_SHOWN = 20
_CHUNKS = 500
_LONGEST_QUOTE = 300
_SHORTEST_WORDS = 4


def count_mentions(
    store: Store,
    holdings: Sequence[Holding],
    thing: str,
    question: str,
    checker: SupportChecker | None,
    started: float,
    cancelled: Callable[[], bool],
) -> Iterator[Event]:
    """Which of the documents hold the thing, in the singular or the plural, each with the first place."""
    tally = Tally(started)
    pattern = _spelt(thing)
    with_text = [holding for holding in holdings if holding.info.chunk_count]
    ids = frozenset(holding.document_id for holding in with_text)
    most = sum(holding.info.chunk_count for holding in with_text)
    found: dict[int, StoredChunk] = {}
    candidates = sorted(chunk_id for chunk_id, _ in store.search_lexical(thing, max(1, most), ids))
    stopped = False
    for begin in range(0, len(candidates), _CHUNKS):
        if stopped := cancelled():
            break
        for stored in store.chunks(candidates[begin : begin + _CHUNKS]).values():
            if stored.document_id not in found and pattern.search(stored.chunk.text):
                found[stored.document_id] = stored
    passages = [
        _passage(store, found[holding.document_id], pattern, number)
        for number, holding in enumerate((one for one in with_text if one.document_id in found), 1)
    ]
    shown = tuple(passages[:_MOST_SHOWN])
    reader = SentenceReader("", shown, checker)
    sentences = tuple(reader.read(f"{' '.join(one.text.split())} [{one.number}]") for one in shown)
    text = _in_words(thing, len(found), len(holdings), sentences)
    left_out = tuple(LeftOut(one.document, "holds no text") for one in holdings if not one.info.chunk_count)
    pages = sum(holding.info.page_count for holding in with_text)
    total = sum(holding.info.page_count for holding in holdings)
    coverage = Coverage(len(with_text), len(holdings), pages, total, left_out=left_out)
    if stopped:
        yield tally.stopped(question, Coverage(0, len(holdings), 0, total))
        return
    if shown:
        yield PassagesFound(shown)
    yield TextAdded(text)
    for sentence in sentences:
        yield SentenceChecked(sentence)
    yield Answered(tally.answer(question, text, sentences, shown, coverage, short_answer=str(len(found))))


def _spelt(thing: str) -> re.Pattern[str]:
    """The thing's words in a row, the last with or without a plural's ending."""
    words = re.findall(r"\w+", thing)
    last = words[-1] if words else thing
    bare = last[:-1] if len(last) > 3 and last.endswith("s") and not last.endswith("ss") else last
    spelt = r"[\W_]+".join([*map(re.escape, words[:-1]), re.escape(bare) + r"(?:e?s)?"])
    return re.compile(rf"\b{spelt}\b", re.IGNORECASE)


def _passage(store: Store, stored: StoredChunk, pattern: re.Pattern[str], number: int) -> Passage:
    chunk = stored.chunk
    start, end = _place(chunk.text, pattern)
    label = store.page(stored.document_id, chunk.page_number).label
    span = Span(chunk.start + start, chunk.start + end, chunk.page_number, label, chunk.text[start:end])
    return Passage(
        number, stored.document_id, stored.document, stored.title, chunk.headings, (span,), span.text
    )


def _place(text: str, pattern: re.Pattern[str]) -> tuple[int, int]:
    """The first sentence that mentions it; a heading only where there is none."""
    places = [match.start() for match in pattern.finditer(text)] or [0]
    sentences = [(a, b) for a, b in sentence_spans(text) if any(a <= place < b for place in places)]
    told = [(a, b) for a, b in sentences if len(text[a:b].split()) >= _SHORTEST_WORDS]
    start, end = (told or sentences or [(places[0], len(text))])[0]
    if end - start <= _LONGEST_QUOTE:
        return start, end
    start = next(place for place in places if start <= place)
    return start, min(end, start + _LONGEST_QUOTE)


def _in_words(thing: str, mentioning: int, documents: int, sentences: Sequence[Sentence]) -> str:
    here = "1 document" if documents == 1 else f"{documents:,} documents"
    if not mentioning:
        return f"None of {here} mentions “{thing}” word for word."
    says = "mentions" if mentioning == 1 else "mention"
    lines = [f"{mentioning:,} of {here} {says} “{thing}” word for word:"]
    lines += [f"- “{sentence.text}” [{number}]" for number, sentence in enumerate(sentences, 1)]
    if mentioning > len(sentences):
        lines.append(f"and {mentioning - len(sentences):,} more.")
    return "\n".join(lines)
