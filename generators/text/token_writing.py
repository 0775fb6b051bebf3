"""What comes after the prompt is read: the answer, token by token, and what the model says of itself."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Literal

from generators.text.log_probabilities import log_probabilities
from generators.text.piece_tally import PieceTally
from generators.text.prompt_tokens import content_tokens
from generators.text.protocol import GenerationRequest, Interruption, PromptRead, TextPiece
from generators.text.stopping import StopFilter
from generators.text.token_model import TokenModel, TokenSampler


@dataclass(frozen=True, slots=True)
class Written:
    """How the text ended, after how many tokens; `end_logprob` as in `Finished`."""

    reason: Literal["end", "stop", "length"] | Interruption
    tokens: int
    end_logprob: float | None = None


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A token and, with signals, its ln p."""

    token: int
    logprob: float | None


def read_prompt(
    model: TokenModel, request: GenerationRequest, prompt_tokens: int, reused_tokens: int
) -> PromptRead:
    """What there is to say of the prompt that the model has evaluated."""
    states = model.layers.take(request.layers)
    openings: tuple[float | None, ...] = ()
    if request.signals:
        firsts = [_first_tokens(model, (text,)) for text in request.openings]
        likely = iter(log_probabilities(model.logits(), [token for first in firsts for token in first]))
        openings = tuple(next(likely) if first else None for first in firsts)
    return PromptRead(states, openings, prompt_tokens, reused_tokens)


def write(
    model: TokenModel, request: GenerationRequest, interrupted: Callable[[], Interruption | None]
) -> Generator[TextPiece, None, Written]:
    """Write after that prompt. Raises GenerationFailed."""
    sampler = model.open_sampler(request.sampling, request.grammar)
    try:
        if request.grammar is None:  # else nothing might be left that it allows
            model.rule_out(_first_tokens(model, request.barred))
        drawn = _draw(model, sampler, request)
        return (yield from _write_on(model, sampler, request, interrupted, drawn))
    finally:
        sampler.close()


def _write_on(
    model: TokenModel,
    sampler: TokenSampler,
    request: GenerationRequest,
    interrupted: Callable[[], Interruption | None],
    drawn: _Drawn,
) -> Generator[TextPiece, None, Written]:
    # A character may be split over tokens. What is still incomplete at the end is dropped.
    characters = model.open_decoder()
    stop = StopFilter(request.stop)
    tally = PieceTally()
    written = 0
    while True:
        if early := interrupted():
            return Written(early, written)
        if written == request.max_tokens:
            ended = Written("length", written)
            break
        if model.is_end(drawn.token):
            ended = Written("end", written, drawn.logprob)
            break
        written += 1
        if request.signals:
            tally.add(drawn.logprob)
        if text := stop.feed(characters.decode(drawn.token)):
            yield tally.piece(text)
        if stop.found:
            return Written("stop", written)
        if written < request.max_tokens:
            model.evaluate((drawn.token,))
            drawn = _draw(model, sampler, request)
    if rest := stop.finish():
        yield tally.piece(rest)
    return ended


def _draw(model: TokenModel, sampler: TokenSampler, request: GenerationRequest) -> _Drawn:
    token = sampler.draw()
    if not request.signals:
        return _Drawn(token, None)
    (logprob,) = log_probabilities(model.logits(), (token,))
    return _Drawn(token, logprob)


def _first_tokens(model: TokenModel, texts: Sequence[str]) -> list[int]:
    return [token for text in texts for token in content_tokens(model, text)[:1]]
