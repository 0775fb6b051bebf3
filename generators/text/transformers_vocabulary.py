"""A model's own tokenizer, of which documents can use no special token."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from generators.errors import ModelUnusable
from generators.text.chat_template import CHATML, PLAIN, ChatTemplate

_BROKEN_CHARACTER = "\ufffd"
#: A character is at most 4 bytes, each of them a token at worst; what is broken longer stays so.
_MOST_WAITING_TOKENS = 4


def open_tokenizer(folder: Path) -> Any:
    """Raises ModelUnusable."""
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(str(folder), trust_remote_code=False, local_files_only=True)
    except Exception as error:
        raise ModelUnusable(
            f"The tokenizer in {folder} cannot be opened: {error}. The folder needs tokenizer.json, or the "
            "files of its kind of tokenizer; fetch the model again."
        ) from error


class TransformersVocabulary:
    """A Vocabulary over a tokenizer of transformers. `tokenize` is safe for several threads."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._lock = threading.Lock()
        added = tokenizer.added_tokens_decoder
        # What stands for an unknown character is content like any other.
        self._control = (
            frozenset(tokenizer.all_special_ids) | {token for token, how in added.items() if how.special}
        ) - {tokenizer.unk_token_id}
        self._user_defined = frozenset(added) - self._control - {tokenizer.unk_token_id}
        self.beginning_token = _number(tokenizer.bos_token_id)
        self.end_token = _number(tokenizer.eos_token_id)
        self.before, self.after = self._wrapping()
        self.adds_beginning = self.beginning_token >= 0 and self.before[:1] == (self.beginning_token,)
        self.adds_space = self.token_name(self.tokenize("a", markup=False)[0]).startswith("▁")

    def tokenize(self, text: str, *, markup: bool) -> list[int]:
        """Tokens without an added beginning. Names of special tokens count as such only in markup."""
        whole = text.encode("utf-8", "replace").decode("utf-8")
        with self._lock:  # how special tokens are read is the tokenizer's state, not the call's
            tokens = self._tokenizer.encode(
                whole, add_special_tokens=False, split_special_tokens=not markup, verbose=False
            )
        return list(tokens)

    def token_name(self, token: int) -> str:
        return str(self._tokenizer.convert_ids_to_tokens(token)) if token >= 0 else ""

    def is_control(self, token: int) -> bool:
        return token in self._control

    def is_user_defined(self, token: int) -> bool:
        return token in self._user_defined

    def text(self, tokens: list[int]) -> str:
        """Special tokens have none."""
        with self._lock:
            decoded = self._tokenizer.decode(
                tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False
            )
        return str(decoded)

    def open_decoder(self) -> TransformersDecoder:
        return TransformersDecoder(self)

    def chat_template(self, name: str, *, wrapped: bool) -> ChatTemplate:
        """The model's own; without one the usual markup if it knows that, else the contents alone.

        `wrapped`: contents stand between the tokens that the tokenizer puts around a text, for encoders.
        """
        source = self._tokenizer.chat_template
        if isinstance(source, dict):
            source = source.get("default") or next(iter(source.values()), None)
        if not source:
            knows_chatml = len(self.tokenize("<|im_start|>", markup=True)) == 1
            source = CHATML if knows_chatml else self._wrapped(PLAIN) if wrapped else PLAIN
        return ChatTemplate(
            source,
            bos_token=self.token_name(self.beginning_token),
            eos_token=self.token_name(self.end_token),
            name=name,
        )

    def _wrapped(self, source: str) -> str:
        before, after = ("".join(map(self.token_name, tokens)) for tokens in (self.before, self.after))
        return f"{{{{ {before!r} }}}}{source}{{{{ {after!r} }}}}"

    def _wrapping(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """What the tokenizer puts before and after a text."""
        bare = self.tokenize("a", markup=False)
        whole = list(self._tokenizer.encode("a"))
        for start in range(len(whole) - len(bare) + 1):
            if whole[start : start + len(bare)] == bare:
                return tuple(whole[:start]), tuple(whole[start + len(bare) :])
        return (), ()


class TransformersDecoder:
    """Makes text of tokens, each read along with those before it: spaces and characters hang on them."""

    def __init__(self, vocabulary: TransformersVocabulary) -> None:
        self._vocabulary = vocabulary
        self._tokens: list[int] = []
        self._shown_tokens = 0

    def decode(self, token: int) -> str:
        self._tokens.append(token)
        before = self._vocabulary.text(self._tokens[: self._shown_tokens])
        text = self._vocabulary.text(self._tokens)
        waiting = len(self._tokens) - self._shown_tokens
        if text.endswith(_BROKEN_CHARACTER) and waiting < _MOST_WAITING_TOKENS:
            return ""
        self._tokens = self._tokens[self._shown_tokens :]
        self._shown_tokens = len(self._tokens)
        return text[len(before) :]


def _number(token: int | None) -> int:
    return -1 if token is None else token
