"""Whether letters make words at all, told from the pairs of letters that stand side by side.

Most languages in Latin letters share their pairs: "th", "er" and "an" are common in all, "qj" in none. Where
a file maps its letters wrongly ("UIF DBU" for "the cat") the pairs are such as hardly a language has. Names,
lists and source code hold ordinary words, so they pass.
"""

from __future__ import annotations

import re
import unicodedata

#: Of a page: below, its letters make no words. Whole pages of prose, tables, lists and code in 27 languages
#: reach 5.4 to 6.8, most over 6; lists of abbreviations 4.7; letters of a wrong place in the alphabet 1 to 4.
LEAST_PLAUSIBILITY = 4.5
_FEWEST_PAIRS = 40
_LATIN_SHARE = 0.8  # of all letters
_WORD = re.compile(r"[^\W\d_]{3,}")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"

# A row for each first letter, a digit for each second one: 5 is a pair as frequent as all pairs would be if
# letters fell at random, one more is twice as frequent, one less half. Averages of frequency over the words
# of 27 European and South-East Asian languages, accents left out.
_ROWS = (
    "56675465657879461888664155",  # a
    "73106000620502500521500030",  # b
    "70306007724403600434500023",  # c
    "72138011721324610543631034",  # d
    "55675464656779451987553435",  # e
    "50005300510301600513400020",  # f
    "71027044623414510534500040",  # g
    "70016000621313600414530020",  # h
    "74767464456768652677451235",  # i
    "60026000402112500031500000",  # j
    "70217003624513700555620040",  # k
    "82258232844644720055630040",  # l
    "85017120701343650133600030",  # m
    "81578385745326700167630063",  # n
    "45664453555778450876564135",  # o
    "70107004600502740733500010",  # p
    "00000000000000000000500000",  # q
    "84458353835455730466641044",  # r
    "72517213736544650268641045",  # s
    "82108116823324710756742042",  # t
    "54555243545667550666332134",  # u
    "70017000700303600331300041",  # v
    "50004002400002300020000020",  # w
    "20002000200000120002100000",  # x
    "52434021313333420344221001",  # y
    "62136010602324410223431032",  # z
)
_PLAUSIBILITY = {
    first + second: int(digit)
    for first, row in zip(_LETTERS, _ROWS, strict=True)
    for second, digit in zip(_LETTERS, row, strict=True)
}


def plausibility(text: str) -> float | None:
    """How usual the pairs of letters within its words are, 0 (never seen) to 9.

    None where there are too few words to tell, or where most letters are of another script than Latin.
    """
    lowered = text.lower()
    if lowered.isascii():
        words = _WORD.findall(lowered)
    else:
        letters = _WORD.findall(lowered)
        words = _WORD.findall(_without_accents(lowered))
        if sum(map(_latin_letters, words)) < _LATIN_SHARE * sum(map(len, letters)):
            return None
    pairs = total = 0
    for word in words:
        for start in range(len(word) - 1):
            digit = _PLAUSIBILITY.get(word[start : start + 2])
            if digit is not None:
                total += digit
                pairs += 1
    return total / pairs if pairs >= _FEWEST_PAIRS else None


def _without_accents(text: str) -> str:
    return "".join(
        character for character in unicodedata.normalize("NFKD", text) if not unicodedata.combining(character)
    )


def _latin_letters(word: str) -> int:
    return sum(character in _LETTERS for character in word)
