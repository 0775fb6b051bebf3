"""The passages that something is made from, and how they are named in its note."""

from __future__ import annotations

from dataclasses import dataclass

from rag.neutralising import without_notes
from rag.types import Answer, Passage


@dataclass(frozen=True, slots=True)
class Ground:
    """`subject` is what is to be made of the passages ("the apparatus"); empty: whatever they say.

    The passages are neutralised, and have at least one word between them.
    """

    subject: str
    passages: tuple[Passage, ...]

    @property
    def text(self) -> str:
        """What the passages say, without notes of what was left out."""
        return "\n\n".join(text for passage in self.passages if (text := without_notes(passage.text)))

    @property
    def sources(self) -> tuple[str, ...]:
        """Each passage as a file's note names it."""
        return tuple(dict.fromkeys(map(source_of, self.passages)))


def source_of(passage: Passage) -> str:
    """ "rules.pdf, page 4 (characters 120 to 480)": offsets into the document's text."""
    start, end = passage.spans[0].start, passage.spans[-1].end
    last = passage.page_end
    pages = f"page {passage.page_number}" + (f" to {last}" if last != passage.page_number else "")
    return f"{passage.document}, {pages} (characters {start} to {end})"


def cited_sources(answer: Answer) -> tuple[str, ...]:
    """The pages that an answer cites, each once."""
    return tuple(
        dict.fromkeys(
            f"{citation.document}, page {citation.page_number}"
            for sentence in answer.sentences
            for citation in sentence.citations
        )
    )
