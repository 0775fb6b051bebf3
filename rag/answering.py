"""Passages and a question become a stream of events that ends in a cited answer."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace

from generators.text.protocol import Evidence, Finished, GenerationRequest, PromptRead, TextGenerator
from rag.answer_cleaning import cleaned, leads_elsewhere
from rag.answer_clock import Clock, Ended
from rag.answerability.judge import AnswerabilityJudge
from rag.calculating import Calculated, calculate
from rag.checking import SentenceReader
from rag.citations import without_marks
from rag.earlier_turns import earlier_turns
from rag.errors import QuestionTooLong
from rag.marked_text import complete_spans, marked_text
from rag.neutralising import neutralised, without_notes
from rag.prompting import Prompting
from rag.prompts import Template
from rag.reasoning import ReasoningReader
from rag.refusal import REFUSAL, is_refusal, may_become_refusal
from rag.sentences import answer_sentence_spans
from rag.settings import AnswerSettings
from rag.short_answer import said_by_source, short_answer
from rag.support.protocol import SupportChecker
from rag.types import (
    Answer,
    Answered,
    Event,
    Passage,
    PassagesFound,
    ReasoningAdded,
    RefusalReason,
    Refused,
    Sentence,
    SentenceChecked,
    SentenceCorrected,
    SentenceWithdrawn,
    TextAdded,
    TokenUse,
    Turn,
    Verdict,
)

#: Tokens of the context that earlier turns never take.
_PASSAGES_NEED = 320


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
        judge: AnswerabilityJudge | None = None,
    ) -> None:
        self._generator = generator
        self._prompting = Prompting(template, settings)
        self._settings = settings
        self._checker = checker
        self._judge = judge

    def warm(self) -> None:
        """Compute the prompt's stable beginning now rather than at the first question."""
        self._generator.warm(self._prompting.stable_messages())

    def passage_budget(self, question: str, wanted: int, turns: Sequence[Turn]) -> int:
        """Tokens that passages may take: as many as wanted, fewer where the context would overflow."""
        bare = self._generator.count_prompt_tokens(self._prompting.messages(question, (), turns))
        # The chat format and the passages' numbers take a few tokens that are counted only at the end.
        room = self._generator.context_tokens - self._prompting.max_tokens - bare - 64
        if room < 64:
            raise QuestionTooLong(
                f"The question takes {bare} tokens with its instructions, which leaves no room for passages "
                f"in the model's {self._generator.context_tokens}. Ask a shorter one."
            )
        return min(wanted, room)

    def recent(self, turns: Sequence[Turn], question: str = "") -> tuple[Turn, ...]:
        """The latest turns that fit their share of the prompt, and leave passages their room."""
        bare = self._generator.count_prompt_tokens(self._prompting.messages(question, ()))
        room = self._generator.context_tokens - self._prompting.max_tokens - bare - _PASSAGES_NEED
        return earlier_turns(turns, min(self._settings.history_tokens, room), self._generator.count_tokens)

    def stream(
        self,
        question: str,
        passages: Sequence[Passage],
        started: float,
        turns: Sequence[Turn] = (),
        cancelled: Callable[[], bool] = lambda: False,
        *,
        enough: bool = True,
        meant: str | None = None,
        evidence: float = 0.0,
    ) -> Generator[Event]:
        """Events for one question. `started` is the `time.perf_counter()` of the question's arrival.

        `enough` says whether the passages hold enough `evidence` for the model to be asked. `meant` is the
        question with what it leaves to earlier turns, for engines and checks that do not read those.
        """
        asked = meant or question
        clock = Clock(started)
        clock.retrieved = clock.now()
        passages = tuple(map(neutralised, passages))
        yield PassagesFound(passages)
        if not passages or not enough:
            yield from self._refuse(question, passages, clock, TokenUse(0, 0, 0), "nothing-found")
            return
        calculated = (
            calculate(asked, passages, self._generator, cancelled) if self._settings.calculate else None
        )
        if calculated is not None and not leads_elsewhere(calculated.text, asked):
            yield from self._say(calculated, question, passages, clock)
            return
        request = GenerationRequest(
            messages=self._prompting.messages(question, passages, turns),
            question=asked,
            evidence=tuple(Evidence(p.number, p.title, without_notes(p.text)) for p in passages),
            max_tokens=self._prompting.max_tokens,
            sampling=self._settings.sampling,
            signals=self._judge is not None,
            openings=() if self._judge is None else self._judge.openings,
            layers=() if self._judge is None else self._judge.layers,
        )
        text, shown, unanswerable = "", "", False
        ended = Ended(TokenUse(0, 0, 0), "end")
        reader = SentenceReader(asked, passages, self._checker)
        sentences: list[Sentence | None] = []
        marker = self._prompting.answer_marker
        written = ReasoningReader(marker)
        # No name holds the stream: leaving the loop is to free the engine.
        for event in written.read(
            cleaned(self._generator.stream(request, cancelled), asked, passages, marker)
        ):
            if isinstance(event, ReasoningAdded):
                yield event
                continue
            if isinstance(event, Finished):
                ended = Ended.of(event, written.reasoning)
                break
            if isinstance(event, PromptRead):
                if self._unanswerable(asked, passages, evidence, event):
                    unanswerable = True
                    break
                continue
            text += event.text
            if clock.first_token is None and text.strip():
                clock.first_token = clock.now()
            if not shown and may_become_refusal(text):
                continue
            yield TextAdded(text[len(shown) :])
            shown = text
            for start, end in complete_spans(text)[len(sentences) :]:
                yield from self._settle(text[start:end], reader, sentences, clock)
        empty = not without_marks(text)
        if unanswerable:
            yield from self._refuse(question, passages, clock, ended.use, "not-stated")
            return
        if ended.finish != "cancelled" and (empty or is_refusal(text)):
            yield from self._refuse(question, passages, clock, ended.use, "not-stated", ended.reasoning)
            return
        if shown != text:
            yield TextAdded(text[len(shown) :])
        for start, end in answer_sentence_spans(text)[len(sentences) :]:
            yield from self._settle(text[start:end], reader, sentences, clock)
        if ended.finish != "cancelled" and sentences and not any(sentences):
            yield from self._refuse(question, passages, clock, ended.use, "not-supported", ended.reasoning)
            return
        answer = self._answer(question, asked, text, sentences, passages, clock, ended)
        if self._settings.quote_source:
            answer = yield from _with_source(answer, reader)
        yield Answered(answer)

    def _unanswerable(
        self, question: str, passages: tuple[Passage, ...], evidence: float, read: PromptRead
    ) -> bool:
        """Whether the model's own state says that the passages do not answer the question."""
        return self._judge is not None and self._judge.refuses(question, passages, evidence, read)

    def _answer(
        self,
        question: str,
        asked: str,
        text: str,
        sentences: Sequence[Sentence | None],
        passages: tuple[Passage, ...],
        clock: Clock,
        ended: Ended,
    ) -> Answer:
        kept = tuple(sentence for sentence in sentences if sentence is not None)
        return Answer(
            question=question,
            text=marked_text(text, sentences, len(passages)),
            short_answer=short_answer(asked, kept) if ended.finish == "end" else None,
            refused=False,
            sentences=kept,
            passages=passages,
            timings=clock.timings(),
            tokens=ended.use,
            finish=ended.finish,
            reasoning=ended.reasoning,
        )

    def _say(
        self, calculated: Calculated, question: str, passages: tuple[Passage, ...], clock: Clock
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
        clock: Clock,
        use: TokenUse,
        reason: RefusalReason,
        reasoning: str = "",
    ) -> Iterator[Event]:
        yield Refused(REFUSAL)
        timings = clock.timings()
        answer = Answer(question, REFUSAL, None, True, (), passages, timings, use, "end", reason, reasoning)
        yield Answered(answer)

    def _settle(
        self, text: str, reader: SentenceReader, sentences: list[Sentence | None], clock: Clock
    ) -> Iterator[Event]:
        """Read a finished sentence, and add what becomes of it: None where it is withdrawn."""
        sentence = reader.read(text)
        if clock.first_checked is None:
            clock.first_checked = clock.now()
        yield SentenceChecked(sentence)
        shown = self._settings.unsupported == "show" and not leads_elsewhere(text, reader.question)
        if sentence.verdict is not Verdict.UNSUPPORTED or shown:
            sentences.append(sentence)
            return
        corrected = reader.corrected(sentence) if self._settings.unsupported == "correct" else None
        if corrected is None or _is_said(corrected, sentences):
            sentences.append(None)
            yield SentenceWithdrawn(sentence)
            return
        sentences.append(corrected)
        yield SentenceCorrected(sentence, corrected)


def _with_source(answer: Answer, reader: SentenceReader) -> Generator[Event, None, Answer]:
    """The answer, a bare phrase followed by the document's sentence that says it."""
    source = said_by_source(reader.question, answer)
    if source is None:
        return answer
    said = replace(reader.read(source), quoted=True)
    if said.verdict is not Verdict.SUPPORTED:
        return answer
    yield TextAdded(f"\n{source}")
    yield SentenceChecked(said)
    return replace(answer, text=f"{answer.text}\n{source}", sentences=(*answer.sentences, said))


def _is_said(corrected: Sentence, sentences: Sequence[Sentence | None]) -> bool:
    """Whether a sentence before rests on the same words."""
    return any(sentence is not None and sentence.rests_on == corrected.rests_on for sentence in sentences)
