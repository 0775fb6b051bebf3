"""Any chat model that LangChain opens, local or at a provider: OpenAI, Anthropic, Ollama, vLLM and others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from generators.errors import GenerationFailed
from generators.text.behind import read_behind
from generators.text.estimated_tokens import estimate_message_tokens, estimate_tokens
from generators.text.grammar import refuse_grammar
from generators.text.piece_tally import PieceTally
from generators.text.protocol import (
    Finished,
    GenerationEvent,
    GenerationRequest,
    Interruption,
    Message,
    PromptRead,
    Sampling,
)
from generators.text.stopping import StopFilter, interruption
from generators.text.words import require_fit

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk, BaseMessage

_CUT_SHORT = frozenset({"length", "max_tokens", "model_length"})
_WITHHELD = frozenset({"content_filter", "safety", "prohibited_content", "refusal", "recitation"})


class LangChainGenerator:
    """A TextGenerator over a chat model that is opened for a request's limits and sampling.

    Its tokenizer is elsewhere: what is counted ahead is an estimate, and `Finished` has the model's own
    figures where it gives them. Stop strings are looked for here, since servers do not tell them from an end.
    Signals are not known, and an opening cannot be barred.
    """

    def __init__(
        self,
        open_model: Callable[[int, Sampling], BaseChatModel],
        *,
        id: str,
        context_tokens: int = 4096,
        explain: Callable[[Exception], Exception] | None = None,
    ) -> None:
        """`open_model` takes the most tokens and the sampling; `explain` puts what failed in words."""
        self._open_model = open_model
        self._id = id
        self._context_tokens = context_tokens
        self._explain = explain or (lambda error: GenerationFailed(f"{id} could not answer: {error}"))
        self._opened: tuple[int, Sampling, BaseChatModel] | None = None
        self._closed = False

    @property
    def id(self) -> str:
        return self._id

    @property
    def context_tokens(self) -> int:
        return self._context_tokens

    @property
    def accelerated(self) -> bool:
        return False  # it may be, but what a long prompt costs there is not known here

    def count_tokens(self, text: str) -> int:
        return estimate_tokens(text)

    def count_prompt_tokens(self, messages: Sequence[Message]) -> int:
        return estimate_message_tokens(messages)

    def stream(
        self, request: GenerationRequest, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[GenerationEvent]:
        def interrupted() -> Interruption | None:
            return "cancelled" if self._closed else interruption(request, cancelled)

        if self._closed:
            raise GenerationFailed("This generator was closed. Build a new one.")
        refuse_grammar(request, self.id)
        prompt_tokens = self.count_prompt_tokens(request.messages)
        require_fit(prompt_tokens, request.max_tokens, self._context_tokens)
        if early := interrupted():
            yield Finished(early, prompt_tokens, 0, 0)
            return
        model = self._model(request)
        messages = _chat_messages(request.messages)
        chunks = read_behind(lambda: model.stream(messages), lambda: interrupted() is not None)
        try:
            yield from _read_answer(chunks, request, prompt_tokens, interrupted)
        except Exception as error:
            if isinstance(error, GenerationFailed):
                raise
            raise self._explain(error) from error
        finally:
            chunks.close()  # type: ignore[attr-defined]  # it is a generator

    def warm(self, messages: Sequence[Message]) -> None:
        """Nothing to prepare: servers keep what they have read by themselves, if they do."""

    def close(self) -> None:
        self._closed = True
        self._opened = None

    def _model(self, request: GenerationRequest) -> BaseChatModel:
        limits = request.max_tokens, request.sampling
        if self._opened is None or self._opened[:2] != limits:
            self._opened = (*limits, self._open_model(*limits))
        return self._opened[2]


@dataclass(slots=True)
class _Usage:
    """What the model says of its tokens, from whichever chunk says it last."""

    prompt_tokens: int
    reused_tokens: int = 0
    completion_tokens: int | None = None

    def read(self, chunk: AIMessageChunk) -> None:
        usage = chunk.usage_metadata
        if usage:
            self.prompt_tokens = usage["input_tokens"] or self.prompt_tokens
            self.reused_tokens = usage.get("input_token_details", {}).get("cache_read", 0)
            self.completion_tokens = usage["output_tokens"] or self.completion_tokens


def _read_answer(
    chunks: Iterator[AIMessageChunk],
    request: GenerationRequest,
    prompt_tokens: int,
    interrupted: Callable[[], Interruption | None],
) -> Iterator[GenerationEvent]:
    stop, tally, usage = StopFilter(request.stop), PieceTally(), _Usage(prompt_tokens)
    openings = (None,) * len(request.openings) if request.signals else ()
    read = False
    received, count = [], 0
    reason: Literal["end", "stop", "length"] | Interruption = "end"
    for chunk in chunks:
        if early := interrupted():
            reason = early
            break
        usage.read(chunk)
        reason = _reason(chunk) or reason
        text = str(chunk.text)
        if not text:
            continue
        if not read:
            yield PromptRead(None, openings, prompt_tokens)
            read = True
        if count == request.max_tokens:  # a chunk is at least a token: the server keeps no limit
            reason = "length"
            break
        count += 1
        received.append(text)
        if request.signals:
            tally.add(None)
        if shown := stop.feed(text):
            yield tally.piece(shown)
        if stop.found:
            reason = "stop"
            break
    else:
        reason = interrupted() or reason
    if not read and reason not in ("cancelled", "deadline"):
        yield PromptRead(None, openings, prompt_tokens)
    if reason in ("end", "length") and (rest := stop.finish()):
        yield tally.piece(rest)
    written = usage.completion_tokens
    if written is None:
        written = max(count, min(request.max_tokens, estimate_tokens("".join(received))))
    yield Finished(reason, usage.prompt_tokens, usage.reused_tokens, written)


def _reason(chunk: AIMessageChunk) -> Literal["end", "length"] | None:
    """Why the model stopped, where this chunk tells. Raises GenerationFailed where its answer is withheld."""
    facts = chunk.response_metadata
    named = facts.get("finish_reason") or facts.get("stop_reason") or facts.get("done_reason")
    said = str(named or "").lower()
    if said in _WITHHELD:
        raise GenerationFailed(f"The model's provider withholds the answer ({said}). Ask in other words.")
    return "length" if said in _CUT_SHORT else ("end" if said else None)


def _chat_messages(messages: Sequence[Message]) -> list[BaseMessage]:
    """Contents go as plain strings: whatever a document says in one, it is content."""
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

    kinds = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}
    return [kinds[message.role](content=message.content) for message in messages]
