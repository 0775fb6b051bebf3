"""A summary of whole documents: piece by piece into notes, and the notes into one text."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace

from generators.text.protocol import Quoting
from rag.checking import SentenceReader
from rag.enquiry import Enquiry
from rag.neutralising import neutralised
from rag.overviews.notes import (
    Note,
    as_passages,
    as_sentences,
    batches,
    distinct,
    evenly,
    fitted,
    in_own_words,
    notes_of,
)
from rag.overviews.pieces import Piece
from rag.overviews.reading_plan import ReadingPlan
from rag.overviews.tally import Tally
from rag.overviews.writers import WHAT_DOES_IT_SAY, Writers, written
from rag.reading import ReadingProgress
from rag.refusal import REFUSAL
from rag.sentences import answer_sentence_spans
from rag.types import (
    Answer,
    Answered,
    Event,
    PassagesFound,
    Refused,
    Sentence,
    SentenceChecked,
    SentenceWithdrawn,
    TextAdded,
)

#: So few notes are the summary; and so many are shown where the model makes none of them.
_FEW_NOTES = 4
_SHOWN_NOTES = 6
_SHORTEST_LEAD_WORDS = 4


class Summary:
    """Sums up what a plan says is to be read. `focus` is what it is to be about, None for everything."""

    def __init__(self, writers: Writers, focus: str | None, question: str) -> None:
        self._writers = writers
        self._focus = focus
        self._asked = focus or WHAT_DOES_IT_SAY
        self._question = question
        quoting: Quoting = "leads" if focus is None else "best"
        self._notes = writers.of_notes(quoting)
        self._condensing = writers.of_condensed_notes(quoting)
        self._summary = writers.of_summary(quoting)

    def piece_tokens(self, wanted: int) -> int:
        """Tokens of a piece: as many as wanted, fewer where the context would overflow.

        Raises QuestionTooLong.
        """
        return self._notes.passage_budget(self._asked, wanted, ())

    def stream(self, plan: ReadingPlan, started: float, cancelled: Callable[[], bool]) -> Iterator[Event]:
        """Progress, then the summary as an answer comes; the last event is `Answered`."""
        tally = Tally(started)
        notes: list[Note] = []
        for number, piece in enumerate(plan.pieces):
            if cancelled():
                yield tally.stopped(self._question, plan.coverage(number))
                return
            yield ReadingProgress(piece.document, number + 1, len(plan.pieces))
            answer = tally.add(written(self._notes, self._asked, piece.passages, started, cancelled))
            if answer.finish == "cancelled":
                yield tally.stopped(self._question, plan.coverage(number))
                return
            notes += notes_of(_whole_sentences(answer), answer.passages)
        notes = distinct(notes)
        if not notes and self._focus is None:
            notes = [note for piece in plan.pieces for note in self._lead(piece)]
        budget = self._summary.passage_budget(self._asked, self._writers.generator.context_tokens, ())
        notes = yield from self._condense(notes, budget, tally, cancelled)
        if cancelled():
            yield tally.stopped(self._question, plan.coverage())
            return
        for event in self._sum_up(notes, tally, cancelled):
            if isinstance(event, Answered):
                answer = replace(event.answer, kind="overview", coverage=plan.coverage())
                yield Answered(replace(answer, question=self._question, short_answer=None))
            else:
                yield event

    def _condense(
        self, notes: list[Note], budget: int, tally: Tally, cancelled: Callable[[], bool]
    ) -> Generator[Event, None, list[Note]]:
        """Fewer notes, until all fit one prompt: each round at most half as many."""
        count = self._writers.generator.count_tokens
        notes = [fitted(note, budget, count) for note in notes]
        while len(groups := batches(notes, budget, count)) > 1 and not cancelled():
            if len(groups) == len(notes):  # not even two fit together
                notes = notes[::2]
                continue
            fewer: list[Note] = []
            for number, group in enumerate(groups, 1):
                if len(group) == 1 or cancelled():
                    fewer += group[: 1 if len(group) == 1 else 0]
                    continue
                yield ReadingProgress("", number, len(groups))
                answer = tally.add(
                    written(self._condensing, self._asked, as_passages(group), tally.started, cancelled)
                )
                condensed = notes_of(answer.sentences, answer.passages) or evenly(group, _SHOWN_NOTES)
                fewer += condensed[: max(1, len(group) // 2)]
            notes = [fitted(note, budget, count) for note in fewer]
        return notes

    def _sum_up(self, notes: Sequence[Note], tally: Tally, cancelled: Callable[[], bool]) -> Iterator[Event]:
        """Events of the last text."""
        if not notes:
            yield Refused(REFUSAL)
            yield Answered(tally.refusal(self._question))
            return
        if len(notes) <= _FEW_NOTES:
            yield from self._as_they_are(notes, tally)
            return
        for event in self._summary.stream(Enquiry(self._asked, as_passages(notes), tally.started), cancelled):
            if isinstance(event, PassagesFound):
                yield PassagesFound(tuple(map(in_own_words, event.passages)))
            elif isinstance(event, Answered):
                answer = tally.add(event.answer)
                # The notes are there, and checked: what they say is better than what they do not.
                if answer.refused or not notes_of(answer.sentences, answer.passages):
                    yield from self._as_they_are(evenly(notes, _SHOWN_NOTES), tally)
                    return
                whole = _whole_sentences(answer)
                for cut in answer.sentences[len(whole) :]:
                    start, _ = answer_sentence_spans(answer.text)[-1]
                    answer = replace(answer, sentences=whole, text=answer.text[:start].rstrip())
                    yield SentenceWithdrawn(cut)
                own = tuple(map(in_own_words, answer.passages))
                yield Answered(tally.timed(replace(answer, passages=own)))
            elif not isinstance(event, Refused):
                yield event

    def _as_they_are(self, notes: Sequence[Note], tally: Tally) -> Iterator[Event]:
        """The notes themselves as the text."""
        sentences = as_sentences(notes)
        passages = tuple(map(in_own_words, as_passages(notes)))
        text = " ".join(f"{sentence.text} [{number}]" for number, sentence in enumerate(sentences, 1))
        yield PassagesFound(passages)
        yield TextAdded(text)
        for sentence in sentences:
            yield SentenceChecked(sentence)
        yield Answered(tally.answer(self._question, text, sentences, passages))

    def _lead(self, piece: Piece) -> list[Note]:
        """How the piece begins, for a model that made nothing of it."""
        passages = tuple(map(neutralised, piece.passages))
        reader = SentenceReader("", passages, self._writers.checker)
        for passage in passages:
            for span in passage.spans:
                if len(span.text.split()) >= _SHORTEST_LEAD_WORDS:
                    said = " ".join(span.text.split())
                    return notes_of([reader.read(f"{said} [{passage.number}]")], passages)
        return []


def _whole_sentences(answer: Answer) -> tuple[Sentence, ...]:
    """All of them but one that was cut off at the most tokens there may be."""
    cut = answer.finish == "length" and len(answer.sentences) > 1
    return answer.sentences[:-1] if cut else answer.sentences
