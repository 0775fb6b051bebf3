"""An engine that reads answers out of passages, word for word, with a model of the BERT kind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence

from generators.errors import GenerationFailed, ModelUnusable
from generators.text.answer_spans import AnswerSpan, SpanReader
from generators.text.extractive import lead_sentences, split_sentences
from generators.text.grammar import refuse_grammar
from generators.text.protocol import Evidence, GenerationEvent, GenerationRequest, Message
from generators.text.stopping import interruption
from generators.text.transformers_files import ModelFiles
from generators.text.words import count_message_words, count_words, stream_words


class ReaderGenerator:
    """A TextGenerator that answers with the stretch of the evidence that its model holds for the answer.

    Where the model holds that no passage answers, it says `refusal`. `request.quoting` may ask for a stretch
    of every passage that answers; with "leads" it quotes how the evidence begins, as `extractive` does.
    """

    def __init__(
        self, files: ModelFiles, refusal: str, *, id: str, gpu: bool = True, context_tokens: int = 32_768
    ) -> None:
        """Raises ModelUnusable for a model of another kind."""
        if files.kind != "reader":
            raise ModelUnusable(
                f"{files.folder} holds no question answering model. Name it `transformers:{files.folder}` if "
                "it writes text."
            )
        self._files = files
        self._refusal = refusal
        self._id = id
        self._may_use_gpu = gpu
        self._context_tokens = context_tokens
        self._reader: SpanReader | None = None
        self._lock = threading.Lock()
        self._closed = False

    @property
    def id(self) -> str:
        return self._id

    @property
    def context_tokens(self) -> int:
        return self._context_tokens

    @property
    def accelerated(self) -> bool:
        return True  # its "tokens" are words, and it reads the passages alone

    def count_tokens(self, text: str) -> int:
        return count_words(text)

    def count_prompt_tokens(self, messages: Sequence[Message]) -> int:
        return count_message_words(messages)

    def find_spans(
        self, question: str, evidence: Sequence[Evidence], given_up: Callable[[], bool] = lambda: False
    ) -> list[AnswerSpan]:
        """The best span of each passage, best first. Raises ModelUnusable, GenerationFailed."""
        with self._lock:
            if self._closed:
                raise GenerationFailed("This generator was closed. Build a new one.")
            if self._reader is None:
                self._reader = self._open()
            return self._reader.find_spans(question, evidence, given_up)

    def stream(
        self, request: GenerationRequest, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[GenerationEvent]:
        if self._closed:
            raise GenerationFailed("This generator was closed. Build a new one.")
        refuse_grammar(request, self.id)

        def given_up() -> bool:
            return self._closed or interruption(request, cancelled) is not None

        if request.quoting == "leads":
            quotes = lead_sentences(request.evidence)
        else:
            spans = self.find_spans(request.question, request.evidence, given_up)
            answering = [span for span in spans if span.margin > 0]
            quotes = [
                (span.number, sentence)  # a mark holds for its sentence alone
                for span in (answering if request.quoting == "all" else answering[:1])
                for sentence in split_sentences(span.text)
            ]
        text = " ".join(f"{quote} [{number}]" for number, quote in quotes) or self._refusal
        yield from stream_words(text, request, self._context_tokens, cancelled)

    def warm(self, messages: Sequence[Message]) -> None:
        """Nothing to prepare."""

    def close(self) -> None:
        self._closed = True
        with self._lock:
            self._reader = None

    def _open(self) -> SpanReader:
        from generators.text.torch_weights import has_gpu, open_weights
        from generators.text.transformers_vocabulary import open_tokenizer

        tokenizer = open_tokenizer(self._files.folder)
        if not tokenizer.is_fast:
            raise ModelUnusable(
                f"The tokenizer in {self._files.folder} does not say where its tokens stand. The folder "
                "needs tokenizer.json."
            )
        model = open_weights(self._files, on_gpu=self._may_use_gpu and has_gpu())
        return SpanReader(model, tokenizer, self._files.trained_context_tokens)
