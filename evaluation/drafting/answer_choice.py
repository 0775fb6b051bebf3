"""What of a sentence can be asked for: amounts, dates, names."""

from __future__ import annotations

import re
from collections import Counter
from operator import itemgetter
from typing import Literal

from rag.terms import STOP_WORDS, content_terms, stem

AnswerKind = Literal["amount", "date", "name"]

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
_AMOUNT = re.compile(rf"(?<![\w.,$€£¥-])(?:(?P<money>{_MONEY})|(?P<share>{_SHARE})|{_COUNT})(?![\w-]|[.,]\d)")
_NAME = re.compile(r"[A-Z][\w&'’-]+(?:(?: of| the| and| for| de| &)? [A-Z][\w&'’.-]*[\w.])+")
#: Of those without an s.
_PLURALS = frozenset({"people", "men", "women", "children", "feet", "series"})
_YEAR = re.compile(r"(?:19|20)\d\d\b")
#: Before a number that is a name: "Section 906".
_NUMBERED = re.compile(
    r"(?:\s[A-Z]\w+|Section|Item|Note|Part|Article|Form|Rule|Page|Figure|Table|Chapter|No\.) $"
)
_LONGEST = 60
_START = itemgetter(1)


def answers_in(sentence: str, source: str = "") -> tuple[str, ...]:
    """Stretches of the sentence, white space as single spaces: its amounts and dates, else its names.

    A number counts with what it counts ("200 launches", "$1.2 billion", "3 percent"); a bare one is as often
    the number of a section. Only what is the one of its kind there: of two dates or two percentages, a
    question asks for the wrong one. Names of the document itself are left out.
    """
    text = " ".join(sentence.split())
    return _of_one_kind(text, _exact(text)) or _of_one_kind(text, _names(text, source))


def kind_of(answer: str) -> AnswerKind:
    """What an answer out of `answers_in` is."""
    if _DATE.fullmatch(answer):
        return "date"
    return "amount" if any(character.isdigit() for character in answer) else "name"


def openings(answer: str) -> tuple[str, ...]:
    """How a question for it can begin: a small model that may begin as it likes asks for something else."""
    last = answer.rpartition(" ")[2]
    match kind_of(answer):
        case "date":
            return "When", "On what date", "As of what date"
        case "name":
            return "What", "Which", "Who", "Where", "In which", "To which", "By whom"
        case "amount" if re.fullmatch(_MONEY, answer):
            return "How much", "What amount"
        case "amount" if re.fullmatch(_SHARE, answer):
            unit = answer.partition(" ")[2] if last == "points" else "percent"
            return "What percentage", "By what percentage", f"By how many {unit}"
        case _:
            return tuple(f"{word} many {last}" for word in ("How", "After how", "For how", "Within how"))


def _exact(text: str) -> list[tuple[str, int, int]]:
    """Kind, start and end of each date and amount."""
    found = [("date", *match.span()) for match in _DATE.finditer(text)]
    dates = [(start, end) for _, start, end in found]
    for match in _AMOUNT.finditer(text):
        if _within(match.span(), dates):
            continue
        if match["money"]:
            found.append(("money", *match.span()))
        elif match["share"]:
            found.append(("share", *match.span()))
        elif _counts(match.group()) and not _NUMBERED.search(text, 0, match.start()):
            found.append((stem(match.group().rpartition(" ")[2]), *match.span()))
    return found


def _of_one_kind(text: str, found: list[tuple[str, int, int]]) -> tuple[str, ...]:
    kinds = Counter(kind for kind, _, _ in found)
    answers = (
        text[start:end].rstrip(".,") for kind, start, end in sorted(found, key=_START) if kinds[kind] == 1
    )
    return tuple(answer for answer in answers if len(answer) <= _LONGEST and text.count(answer) == 1)


def _names(text: str, source: str) -> list[tuple[str, int, int]]:
    """Behind the first word, where capitals say little. Each is of its own kind."""
    named = set(content_terms(source))
    found = (match for match in _NAME.finditer(text) if match.start())
    return [
        (match.group(), *match.span()) for match in found if not named & set(content_terms(match.group()))
    ]


def _counts(amount: str) -> bool:
    """Whether the word behind a number is what is counted: "200 launches", not "14 full" nor "2 based"."""
    last = amount.rpartition(" ")[2]
    plural = last in _PLURALS or (last.endswith("s") and last not in STOP_WORDS)
    return plural and not _YEAR.match(amount)


def _within(span: tuple[int, int], others: list[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)
