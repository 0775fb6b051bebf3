"""The words of a text in any script: where a script sets no spaces between words, its characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final

#: Scripts written without spaces between words: first and last code point of each block.
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x2FDF),  # radicals of Han
    (0x3005, 0x3007),  # iteration mark and zero of Han
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
#: Letters, marks and numbers make words. All else (punctuation, symbols, spaces, controls) parts them.
_IN_WORDS: Final = frozenset("LMN")


class _Parting(dict[int, str]):
    """For `str.translate`: a space for what parts words, and one on each side of what is a word by itself."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if unicodedata.category(character)[0] not in _IN_WORDS:
            parted = " "
        elif is_unspaced(character):
            parted = f" {character} "
        else:
            parted = character
        self[code] = parted
        return parted


_PARTING = _Parting()


def is_unspaced(character: str) -> bool:
    """Whether the character's script sets no spaces between words: Han, Kana, Thai and a few more."""
    code = ord(character)
    return code >= _UNSPACED[0][0] and any(first <= code <= last for first, last in _UNSPACED)


def folded(text: str) -> str:
    """The text without differences of case and of form (NFKC), so that a ligature is its letters."""
    return unicodedata.normalize("NFKC", text).casefold()


def words(text: str) -> list[str]:
    """The folded words in order, without punctuation; a character of an unspaced script is a word.

    This is how MLQA parts Chinese (https://arxiv.org/abs/1910.07475). On plain ASCII it gives what
    `rouge_score` does before stemming. Not SQuAD's normalisation, which joins "don't" and drops articles.
    """
    return folded(text).translate(_PARTING).split()


def mostly_unspaced(text: str) -> bool:
    """Whether at least half of the text's words are characters of an unspaced script."""
    found = words(text)
    return bool(found) and 2 * sum(len(word) == 1 and is_unspaced(word) for word in found) >= len(found)


def ngrams(items: Sequence[str], length: int) -> list[tuple[str, ...]]:
    """Every stretch of so many items, in order; none where there are fewer."""
    return [tuple(items[start : start + length]) for start in range(len(items) - length + 1)]
