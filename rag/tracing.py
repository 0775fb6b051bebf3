"""Following one answer on its way, without taking part in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from generators.text.protocol import (
    Finished,
    GenerationEvent,
    GenerationRequest,
    PromptRenderer,
    TextGenerator,
    TextPiece,
)
from machine import energy_meter
from rag.prompts import Template
from rag.trace import Searched, Trace, TracedPassage, TracedSentence, Writing
from rag.types import Answer, Answered, Event, SentenceChecked, SentenceCorrected, SentenceWithdrawn, TokenUse
from rag.wrapped_generator import WrappedGenerator


@dataclass(frozen=True, slots=True)
class _Call:
    request: GenerationRequest
    text: str
    finished: Finished


class RecordingGenerator(WrappedGenerator):
    """Keeps what the generator within was asked and what it wrote."""

    def __init__(self, generator: TextGenerator) -> None:
        super().__init__(generator)
        self.calls: list[_Call] = []

    def stream(
        self, request: GenerationRequest, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[GenerationEvent]:
        text, finished = "", Finished("cancelled", 0, 0, 0)
        try:
            for event in super().stream(request, cancelled):
                if isinstance(event, Finished):
                    finished = event
                elif isinstance(event, TextPiece):
                    text += event.text
                else:  # whoever stops here has seen enough
                    finished = Finished("stop", event.prompt_tokens, event.reused_tokens, 0)
                yield event
        finally:
            self.calls.append(_Call(request, text, finished))

    def writings(self) -> tuple[Writing, ...]:
        """All calls so far, with their prompts as the model got them."""
        renderer = self._generator if isinstance(self._generator, PromptRenderer) else None
        return tuple(
            Writing(
                messages=call.request.messages,
                prompt=None if renderer is None else renderer.rendered_prompt(call.request.messages),
                sampling=call.request.sampling,
                max_tokens=call.request.max_tokens,
                text=call.text,
                finish=call.finished.reason,
                tokens=TokenUse(
                    call.finished.prompt_tokens, call.finished.reused_tokens, call.finished.completion_tokens
                ),
            )
            for call in self.calls
        )


class TraceRecorder:
    """Records one answer: let it be written with `generator`, and read its events through `follow`.

    Just before the last event `receive` gets the trace.
    """

    def __init__(
        self, generator: TextGenerator, template: Template, receive: Callable[[Trace], None]
    ) -> None:
        self.generator = RecordingGenerator(generator)
        self._template = template
        self._receive = receive
        self._energy = energy_meter().start()

    def follow(self, events: Iterator[Event], searched: Searched) -> Iterator[Event]:
        """The same events."""
        sentences: list[TracedSentence] = []
        for event in events:
            self._energy.look()
            if isinstance(event, SentenceChecked):
                sentences.append(TracedSentence(event.sentence))
            elif isinstance(event, SentenceCorrected):
                sentences[-1] = TracedSentence(event.before, "corrected", event.sentence)
            elif isinstance(event, SentenceWithdrawn):
                sentences[-1] = TracedSentence(event.sentence, "withdrawn")
            elif isinstance(event, Answered):
                self._receive(self._trace(event.answer, searched, sentences))
            yield event

    def _trace(self, answer: Answer, searched: Searched, sentences: Sequence[TracedSentence]) -> Trace:
        return Trace(
            searched=searched,
            passages=tuple(
                TracedPassage(passage, self.generator.count_tokens(passage.text))
                for passage in answer.passages
            ),
            template=self._template.name,
            template_version=self._template.version,
            engine=self.generator.id,
            writings=self.generator.writings(),
            sentences=tuple(sentences),
            answer=answer,
            energy=self._energy.energy(),
        )
