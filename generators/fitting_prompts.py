"""A prompt that nobody typed, cut to what the model reads of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from generators.errors import PromptTooLong

_Made = TypeVar("_Made")
_PHRASE_END = re.compile(r"[.;:,!?](?=\s)|[。；：，、！？]")
_LEAST_PHRASES = 0.6


def made_with_what_fits(make: Callable[[str], _Made], prompt: str) -> tuple[_Made, str]:
    """What `make` makes of the prompt, or of as much of its beginning as fits, and that prompt.

    It is cut behind a phrase, else behind a word, else (in scripts without spaces) behind a character. Raises
    what `make` does, PromptTooLong too where a shorter prompt does not help.
    """
    while True:
        try:
            return make(prompt), prompt
        except PromptTooLong as error:
            shorter = None if error.fitting_share is None else shortened(prompt, error.fitting_share)
            if not shorter:
                raise
            prompt = shorter


def shortened(prompt: str, share: float) -> str:
    """The beginning of the prompt: about that share of it, from 0 to 1, and less than the whole."""
    room = min(int(len(prompt) * share), len(prompt.rstrip()) - 1)
    begun = prompt[: max(0, room)]
    phrases = [found.end() for found in _PHRASE_END.finditer(prompt, 0, room + 1) if found.end() <= room]
    if phrases and phrases[-1] >= _LEAST_PHRASES * room:
        begun = prompt[: phrases[-1]]
    elif not prompt[room : room + 1].isspace():
        begun = begun.rpartition(" ")[0] or begun
    return begun.rstrip(" .;:,。、，；：")
