"""Passages and a question become a stream of events that ends in a cited answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

from generators.text.protocol import Evidence, Finished, GenerationRequest, TextGenerator
from rag.calculating import Calculated, calculate
from rag.checking import SentenceReader
from rag.citations import cited_numbers, keep_valid_marks, may_be_marks, without_marks
from rag.errors import QuestionTooLong
from rag.prompts import Template
from rag.refusal import REFUSAL, is_refusal, may_become_refusal
from rag.sentences import answer_sentence_spans
from rag.settings import AnswerSettings
from rag.short_answer import said_by_source, short_answer
from rag.support.protocol import SupportChecker
from rag.types import (
    Answer,
    Answered,
    Event,
    Finish,
    Passage,
    PassagesFound,
    RefusalReason,
    Refused,
    Sentence,
    SentenceChecked,
    SentenceCorrected,
    SentenceWithdrawn,
    TextAdded,
    Timings,
    TokenUse,
    Turn,
    Verdict,
)


@dataclass(slots=True)
class _Clock:
    """When things happened, in seconds since the question arrived."""

    started: float
    retrieved: float = 0.0
    first_token: float | None = None
    first_checked: float | None = None

    def now(self) -> float:
        return time.perf_counter() - self.started

    def timings(self) -> Timings:
        return Timings(self.retrieved, self.first_token, self.first_checked, self.now())


@dataclass(frozen=True, slots=True)
class _Ended:
    """How the generator's stream ended."""

    use: TokenUse
    finish: Finish

    @classmethod
    def of(cls, event: Finished) -> Self:
        finish: Finish = "end" if event.reason == "stop" else event.reason
        return cls(TokenUse(event.prompt_tokens, event.reused_tokens, event.completion_tokens), finish)


class Answering:
    """Writes cited answers with one generator and one prompt template.

    `checker` gives sentences their verdicts; without one they stay unchecked.
    """

    def __init__(
        self,
        generator: TextGenerator,
        template: Template,
        settings: AnswerSettings,
        checker: SupportChecker | None = None,
    ) -> None:
        self._generator = generator
        self._template = template
        self._settings = settings
        self._checker = checker

    def warm(self) -> None:
        """Compute the prompt's stable beginning now rather than at the first question."""
        self._generator.warm(self._template.stable_messages())

    def passage_budget(self, question: str, wanted: int, turns: Sequence[Turn]) -> int:
        """Tokens that passages may take: as many as wanted, fewer where the context would overflow."""
        bare = self._generator.count_prompt_tokens(self._template.messages(question, (), turns))
        # The chat format and the passages' numbers take a few tokens that are counted only at the end.
        room = self._generator.context_tokens - self._settings.max_tokens - bare - 64
        if room < 64:
            raise QuestionTooLong(
                f"The question takes {bare} tokens with its instructions, which leaves no room for passages "
                f"in the model's {self._generator.context_tokens}. Ask a shorter one."
            )
        return min(wanted, room)

    def recent(self, turns: Sequence[Turn]) -> tuple[Turn, ...]:
        """The latest turns that fit the share of the prompt set aside for them."""
        kept: list[Turn] = []
        left = self._settings.history_tokens
        for turn in reversed(turns):
            left -= self._generator.count_tokens(turn.question) + self._generator.count_tokens(turn.answer)
            if left < 0:
                break
            kept.append(turn)
        return tuple(reversed(kept))

    def stream(
        self,
        question: str,
        passages: Sequence[Passage],
        started: float,
        turns: Sequence[Turn] = (),
        cancelled: Callable[[], bool] = lambda: False,
        *,
        enough: bool = True,
    ) -> Iterator[Event]:
        """Events for one question. `started` is the `time.perf_counter()` of the question's arrival.

        `enough` says whether the passages hold enough evidence for the model to be asked.
        """
        clock = _Clock(started)
        clock.retrieved = clock.now()
        passages = tuple(passages)
        yield PassagesFound(passages)
        if not passages or not enough:
            yield from self._refuse(question, passages, clock, TokenUse(0, 0, 0), "nothing-found")
            return
        calculated = (
            calculate(question, passages, self._generator, cancelled) if self._settings.calculate else None
        )
        if calculated is not None:
            yield from self._say(calculated, question, passages, clock)
            return
        request = GenerationRequest(
            messages=self._template.messages(question, passages, turns),
            question=question,
            evidence=tuple(Evidence(passage.number, passage.title, passage.text) for passage in passages),
            max_tokens=self._settings.max_tokens,
        )
        text, shown = "", ""
        ended = _Ended(TokenUse(0, 0, 0), "end")
        reader = SentenceReader(question, passages, self._checker)
        sentences: list[Sentence | None] = []
        for event in self._generator.stream(request, cancelled):
            if isinstance(event, Finished):
                ended = _Ended.of(event)
                break
            text += event.text
            if clock.first_token is None and text.strip():
                clock.first_token = clock.now()
            if not shown and may_become_refusal(text):
                continue
            yield TextAdded(text[len(shown) :])
            shown = text
            for start, end in _complete_spans(text)[len(sentences) :]:
                yield from self._settle(text[start:end], reader, sentences, clock)
        empty = not without_marks(text)
        if ended.finish != "cancelled" and (empty or is_refusal(text)):
            yield from self._refuse(question, passages, clock, ended.use, "not-stated")
            return
        if shown != text:
            yield TextAdded(text[len(shown) :])
        for start, end in answer_sentence_spans(text)[len(sentences) :]:
            yield from self._settle(text[start:end], reader, sentences, clock)
        if ended.finish != "cancelled" and sentences and not any(sentences):
            yield from self._refuse(question, passages, clock, ended.use, "not-supported")
            return
        answer = self._answer(question, text, sentences, passages, clock, ended)
        source = said_by_source(question, answer) if self._settings.quote_source else None
        if source is not None and (said := reader.read(source)).verdict is Verdict.SUPPORTED:
            yield TextAdded(f"\n{source}")
            yield SentenceChecked(said)
            answer = replace(answer, text=f"{answer.text}\n{source}", sentences=(*answer.sentences, said))
        yield Answered(answer)

    def _answer(
        self,
        question: str,
        text: str,
        sentences: Sequence[Sentence | None],
        passages: tuple[Passage, ...],
        clock: _Clock,
        ended: _Ended,
    ) -> Answer:
        kept = tuple(sentence for sentence in sentences if sentence is not None)
        return Answer(
            question=question,
            text=_marked_text(text, sentences, len(passages)),
            short_answer=short_answer(question, kept) if ended.finish == "end" else None,
            refused=False,
            sentences=kept,
            passages=passages,
            timings=clock.timings(),
            tokens=ended.use,
            finish=ended.finish,
        )

    def _say(
        self, calculated: Calculated, question: str, passages: tuple[Passage, ...], clock: _Clock
    ) -> Iterator[Event]:
        """What was computed is said at once: it is checked already."""
        clock.first_token = clock.first_checked = clock.now()
        yield TextAdded(calculated.text)
        yield SentenceChecked(calculated.sentence)
        sentences, said = (calculated.sentence,), calculated.short_answer
        answer = Answer(
            question, calculated.text, said, False, sentences, passages, clock.timings(), calculated.use
        )
        yield Answered(answer)

    def _refuse(
        self,
        question: str,
        passages: tuple[Passage, ...],
        clock: _Clock,
        use: TokenUse,
        reason: RefusalReason,
    ) -> Iterator[Event]:
        yield Refused(REFUSAL)
        timings = clock.timings()
        yield Answered(Answer(question, REFUSAL, None, True, (), passages, timings, use, refusal=reason))

    def _settle(
        self, text: str, reader: SentenceReader, sentences: list[Sentence | None], clock: _Clock
    ) -> Iterator[Event]:
        """Read a finished sentence, and add what becomes of it: None where it is withdrawn."""
        sentence = reader.read(text)
        if clock.first_checked is None:
            clock.first_checked = clock.now()
        yield SentenceChecked(sentence)
        if sentence.verdict is not Verdict.UNSUPPORTED or self._settings.unsupported == "show":
            sentences.append(sentence)
            return
        corrected = reader.corrected(sentence) if self._settings.unsupported == "correct" else None
        if corrected is None or _is_said(corrected, sentences):
            sentences.append(None)
            yield SentenceWithdrawn(sentence)
            return
        sentences.append(corrected)
        yield SentenceCorrected(sentence, corrected)


def _is_said(corrected: Sentence, sentences: Sequence[Sentence | None]) -> bool:
    """Whether a sentence before rests on the same words."""
    return any(sentence is not None and sentence.rests_on == corrected.rests_on for sentence in sentences)


def _complete_spans(text: str) -> list[tuple[int, int]]:
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


def _marked_text(text: str, sentences: Sequence[Sentence | None], passage_count: int) -> str:
    """The whole answer, each sentence with the marks that hold, what stands between them kept.

    None stands for a sentence that was withdrawn: what stood before it goes with it.
    """
    written, position = "", 0
    for (start, end), sentence in zip(answer_sentence_spans(text), sentences, strict=True):
        if sentence is not None:
            written += text[position:start] + _marked(text[start:end], sentence, passage_count)
        position = end
    return (written + text[position:]).strip()
