"""Passages and a question become a stream of events that ends in a cited answer."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace

from generators.text.protocol import TextGenerator
from rag.answer_cleaning import leads_elsewhere
from rag.answer_clock import NOTHING_WRITTEN, Clock, or_late
from rag.answerability.judge import AnswerabilityJudge
from rag.calculating import Calculated, calculate
from rag.checking import SentenceReader
from rag.drafting import Draft
from rag.earlier_turns import earlier_turns
from rag.enquiry import Enquiry
from rag.errors import QuestionTooLong
from rag.marked_text import complete_spans, marked_text
from rag.prompting import Prompting
from rag.prompts import Template
from rag.refusal import REFUSAL
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
    RefusalReason,
    Refused,
    Sentence,
    SentenceChecked,
    SentenceCorrected,
    SentenceWithdrawn,
    TextAdded,
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

    def passage_budget(
        self, question: str, wanted: int, turns: Sequence[Turn] = (), shown: Sequence[Passage] = ()
    ) -> int:
        """Tokens that passages may take beside those `shown` anyway: as many as wanted, fewer where the
        context would overflow. Raises QuestionTooLong."""
        bare = self._generator.count_prompt_tokens(self._prompting.messages(question, shown, turns))
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

    def stream(self, enquiry: Enquiry, cancelled: Callable[[], bool] = lambda: False) -> Generator[Event]:
        """Events for one question; the last is `Answered`.

        What the judge holds for unanswerable is looked at once more, with more passages, before it is
        refused.
        """
        clock = Clock(enquiry.started)
        clock.retrieved = clock.now()
        first = yield from self._look(enquiry, clock, cancelled)
        if first is None:
            return
        used = first.ended.use
        wider = replace(enquiry, passages=tuple(enquiry.wider()) if enquiry.wider else (), wider=None)
        for event in self._look(wider, clock, cancelled):
            if isinstance(event, Answered):
                yield Answered(replace(event.answer, tokens=used + event.answer.tokens))
            else:
                yield event

    def _look(
        self, enquiry: Enquiry, clock: Clock, cancelled: Callable[[], bool]
    ) -> Generator[Event, None, Draft | None]:
        """One look at its passages. Gives the draft where another look is due, of which nothing was said."""
        enquiry = enquiry.safe()
        yield PassagesFound(tuple(enquiry.passages), enquiry.searched)
        if not enquiry.passages or not enquiry.enough:
            yield from self._refuse(enquiry, clock, "nothing-found")
            return None
        deadline = self._settings.deadline(enquiry.started)
        calculated = self._calculated(enquiry, or_late(cancelled, deadline))
        if calculated is not None:
            yield from self._say(calculated, enquiry, clock)
            return None
        draft = Draft(self._generator, self._prompting, self._judge, enquiry, deadline)
        reader = SentenceReader(enquiry.meant, tuple(enquiry.passages), self._checker)
        sentences: list[Sentence | None] = []
        for event in draft.read(cancelled):
            if isinstance(event, TextAdded) and clock.first_token is None and event.text.strip():
                clock.first_token = clock.now()
            yield event
            for start, end in complete_spans(draft.text)[len(sentences) :]:
                yield from self._settle(draft.text[start:end], reader, sentences, clock)
        if draft.unanswerable and enquiry.wider is not None and not cancelled():
            return draft
        if draft.refuses:
            yield from self._refuse(enquiry, clock, "not-stated", draft)
            return None
        for start, end in answer_sentence_spans(draft.text)[len(sentences) :]:
            yield from self._settle(draft.text[start:end], reader, sentences, clock)
        if not draft.ended.early and sentences and not any(sentences):
            yield from self._refuse(enquiry, clock, "not-supported", draft)
            return None
        answer = self._answer(enquiry, draft, sentences, clock)
        if self._settings.quote_source:
            answer = yield from _with_source(answer, reader)
        yield Answered(answer)
        return None

    def _calculated(self, enquiry: Enquiry, cancelled: Callable[[], bool]) -> Calculated | None:
        if not self._settings.calculate:
            return None
        calculated = calculate(enquiry.meant, tuple(enquiry.passages), self._generator, cancelled)
        return None if calculated and leads_elsewhere(calculated.text, enquiry.meant) else calculated

    def _answer(
        self, enquiry: Enquiry, draft: Draft, sentences: Sequence[Sentence | None], clock: Clock
    ) -> Answer:
        kept = tuple(sentence for sentence in sentences if sentence is not None)
        ended = draft.ended
        return Answer(
            question=enquiry.question,
            text=marked_text(draft.text, sentences, len(enquiry.passages)),
            short_answer=short_answer(enquiry.meant, kept) if ended.finish == "end" else None,
            refused=False,
            sentences=kept,
            passages=tuple(enquiry.passages),
            timings=clock.timings(),
            tokens=ended.use,
            finish=ended.finish,
            reasoning=ended.reasoning,
            searched=enquiry.searched,
            answerability=draft.answerability,
        )

    def _say(self, calculated: Calculated, enquiry: Enquiry, clock: Clock) -> Iterator[Event]:
        """What was computed is said at once: it is checked already."""
        clock.first_token = clock.first_checked = clock.now()
        yield TextAdded(calculated.text)
        yield SentenceChecked(calculated.sentence)
        answer = Answer(
            question=enquiry.question,
            text=calculated.text,
            short_answer=calculated.short_answer,
            refused=False,
            sentences=(calculated.sentence,),
            passages=tuple(enquiry.passages),
            timings=clock.timings(),
            tokens=calculated.use,
            searched=enquiry.searched,
        )
        yield Answered(answer)

    def _refuse(
        self, enquiry: Enquiry, clock: Clock, reason: RefusalReason, draft: Draft | None = None
    ) -> Iterator[Event]:
        yield Refused(REFUSAL)
        ended = NOTHING_WRITTEN if draft is None else draft.ended
        answer = Answer(
            question=enquiry.question,
            text=REFUSAL,
            short_answer=None,
            refused=True,
            sentences=(),
            passages=tuple(enquiry.passages),
            timings=clock.timings(),
            tokens=ended.use,
            refusal=reason,
            reasoning=ended.reasoning,
            searched=enquiry.searched,
            answerability=None if draft is None else draft.answerability,
        )
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
