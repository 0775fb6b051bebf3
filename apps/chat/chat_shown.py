"""An answer as the page shows it, whether it was just written or comes out of a kept chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from rag import Answer, Citation, Conversation, KeptConversation, KeptTurn, Passage, Sentence, Verdict
from rag.citations import citation_of, cited_numbers
from rag.conversations.details import details_of
from rag.conversations.markdown import as_markdown
from rag.neutralising import in_words
from rag.sentences import answer_sentence_spans

#: What is said of a sentence; `said` is one that nothing has to be said of.
Support = Literal["supported", "unsupported", "corrected", "unchecked", "provisional", "said"]


@dataclass(frozen=True, slots=True)
class ShownPassage:
    """What was read. `text` is None in a kept chat, which keeps the place alone."""

    number: int
    document: str
    page_number: int
    text: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """A sentence of the answer as it is written, marks included, or what stands between two.

    `numbers` are the passages its marks name; `sentence` is its place among the answer's sentences.
    """

    text: str
    support: Support = "said"
    numbers: tuple[int, ...] = ()
    sentence: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A place that is cited, and the sentence of the answer that cites it."""

    citation: Citation
    sentence: str
    support: Support


@dataclass(frozen=True, slots=True)
class Shown:
    """All that is drawn of an answer. `turn` is what is kept of it; `notes` are what was done to passages."""

    turn: KeptTurn
    parts: tuple[Part, ...]
    sources: tuple[Source, ...]
    passages: tuple[ShownPassage, ...]
    notes: tuple[str, ...] = ()
    reasoning: str = ""
    answer: Answer | None = None

    @property
    def verdicts(self) -> frozenset[Verdict]:
        return frozenset(sentence.verdict for sentence in self.turn.sentences)

    def source_of(self, sentence: int, number: int) -> int | None:
        """Which source a mark of a sentence opens."""
        if not 0 <= sentence < len(self.turn.sentences):
            return None
        wanted = [
            (each.passage_number, each.start, each.end)
            for each in self.turn.sentences[sentence].citations
            if each.passage_number == number
        ]
        places = [_key(source.citation) for source in self.sources]
        return next((places.index(key) for key in wanted if key in places), None)


def shown_answer(answer: Answer, engine: str, number: int = 1) -> Shown:
    """An answer that was just written by this engine."""
    details = details_of(answer)
    turn = KeptTurn(
        number, datetime.now(UTC).isoformat(timespec="seconds"), answer.question, answer.searched,
        answer.text, answer.short_answer, answer.refused, answer.refusal, answer.finish, answer.sentences,
        details.passages, answer.timings, answer.tokens, engine, answer.kind, answer.coverage,
    )  # fmt: skip
    passages = tuple(
        ShownPassage(each.number, each.document, each.page_number, each.text) for each in answer.passages
    )
    notes = tuple(line for passage in answer.passages for line in in_words(passage))
    sources = _looked_at(answer.passages) if answer.refused else _sources(answer.sentences)
    parts = parts_of(answer.text, answer.sentences)
    return Shown(turn, parts, sources, passages, notes, answer.reasoning, answer)


def shown_turn(turn: KeptTurn) -> Shown:
    """An answer of a kept chat."""
    passages = tuple(
        ShownPassage(each.number, each.document, each.page_number, None) for each in turn.passages
    )
    return Shown(turn, parts_of(turn.text, turn.sentences), _sources(turn.sentences), passages)


def parts_of(text: str, sentences: Sequence[Sentence | None], *, writing: bool = False) -> tuple[Part, ...]:
    """The text, sentence by sentence, with what checking came to, and what stands between them.

    While it is written, sentences that are not checked yet are provisional, those that were corrected already
    stand in the document's words, and those that were withdrawn (None) are gone.
    """
    parts: list[Part] = []
    last = 0
    for place, (start, end) in enumerate(answer_sentence_spans(text)):
        if start > last:
            parts.append(Part(text[last:start]))
        known = sentences[place] if place < len(sentences) else None
        if place < len(sentences) and known is None:
            last = end
            continue
        numbers = () if known is None else tuple(dict.fromkeys(c.passage_number for c in known.citations))
        named = tuple(each for each in cited_numbers(text[start:end], 10**6) if each in numbers)
        support: Support = "provisional" if writing else "said"
        if known is not None:
            support = support_of(known)
        written = text[start:end]
        if writing and known is not None and known.corrected:
            written, named = known.text + "".join(f" [{each}]" for each in numbers), numbers
        parts.append(Part(written, support, named, place))
        last = end
    if last < len(text):
        parts.append(Part(text[last:], "provisional" if writing else "said"))
    return tuple(parts)


def support_of(sentence: Sentence) -> Support:
    if sentence.corrected:
        return "corrected"
    if sentence.verdict is Verdict.SUPPORTED:
        return "supported"
    return "unsupported" if sentence.verdict is Verdict.UNSUPPORTED else "unchecked"


def answer_markdown(shown: Shown, collection: str) -> str:
    """One answer as Markdown with numbered references."""
    turn = shown.turn
    about = Conversation("-", turn.question, collection, turn.asked, turn.asked, 1)
    whole = as_markdown(KeptConversation(about, (turn,)))
    beginning = whole.find("\n## ")
    return whole[beginning + 1 :] if beginning >= 0 else whole


def _sources(sentences: Sequence[Sentence]) -> tuple[Source, ...]:
    found: dict[tuple[int, int, int], Source] = {}
    for sentence in sentences:
        for citation in sentence.citations:
            found.setdefault(_key(citation), Source(citation, sentence.text, support_of(sentence)))
    return tuple(sorted(found.values(), key=lambda source: source.citation.passage_number))


def _looked_at(passages: Sequence[Passage]) -> tuple[Source, ...]:
    """Where a refused question looked: the longest stretch of each passage. The first is often a heading."""
    longest = (max(passage.spans, key=lambda span: len(span.text)) for passage in passages)
    return tuple(
        Source(citation_of(passage, span), "", "said")
        for passage, span in zip(passages, longest, strict=True)
    )


def _key(citation: Citation) -> tuple[int, int, int]:
    return citation.passage_number, citation.start, citation.end
