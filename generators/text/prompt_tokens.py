"""From a rendered prompt's segments to the tokens that are evaluated, block by block.

A prompt is always evaluated in the same blocks, and only whole blocks are reused. How a token is
computed depends, in the last digits, on what is computed along with it: so the answer to a prompt
does not depend on what was asked before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from generators.text.chat_template import Segment
from generators.text.protocol import Message

Block = tuple[int, ...]


class Vocabulary(Protocol):
    """What of a model is needed here (llama_model.LlamaModel has it)."""

    adds_beginning: bool
    adds_space: bool
    beginning_token: int

    def tokenize(self, text: str, *, markup: bool) -> list[int]: ...
    def token_name(self, token: int) -> str: ...
    def is_control(self, token: int) -> bool: ...
    def is_user_defined(self, token: int) -> bool: ...


def content_tokens(
    vocabulary: Vocabulary, text: str, markup_tokens: frozenset[int] = frozenset()
) -> list[int]:
    """Tokens of plain text, none of them special.

    llama.cpp matches a vocabulary's user-defined tokens even in plain text. Where one of those that
    the template uses as markup comes up, its name is cut in two and spelt out.
    """
    tokens: list[int] = []
    for token in vocabulary.tokenize(text, markup=False):
        if not vocabulary.is_control(token) and token not in markup_tokens:
            tokens.append(token)
            continue
        name = vocabulary.token_name(token)
        half = (len(name) + 1) // 2
        for part in (name[:half], name[half:]):
            tokens += vocabulary.tokenize(part, markup=False)
    return tokens


def prompt_blocks(
    vocabulary: Vocabulary, segments: Sequence[Segment], messages: Sequence[Message], block_tokens: int
) -> tuple[Block, ...]:
    """A prompt's tokens in blocks of at most `block_tokens`.

    A new block begins where a user's content begins, since up to there a prompt is stable, and where that
    content says that it may be cut.
    """
    segments = _join_spaces(segments) if vocabulary.adds_space else segments
    markup = [
        vocabulary.tokenize(segment.text, markup=True) if segment.message is None else []
        for segment in segments
    ]
    reserved = frozenset(
        token
        for tokens in markup
        for token in tokens
        if vocabulary.is_user_defined(token) and vocabulary.token_name(token).strip("\n\t ▁")
    )
    tokens: list[int] = []
    starts = [0]
    for segment, markup_tokens in zip(segments, markup, strict=True):
        if segment.message is None:
            tokens += markup_tokens
            continue
        message = messages[segment.message] if segment.message < len(messages) else None
        if message is not None and message.role != "user":
            tokens += content_tokens(vocabulary, segment.text, reserved)
            continue
        for part in _parts(vocabulary, segment.text, message):
            starts.append(len(tokens))
            tokens += content_tokens(vocabulary, part, reserved)
    if vocabulary.adds_beginning and tokens[:1] != [vocabulary.beginning_token]:
        tokens.insert(0, vocabulary.beginning_token)
        starts = [0, *(start + 1 for start in starts[1:])]
    return _cut(tokens, starts, block_tokens)


def shared_blocks(evaluated: Sequence[Block], wanted: Sequence[Block]) -> int:
    """How many blocks at the start are the same."""
    shared = 0
    for have, want in zip(evaluated, wanted, strict=False):
        if have != want:
            break
        shared += 1
    return shared


def count_block_tokens(blocks: Sequence[Block]) -> int:
    return sum(len(block) for block in blocks)


def _parts(vocabulary: Vocabulary, text: str, message: Message | None) -> list[str]:
    """The text between the message's cuts; whole where the vocabulary would put a space before each part."""
    begins = -1 if message is None or vocabulary.adds_space else message.content.find(text)
    if message is None or begins < 0:  # a template may have trimmed it
        return [text]
    cuts = sorted({cut - begins for cut in message.cuts if 0 < cut - begins < len(text)})
    return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def _cut(tokens: Sequence[int], starts: Sequence[int], block_tokens: int) -> tuple[Block, ...]:
    return tuple(
        tuple(tokens[position : min(position + block_tokens, end)])
        for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True)
        for position in range(start, end, block_tokens)
    )


def _join_spaces(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """For vocabularies that put a space before every text they cut: take one off where two texts meet."""
    joined: list[Segment] = []
    for segment in segments:
        if joined and segment.text.startswith(" "):
            segment = Segment(segment.text[1:], segment.message)
        elif joined and joined[-1].text.endswith(" "):
            joined[-1] = Segment(joined[-1].text[:-1], joined[-1].message)
        joined.append(segment)
    return tuple(joined)
