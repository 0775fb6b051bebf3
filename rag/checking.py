"""A finished sentence is read: what it cites, whether that says it, and what is said in its place if not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from rag.citations import citation_of, cite, cited_numbers, standing_ground, without_marks
from rag.neutralising.invisible import without_invisible
from rag.neutralising.markup import as_plain_text
from rag.neutralising.passage import acts
from rag.support.protocol import Claim, Support, SupportChecker
from rag.types import Citation, Passage, Sentence, Span, Verdict

_Source = tuple[Passage, Span]


class SentenceReader:
    """Reads the sentences of one answer. Without a checker they stay unchecked."""

    def __init__(
        self, question: str, passages: Sequence[Passage], checker: SupportChecker | None = None
    ) -> None:
        self.question = question
        self._passages = passages
        self._checker = checker

    def read(self, text: str) -> Sentence:
        """The sentence with its citations read back from its marks, and its verdict.

        Marks count whose passage shares a word with the sentence. Where none does, or what they name does not
        support it, the sentence is tied to the passage that holds all its words, in the second case only if
        that one supports it; where there is none either, as with "Yes", its marks are kept. One without a
        citation is unsupported.
        """
        bare = without_marks(text)
        citations = self._citations(text, bare)
        if self._checker is None:
            return Sentence(bare, citations)
        sources = _sources(self._passages[citation.passage_number - 1] for citation in citations)
        support = self._check(self._checker, bare, sources)
        ground = standing_ground(bare, self.question, self._passages)
        if not support.supported and ground is not None:  # models name the wrong number now and then
            held = self._check(self._checker, bare, _sources([ground]))
            if held.supported:
                citations = _those([cite(bare, self.question, ground)])
                sources, support = _sources([ground]), held
        if support.source is None:
            return Sentence(bare, citations, Verdict.UNSUPPORTED, support.score)
        rests_on = citation_of(*sources[support.source])
        return Sentence(
            text=bare,
            citations=tuple(
                rests_on if citation.passage_number == rests_on.passage_number else citation
                for citation in citations
            ),
            verdict=Verdict.SUPPORTED if support.supported else Verdict.UNSUPPORTED,
            support=support.score,
            rests_on=rests_on,
        )

    def corrected(self, sentence: Sentence) -> Sentence | None:
        """The sentence of the passages that is closest to it, verbatim and checked; None where none is.

        Only its line breaks, and brackets that would read as marks, are not taken over.
        """
        if self._checker is None:
            return None
        ground = sentence.rests_on
        if ground is None:
            sources = _sources(self._passages)
            found = self._check(self._checker, sentence.text, sources).source
            if found is None:
                return None
            ground = citation_of(*sources[found])
        text = " ".join(without_marks(as_plain_text(without_invisible(ground.quote))).split())
        passage = self._passages[ground.passage_number - 1]
        own = [
            (passage, span) for span in passage.spans if (span.start, span.end) == (ground.start, ground.end)
        ]
        support = self._check(self._checker, text, own)
        if not support.supported or acts(ground.quote):
            return None
        return replace(
            sentence,
            text=text,
            citations=(ground,),
            verdict=Verdict.SUPPORTED,
            support=support.score,
            rests_on=ground,
            corrected=True,
        )

    def _citations(self, text: str, bare: str) -> tuple[Citation, ...]:
        marked = [self._passages[number - 1] for number in cited_numbers(text, len(self._passages))]
        ground = standing_ground(bare, self.question, self._passages)
        return (
            _those(cite(bare, self.question, passage) for passage in marked)
            or _those(cite(bare, self.question, passage) for passage in ([ground] if ground else []))
            or _those(cite(bare, self.question, passage, by_question=True) for passage in marked)
        )

    def _check(self, checker: SupportChecker, text: str, sources: Sequence[_Source]) -> Support:
        headings = dict.fromkeys(
            line for passage, _ in sources for line in (passage.title, *passage.headings) if line
        )
        claim = Claim(
            text, tuple(without_invisible(span.text) for _, span in sources), tuple(headings), self.question
        )
        return checker.check([claim])[0]


def _sources(passages: Iterable[Passage]) -> list[_Source]:
    return [(passage, span) for passage in passages for span in passage.spans]


def _those(found: Iterable[Citation | None]) -> tuple[Citation, ...]:
    return tuple(citation for citation in found if citation is not None)
