"""The tokens a model reads, counted with its own tokenizer and without loading the model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer


def open_tokenizer(file: Path, max_tokens: int | None = None) -> Tokenizer:
    """The tokenizer in a `tokenizer.json`: cut at `max_tokens`, or never cut. It never pads."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    if max_tokens is not None:
        tokenizer.enable_truncation(max_length=max_tokens)
    return tokenizer


def token_spans(tokenizer: Tokenizer, text: str) -> list[tuple[int, int]]:
    """Character span of each token, in order, without special tokens."""
    return [(start, end) for start, end in tokenizer.encode(text, add_special_tokens=False).offsets]
