"""The tokens a model reads, counted with its own tokenizer and without loading the model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ingest.embedding.model_folder import ModelFolder
from ingest.errors import IngestError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Span = tuple[int, int]

_ANY_WORD = "a"


class ModelTokens:
    """The tokens of texts that are embedded behind a prefix."""

    def __init__(self, folder: ModelFolder, prefix: str) -> None:
        self._tokenizer = open_tokenizer(folder.tokenizer_file, lower_case=folder.lower_case)
        special = self._tokenizer.num_special_tokens_to_add(False)
        self._max_tokens = max(1, folder.max_tokens - special - self._added_by(prefix))

    @property
    def max_tokens(self) -> int:
        """What the model reads of a text: without the special tokens and those of the prefix."""
        return self._max_tokens

    def spans(self, text: str) -> list[Span]:
        return token_spans(self._tokenizer, text)

    def _added_by(self, prefix: str) -> int:
        """Counted before a word: a prefix alone may end in a token that else belongs to what follows."""
        return len(self.spans(prefix + _ANY_WORD)) - len(self.spans(_ANY_WORD))


def open_tokenizer(file: Path, max_tokens: int | None = None, *, lower_case: bool = False) -> Tokenizer:
    """The tokenizer in a `tokenizer.json`: cut at `max_tokens`, or never cut. It never pads.

    With `lower_case` it reads capitals as small letters, whatever the file says. Raises IngestError.
    """
    from tokenizers import Tokenizer, normalizers

    if not file.is_file():
        raise IngestError(
            f"{file} is missing: without it tokens cannot be counted. Save the model anew with a recent "
            "sentence-transformers, which writes it, or name another folder."
        )
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # the library raises nothing more special
        raise IngestError(f"{file} could not be read ({error}). Fetch the model again.") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    if max_tokens is not None:
        tokenizer.enable_truncation(max_length=max_tokens)
    if lower_case:
        own = [] if tokenizer.normalizer is None else [tokenizer.normalizer]
        tokenizer.normalizer = normalizers.Sequence([normalizers.Lowercase(), *own])
    return tokenizer


def token_spans(tokenizer: Tokenizer, text: str) -> list[Span]:
    """Character span of each token, in order, without special tokens.

    Where several tokens are of one character, or one is only a mark before it, the last has it and those
    before are empty.
    """
    spans: list[Span] = list(tokenizer.encode(text, add_special_tokens=False).offsets)
    following = [start for start, _ in spans[1:]]
    return [
        *((start, min(end, after)) for (start, end), after in zip(spans, following, strict=False)),
        *spans[-1:],
    ]
