"""An answer's text with the marks of its citations."""

from __future__ import annotations

from collections.abc import Sequence

from rag.citations import cited_numbers, keep_valid_marks, may_be_marks
from rag.sentences import answer_sentence_spans
from rag.types import Sentence


def complete_spans(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences that no further text can change: marks may still follow a full stop."""
    spans = answer_sentence_spans(text)
    if len(spans) > 1 and may_be_marks(text[spans[-1][0] :]):
        return spans[:-2]
    return spans[:-1]


def _marked(written: str, sentence: Sentence, passage_count: int) -> str:
    """A sentence with the marks of its citations: as it was written, where those are the same."""
    numbers = tuple(citation.passage_number for citation in sentence.citations)
    if not sentence.corrected and numbers == cited_numbers(written, passage_count):
        return keep_valid_marks(written, passage_count)
    return sentence.text + "".join(f" [{number}]" for number in numbers)


def marked_text(text: str, sentences: Sequence[Sentence | None], passage_count: int) -> str:
    """The whole answer, each sentence with the marks that hold, what stands between them kept.

    None stands for a sentence that was withdrawn: what stood before it goes with it.
    """
    written, position = "", 0
    for (start, end), sentence in zip(answer_sentence_spans(text), sentences, strict=True):
        if sentence is not None:
            written += text[position:start] + _marked(text[start:end], sentence, passage_count)
        position = end
    return (written + text[position:]).strip()
