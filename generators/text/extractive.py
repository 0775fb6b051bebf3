"""An engine without a model: it quotes the sentences that share the question's rarer words."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from generators.errors import GenerationFailed
from generators.text.grammar import refuse_grammar
from generators.text.protocol import Evidence, GenerationEvent, GenerationRequest, Message
from generators.text.words import count_message_words, count_words, stream_words

_TERM = re.compile(r"\w+(?:[.,]\d+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?。！？])[\"'”’)\]]*\s+(?=[^\sa-z])|\n\s*\n")
_BRACKETED_NUMBER = re.compile(r"\[(\d+)\]")
_MOST_SENTENCES = 3
#: A further sentence is quoted only where it answers at least this share as well as the best one.
_SHARE_OF_BEST = 0.6
_MOST_QUOTED = {"best": _MOST_SENTENCES, "all": 1_000}
#: So many beginnings are quoted where the request asks for these; shorter ones are headings.
_MOST_LEADS = 5
_SHORTEST_LEAD_WORDS = 4

#: Words that a question is made of and an answer need not hold.
_QUESTION_WORDS = frozenset(
    "a about all an and any are as at be been by can could did do does for from give had has have how "
    "i if in into is it its many me much my of on or our say shall should so tell than that the their "
    "them there these they this those to was we were what when where which who whom whose why will "
    "with would you your".split()
)


@dataclass(frozen=True, slots=True)
class _Quote:
    score: float
    number: int
    text: str


class ExtractiveGenerator:
    """A TextGenerator that quotes `request.evidence`, each sentence followed by its mark ` [n]`.

    A sentence's score is the share of the question's terms that it holds, weighed by
    idf(t) = log(1 + N / n_t) over the N sentences of the evidence, n_t of which hold t.
    Where no sentence shares a term it says `refusal`. `request.quoting` may ask for more.
    """

    def __init__(self, refusal: str, *, context_tokens: int = 32_768) -> None:
        self._refusal = refusal
        self._context_tokens = context_tokens
        self._closed = False

    @property
    def id(self) -> str:
        return "extractive"

    @property
    def context_tokens(self) -> int:
        return self._context_tokens

    @property
    def accelerated(self) -> bool:
        return True  # its "tokens" are words that no model has to read

    def count_tokens(self, text: str) -> int:
        return count_words(text)

    def count_prompt_tokens(self, messages: Sequence[Message]) -> int:
        return count_message_words(messages)

    def stream(
        self, request: GenerationRequest, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[GenerationEvent]:
        if self._closed:
            raise GenerationFailed("This generator was closed. Build a new one.")
        refuse_grammar(request, self.id)
        quotes = (
            lead_sentences(request.evidence)
            if request.quoting == "leads"
            else best_sentences(request.question, request.evidence, most=_MOST_QUOTED[request.quoting])
        )
        text = " ".join(f"{quote} [{number}]" for number, quote in quotes) or self._refusal
        yield from stream_words(text, request, self._context_tokens, cancelled)

    def warm(self, messages: Sequence[Message]) -> None:
        """Nothing to prepare."""

    def close(self) -> None:
        self._closed = True


def best_sentences(
    question: str, evidence: Sequence[Evidence], *, most: int = _MOST_SENTENCES
) -> list[tuple[int, str]]:
    """The evidence's number and the sentence, best first; empty where none shares a term."""
    sentences = [(item.number, sentence) for item in evidence for sentence in split_sentences(item.text)]
    terms = [_terms(sentence) for _, sentence in sentences]
    holding = Counter(term for held in terms for term in held)
    weights = {
        term: math.log(1 + len(sentences) / holding[term])
        for term in _terms(question) - _QUESTION_WORDS
        if term in holding
    }
    total = sum(weights.values())
    quotes = [
        _Quote(sum(weights.get(term, 0.0) for term in held) / total, number, sentence)
        for (number, sentence), held in zip(sentences, terms, strict=True)
        if held & weights.keys()
    ]
    quotes.sort(key=lambda quote: -quote.score)
    chosen: dict[str, int] = {}
    for quote in quotes:
        if quote.score < _SHARE_OF_BEST * quotes[0].score or len(chosen) == most:
            break
        chosen.setdefault(quote.text, quote.number)
    return [(number, text) for text, number in chosen.items()]


def lead_sentences(evidence: Sequence[Evidence]) -> list[tuple[int, str]]:
    """The evidence's number and its first whole sentence, in order; of many, some that stand evenly apart."""
    leads: dict[str, int] = {}
    for item in evidence:
        sentences = split_sentences(item.text)
        whole = [sentence for sentence in sentences if count_words(sentence) >= _SHORTEST_LEAD_WORDS]
        for sentence in (whole or sentences)[:1]:
            leads.setdefault(sentence, item.number)
    found = [(number, text) for text, number in leads.items()]
    step = max(1.0, len(found) / _MOST_LEADS)
    return [found[int(place * step)] for place in range(min(len(found), _MOST_LEADS))]


def split_sentences(text: str) -> list[str]:
    """Sentences on one line each. A bracketed number of the document's own becomes `(7)`, not a mark."""
    pieces = (" ".join(piece.split()) for piece in _SENTENCE_END.split(text))
    return [_BRACKETED_NUMBER.sub(r"(\1)", piece) for piece in pieces if piece]


def _terms(text: str) -> set[str]:
    return {_stem(term) for term in _TERM.findall(text.casefold())}


def _stem(term: str) -> str:
    """Without a plural's or a verb's `s`, so that "filings" finds "filing"."""
    return term[:-1] if len(term) > 3 and term.endswith("s") and not term.endswith("ss") else term
