"""Lines whose letters are set apart, which pdfium takes for words of one or two letters ("H e re i s")."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdfium2 import PdfTextPage

_FEWEST_WORDS = 6
_MEAN_LETTERS = 2.5  # of a word: more, and the words are whole
# Gaps, as fractions of a letter's height:
_LEAST_APART = 0.04  # between letters that are set apart at all
_MUCH_ALIKE = 1.5  # gaps within words differ by no more than this factor
_MUCH_WIDER = 2.0  # gaps between words are wider by this factor or more


def looks_spaced(line: str) -> bool:
    words = line.split()
    return len(words) >= _FEWEST_WORDS and len(line) <= (_MEAN_LETTERS + 1) * len(words) and line.isascii()


def join_letters(text_page: PdfTextPage, line: str, places: Sequence[int]) -> str:
    """The line without the spaces that pdfium put into its words; unchanged where that is at all doubtful.

    `places` are the numbers that pdfium knows its characters by. Spaces that stand in the file are kept.
    """
    import pypdfium2.raw as pdfium

    box = pdfium.FS_RECTF()
    letters: list[tuple[int, float, float, float]] = []  # index, left, right, height
    for index, (character, place) in enumerate(zip(line, places, strict=True)):
        if character == " ":
            if not pdfium.FPDFText_IsGenerated(text_page, place):
                return line
        elif character.isalpha() and pdfium.FPDFText_GetLooseCharBox(text_page, place, ctypes.byref(box)):
            letters.append((index, box.left, box.right, box.top - box.bottom))
        else:
            return line
    gaps = {after[0]: (after[1] - before[2]) / max(after[3], 0.01) for before, after in pairwise(letters)}
    return _without_spaces(line, gaps)


def _without_spaces(line: str, gaps: dict[int, float]) -> str:
    """`gaps` are those before the letters at these places."""
    unspaced = [gap for index, gap in gaps.items() if line[index - 1] != " "]
    if not unspaced or min(unspaced) < _LEAST_APART:
        return line
    spaced = {index: gap for index, gap in gaps.items() if line[index - 1] == " "}
    within = {index: gap for index, gap in spaced.items() if gap <= _MUCH_ALIKE * max(unspaced)}
    between = [gap for index, gap in spaced.items() if index not in within]
    if not within or min(between, default=float("inf")) < _MUCH_WIDER * max(within.values()):
        return line
    return "".join(character for index, character in enumerate(line) if index + 1 not in within)
