"""What of a chunk is embedded and what is indexed for words. Never what is quoted."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from itertools import islice
from pathlib import PurePath

_SEPARATORS = re.compile(r"[\s_.,;()\[\]+-]+")
_UNSPACED_RANGES = (
    "\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
)
_UNSPACED = re.compile(f"[{_UNSPACED_RANGES}]")
_UNSPACED_RUN = re.compile(f"[{_UNSPACED_RANGES}]+")
_LETTER_BESIDE_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
#: A word, or a letter of those languages that put no spaces.
_OPENING_WORD = re.compile(rf"[{_UNSPACED_RANGES}]|[^\s{_UNSPACED_RANGES}]+")
_OPENING_WORDS = 16
_LONGEST_OPENING = 120
_OPENING_LOOKED_AT = 2_000
_LONGEST_NUMBER = 8
_LONGEST_MIXED_WORD = 12


def embedded_text(names: Sequence[str], headings: Sequence[str], text: str, opening: str = "") -> str:
    """The text whose vector stands for a chunk: what names the document, where it stands, what it says."""
    return "\n".join([_place(names, headings), *([opening] if opening else []), text])


def lexical_text(names: Sequence[str], headings: Sequence[str], text: str, opening: str = "") -> str:
    """The text whose words find a chunk."""
    return unspaced_letters_apart(letters_and_digits_apart(embedded_text(names, headings, text, opening)))


def opening_of(page_text: str) -> str:
    """How a page begins: its first words, in one line.

    A page of a filing, of slides or of a paper says at its top what it is about ("Consolidated Balance
    Sheets", the company, the year), and the chunks further down do not repeat it.
    """
    words = list(islice(_OPENING_WORD.finditer(page_text[:_OPENING_LOOKED_AT]), _OPENING_WORDS))
    return " ".join(page_text[: words[-1].end()].split())[:_LONGEST_OPENING] if words else ""


def letters_and_digits_apart(text: str) -> str:
    """ "FY2018", "10K" and "2024Q2" as "FY 2018", "10 K" and "2024 Q 2".

    One writes "FY2018" and the other "2018", "10-K" or "10K": so they find each other.
    """
    return _LETTER_BESIDE_DIGIT.sub(" ", text)


def unspaced_letters_apart(text: str) -> str:
    """Each Chinese character and Japanese letter as a word of its own: those languages put no spaces.

    A question's words are then looked for as pairs of neighbours (`ingest.store.words`), which tell more
    than single ones and need no dictionary.
    """
    return _UNSPACED.sub(r" \g<0> ", text)


def unspaced_runs(text: str) -> tuple[list[str], str]:
    """The stretches of such letters, in order, and the text without them."""
    return _UNSPACED_RUN.findall(text), _UNSPACED_RUN.sub(" ", text)


def text_digest(text: str) -> bytes:
    """16 bytes that tell an embedded text from every other, so that equal ones are embedded once."""
    return hashlib.blake2b(text.encode("utf-8"), digest_size=16).digest()


def name_in_words(path: PurePath) -> str:
    """The words of a file's name without its suffix: "3M_2018_10K.pdf" is "3M 2018 10K".

    People name companies, years and versions there. Serial numbers and hashes are left out, and so are
    bytes that are no characters.
    """
    stem = path.stem.encode("utf-8", "ignore").decode("utf-8")
    return " ".join(word for word in _SEPARATORS.split(stem) if word and not _is_serial(word))


def _is_serial(word: str) -> bool:
    if word.isdigit():
        return len(word) > _LONGEST_NUMBER
    return len(word) > _LONGEST_MIXED_WORD and any(character.isdigit() for character in word)


def _place(names: Sequence[str], headings: Sequence[str]) -> str:
    return " > ".join([*names, *(heading for heading in headings if heading not in names)])
