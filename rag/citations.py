"""`[n]` marks read back to documents, pages and quoted words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.terms import closeness, content_terms
from rag.types import Citation, Passage, Span

_MARK = re.compile(r"\s*\[(\d+(?:\s*[,;]\s*\d+)*)\]")

_MARKS_BEGUN = re.compile(r"(?:\s*\[[\d,;\s]*\]?)*\s*")


def cited_numbers(text: str, passage_count: int) -> tuple[int, ...]:
    """The passages a text's marks name, in order, each once. `[0]` and `[9]` of 4 are no citations."""
    numbers: dict[int, None] = {}
    for match in _MARK.finditer(text):
        for number in re.split(r"\s*[,;]\s*", match.group(1)):
            if 1 <= int(number) <= passage_count:
                numbers[int(number)] = None
    return tuple(numbers)


def may_be_marks(text: str) -> bool:
    """Whether a text that is still being written may turn out to be nothing but marks."""
    return _MARKS_BEGUN.fullmatch(text) is not None


def without_marks(text: str) -> str:
    """The text as it reads without its marks."""
    return _MARK.sub("", text).strip()


def keep_valid_marks(text: str, passage_count: int) -> str:
    """The text with marks that name no passage taken out."""

    def rewrite(match: re.Match[str]) -> str:
        numbers = cited_numbers(match.group(), passage_count)
        return "".join(f" [{number}]" for number in numbers)

    return _MARK.sub(rewrite, text).strip()


def cite(sentence: str, question: str, passage: Passage, *, by_question: bool = False) -> Citation | None:
    """The stretch of the passage that the sentence most plainly stands on; None if they share no word.

    `by_question` is for a sentence like "Yes", which shares no word with anything: then the stretch that
    shares most with the question is taken.
    """
    span = _closest(question if by_question else sentence, question, passage.spans)
    if span is None and by_question:
        span = passage.spans[0]
    if span is None:
        return None
    return citation_of(passage, span)


def citation_of(passage: Passage, span: Span) -> Citation:
    """A citation that quotes this stretch of the passage."""
    return Citation(
        passage_number=passage.number,
        document=passage.document,
        title=passage.title,
        page_number=span.page_number,
        page_label=span.page_label,
        start=span.start,
        end=span.end,
        quote=span.text,
    )


def standing_ground(sentence: str, question: str, passages: Sequence[Passage]) -> Passage | None:
    """The passage that holds every content word of a sentence that came without a mark, if one does."""
    wanted = set(content_terms(sentence))
    if not wanted:
        return None
    holding = [passage for passage in passages if wanted <= set(content_terms(passage.text))]
    if not holding:
        return None
    asked = set(content_terms(question))
    return max(holding, key=lambda passage: (len(asked & set(content_terms(passage.text))), -passage.number))


def _closest(sentence: str, question: str, spans: Sequence[Span]) -> Span | None:
    said, asked = set(content_terms(sentence)), set(content_terms(question))
    best: Span | None = None
    best_score = 0.0
    for span in spans:
        score = closeness(said, asked, set(content_terms(span.text)))
        if score > best_score:
            best, best_score = span, score
    return best
