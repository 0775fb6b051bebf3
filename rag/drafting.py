"""What the model writes of an enquiry, as far as it may be shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from generators.text.protocol import Evidence, Finished, GenerationRequest, PromptRead, TextGenerator
from rag.answer_cleaning import cleaned
from rag.answer_clock import NOTHING_WRITTEN, Ended
from rag.answerability.judge import AnswerabilityJudge
from rag.citations import without_marks
from rag.enquiry import Enquiry
from rag.neutralising import without_notes
from rag.prompting import Prompting
from rag.reasoning import ReasoningReader
from rag.refusal import MODEL_REFUSAL, is_refusal, may_become_refusal
from rag.types import ReasoningAdded, TextAdded


class Draft:
    """One answer being written. What may still turn out to be a refusal is held back.

    With a judge its verdict stands: what it holds for unanswerable is not written, and where it does not, a
    model that begins with the refusal it was told of is asked once more, and not let begin so. Among the
    questions that the judge lets pass the model refuses answerable ones as often as others
    (docs/benchmarks.md). A refusal in other words, or behind reasoning, stays one.
    """

    def __init__(
        self,
        generator: TextGenerator,
        prompting: Prompting,
        judge: AnswerabilityJudge | None,
        enquiry: Enquiry,
        deadline: float | None = None,
    ) -> None:
        self._generator = generator
        self._marker = prompting.answer_marker
        self._judge = judge
        self._enquiry = enquiry
        self._request = GenerationRequest(
            messages=prompting.messages(enquiry.put, enquiry.passages, enquiry.turns),
            question=enquiry.meant,
            evidence=tuple(Evidence(p.number, p.title, without_notes(p.text)) for p in enquiry.passages),
            max_tokens=prompting.max_tokens,
            sampling=prompting.sampling,
            deadline=deadline,
            signals=judge is not None,
            openings=() if judge is None else judge.openings,
            layers=() if judge is None else judge.layers,
        )
        self._answerable: bool | None = None
        self.answerability: float | None = None
        self.text = ""
        self.ended = NOTHING_WRITTEN

    @property
    def refuses(self) -> bool:
        """Whether there is no answer: once all is read."""
        if self.unanswerable:
            return True
        return not self.ended.early and (not without_marks(self.text) or is_refusal(self.text))

    @property
    def unanswerable(self) -> bool:
        """Whether its judge ended it: then nothing was written."""
        return self._answerable is False

    def read(self, cancelled: Callable[[], bool]) -> Iterator[ReasoningAdded | TextAdded]:
        """What can be shown, as it comes; together it is `text`, but for a refusal's."""
        yield from self._attempt(self._request, cancelled)
        if self._answerable and self._marker is None and self.refuses and self._begins_as_told():
            first = self.ended.use
            self.text = ""
            yield from self._attempt(replace(self._request, barred=(MODEL_REFUSAL,)), cancelled)
            self.ended = replace(self.ended, use=first + self.ended.use)

    def _begins_as_told(self) -> bool:
        """Whether it is the refusal's first words that it begins with; nothing of them has been shown."""
        return self.text.lstrip().lower().startswith(MODEL_REFUSAL.rstrip(".").lower())

    def _attempt(
        self, request: GenerationRequest, cancelled: Callable[[], bool]
    ) -> Iterator[ReasoningAdded | TextAdded]:
        shown = ""
        written = ReasoningReader(self._marker)
        # No name holds the stream: leaving the loop is to free the engine.
        for event in written.read(
            cleaned(
                self._generator.stream(request, cancelled),
                self._enquiry.meant,
                self._enquiry.passages,
                self._marker,
            )
        ):
            if isinstance(event, ReasoningAdded):
                yield event
            elif isinstance(event, Finished):
                self.ended = Ended.of(event, written.reasoning)
                break
            elif isinstance(event, PromptRead):
                self.ended = Ended.before_writing(event)
                self._judged(event)
                if self._answerable is False:
                    return
            else:
                self.text += event.text
                if shown or not may_become_refusal(self.text):
                    yield TextAdded(self.text[len(shown) :])
                    shown = self.text
        if shown != self.text and not self.refuses:
            yield TextAdded(self.text[len(shown) :])

    def _judged(self, read: PromptRead) -> None:
        if self._judge is None:
            return
        enquiry = self._enquiry
        score = self._judge.score(enquiry.meant, enquiry.passages, enquiry.evidence, read)
        least = (
            self._judge.threshold if enquiry.minimum_answerability is None else enquiry.minimum_answerability
        )
        self.answerability = score
        self._answerable = None if score is None else score >= least
