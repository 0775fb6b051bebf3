"""Characters that nobody sees, and what was written with them.

Loaders drop the harmless ones (`ingest/loaders/characters.py`). What is left can carry a whole text past the
eye: tag characters (U+E0000 on) and variation selectors spell bytes, zero-width characters break up words,
and bidirectional overrides show a text in another order than it is read in.
"""

from __future__ import annotations

import re
import unicodedata

_TAGS = "\U000e0000-\U000e007f"
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_OVERRIDES = "\u202d\u202e"
#: Zero width, bidirectional controls, invisible operators and fillers, byte order mark, interlinear anchors.
_ZERO_WIDTH = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
_FILLERS = "\u3164\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
_CONTROLS = "\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f"

_INVISIBLE = re.compile(f"[{_TAGS}{_SELECTORS}{_ZERO_WIDTH}{_FILLERS}{_CONTROLS}]")
_JOINERS = "\u200c\u200d"
#: One or two are an emoji's flag or style; a run of them is a message.
_SMUGGLED = re.compile(f"[{_TAGS}]{{4,}}|[{_SELECTORS}]{{2,}}")
#: A joiner between letters of scripts that are written with it, or between two pictures, is spelling.
_LATIN = re.compile(r"[A-Za-zÀ-ɏͰ-ϿЀ-ӿ0-9]")
_BROKEN_WORD = re.compile(f"(?<=[^\\W\\d_])[{_ZERO_WIDTH}{_FILLERS}](?=[^\\W\\d_])")
_OVERRIDDEN = re.compile(f"[{_OVERRIDES}]([^\u202c\n]*)")
_FEWEST_BREAKS = 5


def without_invisible(text: str) -> str:
    """The text as it is seen: without what has no width, but for joiners where a script needs them."""
    if text.isascii() and text.isprintable():
        return text
    return _INVISIBLE.sub(_kept, text)


def hides_text(text: str) -> bool:
    """Whether invisible characters do more than typesetting: spell, break up words, turn them round."""
    if text.isascii():
        return False
    return (
        _SMUGGLED.search(text) is not None
        or _OVERRIDDEN.search(text) is not None
        or len(_BROKEN_WORD.findall(text.replace("\u00ad", ""))) >= _FEWEST_BREAKS
    )


def turned_round(text: str) -> str:
    """What a bidirectional override shows in the opposite order, as it is seen; empty without one."""
    return " ".join(match.group(1)[::-1] for match in _OVERRIDDEN.finditer(text))


def _kept(match: re.Match[str]) -> str:
    character, text = match.group(), match.string
    if character not in _JOINERS:
        return ""
    before = text[match.start() - 1 : match.start()]
    after = text[match.end() : match.end() + 1]
    joins = all(
        side and not _LATIN.match(side) and unicodedata.category(side) in ("Lo", "Mn", "Mc", "So", "Sk")
        for side in (before, after)
    )
    return character if joins else ""
