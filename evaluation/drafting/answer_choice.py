"""What of a sentence can be asked for: amounts, dates, names."""

from __future__ import annotations

import re

from rag.terms import STOP_WORDS, content_terms

_MONTH = (
    "(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?"
)
_DATE = re.compile(
    rf"(?:{_MONTH} \d{{4}}|{_MONTH} \d{{1,2}}(?:, \d{{4}})?|\d{{1,2}} {_MONTH}(?: \d{{4}})?|"
    r"\d{4}-\d\d-\d\d)(?!\d)"
)
_MONEY = r"(?:[$€£¥] ?|(?:USD|EUR|GBP) )\d+(?:[.,]\d+)*(?: (?:thousand|million|billion|trillion))?"
_SHARE = r"\d+(?:[.,]\d+)* ?(?:%|percentage points|percent|basis points)"
_COUNT = r"\d+(?:[.,]\d+)*(?: (?:hundred|thousand|million|billion|trillion))? [a-z]{3,}\b"
_AMOUNT = re.compile(rf"(?<![\w.,$€£¥-])(?:{_MONEY}|{_SHARE}|{_COUNT})(?![\w-]|[.,]\d)")
_NAME = re.compile(r"[A-Z][\w&'’-]+(?:(?: of| the| and| for| de| &)? [A-Z][\w&'’.-]*[\w.])+")
#: Words behind a number that are not what is counted.
_NO_UNIT = frozenset({"plus", "non", "net", "per"})
_YEAR = re.compile(r"(?:19|20)\d\d\b")
_LONGEST = 60


def answers_in(sentence: str, source: str = "") -> tuple[str, ...]:
    """Stretches of the sentence, white space as single spaces: its amounts and dates, else its names.

    A number counts with what it counts ("200 launches", "$1.2 billion", "3 percent"); a bare one is as often
    the number of a section. Left out are those that stand twice, and names of the document itself.
    """
    text = " ".join(sentence.split())
    dates = [match.span() for match in _DATE.finditer(text)]
    exact = dates + [
        match.span()
        for match in _AMOUNT.finditer(text)
        if not _within(match.span(), dates) and _counts(match.group())
    ]
    return _once(text, exact) or _once(text, _names(text, source))


def _names(text: str, source: str) -> list[tuple[int, int]]:
    """Behind the first word, where capitals say little."""
    named = set(content_terms(source))
    found = (match for match in _NAME.finditer(text) if match.start())
    return [match.span() for match in found if not named & set(content_terms(match.group()))]


def _once(text: str, spans: list[tuple[int, int]]) -> tuple[str, ...]:
    found = dict.fromkeys(text[start:end].rstrip(".,") for start, end in sorted(spans))
    return tuple(answer for answer in found if len(answer) <= _LONGEST and text.count(answer) == 1)


def _counts(amount: str) -> bool:
    """Whether the word behind a number is what is counted: "200 launches", not "200 and" nor "2 based"."""
    last = amount.rpartition(" ")[2]
    if not last.isalpha():
        return True
    if _YEAR.match(amount):
        return False
    return last not in STOP_WORDS and last not in _NO_UNIT and not last.endswith(("ed", "ly", "ing"))


def _within(span: tuple[int, int], others: list[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)
