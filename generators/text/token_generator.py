"""What every engine that runs a language model token by token has in common."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar

from generators.errors import GenerationFailed
from generators.text.chat_template import ChatTemplate
from generators.text.prompt_tokens import (
    Block,
    content_tokens,
    count_block_tokens,
    prompt_blocks,
    shared_blocks,
)
from generators.text.protocol import Finished, GenerationEvent, GenerationRequest, Interruption, Message
from generators.text.stopping import interruption
from generators.text.token_model import TokenModel
from generators.text.token_writing import read_prompt, write
from generators.text.words import require_fit

Model = TypeVar("Model", bound=TokenModel)


class TokenGenerator(ABC, Generic[Model]):
    """A TextGenerator over one loaded model. It loads when first needed, or at `load`.

    One request at a time: a second waits until the first one's stream is read to its end or closed,
    and a thread that holds an unfinished stream is told so when it starts another. `close` during a request
    ends that request as cancelled.
    """

    def __init__(self, *, id: str, context_tokens: int) -> None:
        self._id = id
        self._context_tokens = context_tokens
        self._model: Model | None = None
        self._template: ChatTemplate | None = None
        #: What the context holds of the last prompt.
        self._evaluated: list[Block] = []
        self._turn_lock = threading.Lock()
        self._turn_owner: int | None = None
        self._load_lock = threading.RLock()
        self._closed = False

    @abstractmethod
    def _open(self) -> Model:
        """Load the model. Raises ModelUnusable, EngineMissing."""

    @abstractmethod
    def _open_template(self, model: Model) -> ChatTemplate: ...

    def _restore(self, model: Model, blocks: Sequence[Block]) -> bool:  # noqa: ARG002 - for engines that keep some
        """Have the context hold these blocks without evaluating them, where they are kept."""
        return False

    def _keep(self, model: Model, blocks: Sequence[Block]) -> None:
        """Keep what the context holds, these blocks, for the next process."""

    @property
    def id(self) -> str:
        return self._id

    @property
    def context_tokens(self) -> int:
        return self._context_tokens

    def load(self) -> None:
        """Load the model now. Raises ModelUnusable, EngineMissing."""
        self._loaded()

    def count_tokens(self, text: str) -> int:
        with self._load_lock:  # so that closing does not free the vocabulary meanwhile
            return len(content_tokens(self._loaded(), text))

    def count_prompt_tokens(self, messages: Sequence[Message]) -> int:
        with self._load_lock:
            return count_block_tokens(self._blocks(self._loaded(), messages))

    def rendered_prompt(self, messages: Sequence[Message]) -> str:
        with self._load_lock:
            segments = self._chat_template(self._loaded()).render(messages)
        return "".join(segment.text for segment in segments)

    def stream(
        self, request: GenerationRequest, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[GenerationEvent]:
        def interrupted() -> Interruption | None:
            return "cancelled" if self._closed else interruption(request, cancelled)

        with self._turn() as model:
            blocks = self._blocks(model, request.messages)
            prompt_tokens = count_block_tokens(blocks)
            require_fit(prompt_tokens, request.max_tokens, self._context_tokens)
            if not blocks:
                raise GenerationFailed("The prompt is empty. Ask something.")
            # The last block is evaluated even when it is there: its logits are wanted.
            shared = min(shared_blocks(self._evaluated, blocks), len(blocks) - 1)
            reused, early = self._evaluate(model, blocks, shared, interrupted, request.layers)
            if early:
                yield Finished(early, prompt_tokens, reused, 0)
                return
            yield read_prompt(model, request, prompt_tokens, reused)
            written = yield from write(model, request, interrupted)
            yield Finished(written.reason, prompt_tokens, reused, written.tokens, written.end_logprob)

    def warm(self, messages: Sequence[Message]) -> None:
        """Evaluate what every prompt beginning with these messages shares, or take it from where it is kept.

        That is all up to where the content of the message after them begins. It may be kept on the disk, so
        the messages must hold nothing of the user's.
        """
        with self._turn() as model:
            segments = self._chat_template(model).stable_start(messages)
            blocks = prompt_blocks(model, segments, messages, model.batch_tokens)
            require_fit(count_block_tokens(blocks), 1, self._context_tokens)
            if shared_blocks(self._evaluated, blocks) == len(blocks) or self._restore(model, blocks):
                return
            shared = shared_blocks(self._evaluated, blocks)
            _, early = self._evaluate(model, blocks, shared, lambda: "cancelled" if self._closed else None)
            if not early:
                self._keep(model, blocks)

    def close(self) -> None:
        self._closed = True
        self._free_if_idle()

    @contextmanager
    def _turn(self) -> Iterator[Model]:
        if self._turn_owner == threading.get_ident():
            raise GenerationFailed(
                "An earlier answer of this thread is unfinished, and the next would wait for it for ever. "
                "Read its stream to the end, or close it."
            )
        try:
            with self._turn_lock:
                self._turn_owner = threading.get_ident()
                try:
                    yield self._loaded()
                finally:
                    self._turn_owner = None
        finally:
            if self._closed:
                self._free_if_idle()

    def _free_if_idle(self) -> None:
        """Free the model, unless a request runs, which then does it at its end."""
        if not self._turn_lock.acquire(blocking=False):
            return
        try:
            with self._load_lock:
                if self._model is not None:
                    self._model.close()
                self._model = None
                self._evaluated = []
        finally:
            self._turn_lock.release()

    def _loaded(self) -> Model:
        with self._load_lock:
            if self._model is None:
                if self._closed:
                    raise GenerationFailed("This generator was closed. Build a new one.")
                self._model = self._open()
            return self._model

    def _chat_template(self, model: Model) -> ChatTemplate:
        if self._template is None:
            self._template = self._open_template(model)
        return self._template

    def _blocks(self, model: Model, messages: Sequence[Message]) -> tuple[Block, ...]:
        segments = self._chat_template(model).render(messages)
        return prompt_blocks(model, segments, messages, model.batch_tokens)

    def _evaluate(
        self,
        model: Model,
        blocks: Sequence[Block],
        shared: int,
        interrupted: Callable[[], Interruption | None],
        layers: Sequence[int] = (),
    ) -> tuple[int, Interruption | None]:
        """Bring the context to hold these blocks, of which `shared` are there; watch layers in the last.

        Gives the tokens reused, and what interrupted it; what was evaluated by then stays for the next
        request.
        """
        reused = count_block_tokens(blocks[:shared])
        # Should evaluating fail, nothing in the context is to be trusted.
        self._evaluated = []
        if not model.keep_first(reused):
            shared, reused = 0, 0
        evaluated = list(blocks[:shared])
        early: Interruption | None = None
        for place, block in enumerate(blocks[shared:], start=shared + 1):
            if early := interrupted():
                break
            if place == len(blocks):
                model.layers.watch(layers)
            model.evaluate(block)
            evaluated.append(block)
        self._evaluated = evaluated
        return reused, early
