"""The words of a sentence and of its sources, brought to one form so that they can be compared."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.terms import STOP_WORDS, stem

#: Scripts that set no spaces between words: each character is one.
_UNSPACED = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"\d+(?:[.,]\d+)*|[{_UNSPACED}]|(?:(?![{_UNSPACED}])[^\W\d_])+|[,;:.()|–—]")
_NOT = re.compile(r"\b(?:(ca)n|(wo)n|(\w+?) ?n) ?['’] ?t\b|\b(can)not\b", re.IGNORECASE)

#: What ends a stretch that a "not" can reach over.
BREAK = "|"
_BREAKING = frozenset(",;()–—")
_TURNING = frozenset("but although though except while whereas however unless".split())
_STARTING = frozenset(".:|")


@dataclass(frozen=True, slots=True)
class Word:
    """A word in the form in which it is compared, and as it was written. Of `BREAK` no word is made."""

    form: str
    written: str

    @property
    def has_content(self) -> bool:
        """Whether it can tell what a sentence is about."""
        return self.form not in STOP_WORDS and self.form != BREAK


def words(text: str) -> list[Word]:
    """The words and numbers in order, without punctuation."""
    return [word for word in words_and_breaks(text) if word.form != BREAK]


def words_and_breaks(text: str) -> list[Word]:
    """The same with a `BREAK` where a clause ends: at commas and the like, and before "but" and its kin."""
    found: list[Word] = []
    for token in _TOKEN.findall(_NOT.sub(_spelled_out, text)):
        folded = token.lower()
        if token in _STARTING:
            continue
        if token in _BREAKING:
            found.append(Word(BREAK, token))
            continue
        if folded in _TURNING:
            found.append(Word(BREAK, token))
        found.append(Word(folded if folded in STOP_WORDS else _form(folded), token))
    return found


def _form(word: str) -> str:
    """48.00 and 48 are one number, as `numbers` has it, too."""
    form = stem(word)
    return form.rstrip("0").rstrip(".") if form[0].isdigit() and form.count(".") == 1 else form


def _spelled_out(match: re.Match[str]) -> str:
    """Two words for "can't", "won't", "isn't" and "cannot"."""
    can, will, other, joined = match.groups()
    verb = "can" if can or joined else "will" if will else other
    return f"{verb} not"
