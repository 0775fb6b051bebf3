"""Passages that a follow-up shows again, since what the model made of them is still there."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import replace
from itertools import takewhile

from rag.stretches import DocumentReader
from rag.types import Passage, Turn


def carried_passages(
    turns: Sequence[Turn],
    most: int,
    count_tokens: Callable[[str], int],
    reader: DocumentReader,
    documents: Set[int] | None,
) -> tuple[Passage, ...]:
    """The passages of the latest turn, as they were shown and in their order.

    None where they take more than `most` tokens: a conversation would grow for ever. They end before the
    first whose document is not one of `documents` (None: any is) or no longer says so: what stands behind
    a passage that is left out would have to be read anew anyway.
    """
    passages = turns[-1].passages if turns else ()
    if [passage.number for passage in passages] != list(range(1, len(passages) + 1)):
        return ()  # not as an answer gave them: marks would lead elsewhere
    if sum(count_tokens(f"{passage.title}\n{passage.text}") for passage in passages) > most:
        return ()
    standing = takewhile(
        lambda passage: (documents is None or passage.document_id in documents) and _stands(passage, reader),
        passages,
    )
    return tuple(replace(passage, shown_before=passage.shown_before + 1) for passage in standing)


def _stands(passage: Passage, reader: DocumentReader) -> bool:
    """Whether the document still says, in those places, what the passage quotes."""
    spans = [span for span in passage.spans if span.text]
    return bool(spans) and all(
        reader.text(passage.document_id, span.start, span.end) == span.text for span in spans
    )
