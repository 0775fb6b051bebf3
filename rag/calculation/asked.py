"""Whether a question asks for something to be computed, and what, by the question's own words."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum


class Operation(StrEnum):
    """What is asked for. A change goes from the earlier period to the later one and may be negative."""

    PERCENT_CHANGE = "percentage change"
    CHANGE = "change"
    DIFFERENCE = "difference"
    SUM = "total"
    AVERAGE = "average"
    RATIO = "ratio"
    SHARE = "percentage"
    TIMES = "multiple"


@dataclass(frozen=True, slots=True)
class Asked:
    """A calculation that a question asks for.

    `items` are the words for what is put together: one thing over several `periods`, or several things in
    their formula's order (a ratio's dividend first). `periods` are years (`2019`), in the question's order.
    `decimals` is set where the question says how to round. Not `certain`: documents often state such a number
    themselves, so that it is computed only where a table leaves no doubt.
    """

    operation: Operation
    items: tuple[str, ...]
    periods: tuple[str, ...] = ()
    decimals: int | None = None
    in_percent: bool = False
    certain: bool = True


_PERCENT = r"(?:percentage|percent|per cent|pct|%)"
_MOVE = r"(?:change|increase|decrease|growth|decline|rise|drop|reduction|fall)"
_MOVED = r"(?:chang|increas|decreas|grow|grew|declin|ris|rose|drop|fall|fell)\w*"
_COMPARED = r"(?:between|from|compared|versus|vs\.?|relative to|over)"
_QUANTITY = re.compile(
    r"\b(?:\d+|total|net|amounts?|number|values?|prices?|costs?|revenues?|sales|income|expenses?|assets|liabilit\w+|"
    r"age|rates?|percentages?|population|salar\w+|fees?|charges|profits?|loss(?:es)?|margins?|budgets?|weights?|"
    r"heights?|lengths?|distance|temperature|balances?|earnings|EBITDA|shares|units)\b",
    re.IGNORECASE,
)
_RESPECTIVELY = re.compile(r"\brespectiv", re.IGNORECASE)
_LONG_YEARS = re.compile(
    r"\b((?:19|20)\d\d)\s?(?:-|–|to|through|until)\s?(?:(?:fiscal|financial|the|year|FY)\s)*((?:19|20)\d\d)\b",
    re.I,
)
_YEARS = re.compile(
    r"\b(?:FY|F|fiscal|CY)?\s?['’]?((?:19|20)\d\d)\b|\b(?:FY|F)\s?['’]?(\d\d)\b", re.IGNORECASE
)
_DECIMALS = re.compile(
    r"\b(zero|one|two|three|four|\d)\s(?:decimals?|decimal places?|digits? after)"
    r"|nearest (?P<whole>whole|integer)",
    re.IGNORECASE,
)
_WORDS = {"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4}
_WHAT = (
    r"(?:what(?:['’]s|\s(?:is|was|are|were|would\sbe))|calculate|compute|find|give|state|determine"
    r"|how\smuch\s(?:is|was|are|were))"
)
#: Asking for a name, a time or a count rather than for a figure.
_OTHER = re.compile(
    r"(?:in |for |on |at )?(?:which|who|whose|where|when|why)\b|how many years\b|what (?:does|do|did)\b"
    r"|(?:is|are|was|were|does|do|did|can|could|may|might|should|will|would|has|have) ",
    re.IGNORECASE,
)

#: What each operation is recognised by, most telling first. Groups `a` and `b` are the items, dividend first.
_FORMS: tuple[tuple[Operation, re.Pattern[str]], ...] = tuple(
    (operation, re.compile(form, re.IGNORECASE | re.VERBOSE))
    for operation, form in (
        (Operation.AVERAGE, r"(?:^|\bthe\s)(?:[\w’']+\s){0,2}?(?:average|mean)\s(?P<a>.*)"),
        (
            Operation.PERCENT_CHANGE,
            rf"(?:\b|(?=%)){_PERCENT}\s(?:of\s)?(?:increase\s?/?\s?\(?decrease\)?|{_MOVE}|difference|movement)\s*(?P<a>.*)",
        ),
        (Operation.PERCENT_CHANGE, r"\b(?:growth\srate|rate\sof\sgrowth)\s(?:of|in|for)\s(?P<a>.*)"),
        (
            Operation.PERCENT_CHANGE,
            rf"\b(?:year[- ]over[- ]year|yoy|annual)\s{_MOVE}\s(?:of|in|for)\s(?P<a>.*)",
        ),
        (
            Operation.PERCENT_CHANGE,
            rf"\b(?:by\s)?(?:what|how\smany)\s{_PERCENT}\s(?:did|has|have|was|were|is|will)\s(?P<a>.*\b{_MOVED}\b.*)",
        ),
        (
            Operation.PERCENT_CHANGE,
            rf"\bhow\smuch\s(?:did|has|have)\s(?P<a>.*\b{_MOVED}\b.*)\bin\s{_PERCENT}",
        ),
        (
            Operation.CHANGE,
            rf"(?:{_WHAT})\s(?:by\s)?(?:the\s)?(?:\w+\s){{0,3}}?(?:increase\s?/\s?\(?\s?decrease\s?\)?|{_MOVE})\s(?:in|of|between|from|for)\s(?P<a>.+)",
        ),
        (
            Operation.TIMES,
            r"\bhow\smany\stimes\s(?:\w+\s){0,3}?(?:larger|greater|more|higher|bigger|longer|as)\b(?P<a>.*)",
        ),
        (Operation.SHARE, rf"\b(?P<a>.+?)\b(?:\sexpressed)?\sas\sa\s{_PERCENT}\s(?:of|to|over)\s(?P<b>.+)"),
        (
            Operation.RATIO,
            r"\b(?P<a>.+?)\b(?:\sexpressed)?\sas\sa\s(?:ratio|proportion|fraction)\s(?:of|to|over)\s(?P<b>.+)",
        ),
        (Operation.RATIO, r"\b(?:the\s)?(?P<a>[\w ]+?)\sto\s(?P<b>[\w ]+?)\sratio\b"),
        (
            Operation.RATIO,
            r"(?<!-)\b(?<!\w-)(?:ratio|proportion)\b[^?]*?\b(?:of|between)\s(?P<a>.+?)\s(?:to|over|and|against|in|among|out\sof)\s(?P<b>.+)",
        ),
        (
            Operation.SHARE,
            rf"\b(?:what|how\smany)\s{_PERCENT}\sof\s(?P<stated>(?:the\s)?)(?P<b>.+?)\s(?:is|was|were|are|does|do|did)\s(?:made\sup\sof|composed\sof|from|attributable\sto|represented\sby)?\s*(?P<a>.+)",
        ),
        (
            Operation.RATIO,
            r"\bwhat\s(?:proportion|fraction|share)\sof\s(?P<stated>(?:the\s)?)(?P<b>.+?)\s(?:is|was|were|are|does|do|did)\s(?:made\sup\sof|composed\sof|from)?\s*(?P<a>.+)",
        ),
        (
            Operation.SHARE,
            rf"\b(?:the\s)?{_PERCENT}\s(?:constitution\s)?of\s(?:the\s)?(?P<a>.+?)\s(?:over|out\sof|among|against|to|in|from)\s(?:the\s)?(?P<b>(?:total|overall|all|entire|whole|gross|net)\b.+)",
        ),
        (Operation.DIFFERENCE, r"\bdifferences?\s(?:in|of|between|among)\s(?P<a>.+)"),
        (
            Operation.DIFFERENCE,
            r"\b(?:how\s(?:much|many)|by\show\smuch)\s(?P<a>.*\b(?:more|less|higher|lower|greater|fewer|larger|smaller)\b.*\bthan\b.*|.*\bexceed.*)",
        ),
        (Operation.CHANGE, rf"\bhow\smuch\s(?:did|has|have|is|was)\s(?P<a>.*\b(?:{_MOVED})\b.*)"),
        (Operation.SUM, r"\b(?:sum|combined\s(?:total|value|amount)s?)\s(?:of|for)\s(?P<a>.+)"),
        (
            Operation.SUM,
            r"\b(?P<a>.+?)\s(?:altogether|in\stotal|added\s(?:up|together)|combined$|taken\stogether)(?P<b>.*)",
        ),
        (
            Operation.SUM,
            rf"(?:{_WHAT}|how\smuch\s(?:did|has|have))\s(?:the\s)?(?P<a>(?:\w+['’]?s?\s){{0,3}}?total\b.+)",
        ),
    )
)
_LEAD = re.compile(rf"^(?:{_WHAT})\s(?:the\s)?", re.IGNORECASE)
_TWO_ITEMS = frozenset({Operation.SHARE, Operation.RATIO})


def asked_calculation(question: str) -> Asked | None:
    """What the question asks to be computed; None for any other question, such as for a stated total."""
    text = " ".join(question.split()).rstrip(" ?.")
    if _RESPECTIVELY.search(text) or _OTHER.match(text):
        return None
    for operation, form in _FORMS:
        match = form.search(text)
        if match is not None:
            found = _read(operation, match, text)
            if found is not None:
                return found
    return None


def periods_in(text: str) -> tuple[str, ...]:
    """The years that a text names, each once, ranges filled: `2017 to 2019`, `FY18`."""
    found: dict[str, None] = {}
    for match in _LONG_YEARS.finditer(text):
        first, last = int(match.group(1)), int(match.group(2))
        if 0 < last - first <= 30:
            found.update(dict.fromkeys(str(year) for year in range(first, last + 1)))
    for match in _YEARS.finditer(text):
        found[match.group(1) or _full_year(match.group(2))] = None
    return tuple(found)


def without_periods(text: str) -> str:
    """The text without the years it names."""
    return _YEARS.sub(" ", _LONG_YEARS.sub(" ", text))


def _full_year(digits: str) -> str:
    return digits if len(digits) == 4 else f"20{digits}"


def _read(operation: Operation, match: re.Match[str], text: str) -> Asked | None:
    groups = match.groupdict()
    periods = periods_in(text)
    items = tuple(
        _LEAD.sub("", groups[name].split("?")[0]).strip() for name in ("a", "b") if groups.get(name)
    )
    asked = Asked(operation, items, periods, _decimals(text), re.search(_PERCENT, text, re.I) is not None)
    compared = len(periods) > 1 or (re.search(rf"\b{_COMPARED}\b", text, re.I) is not None)
    if operation is Operation.AVERAGE:
        if re.search(r"\b(?:weighted|moving|does|do|did)\b", text[: match.start("a")], re.I):
            return None
        return replace(asked, certain=len(periods) > 1)
    if operation is Operation.CHANGE and not compared:
        return None
    if operation is Operation.PERCENT_CHANGE:
        return replace(asked, certain=compared)
    if operation is Operation.DIFFERENCE:
        if not _QUANTITY.search(text):
            return None
        return replace(asked, certain=bool(periods))
    if operation is Operation.SUM:
        return _sum(asked, text)
    if operation in _TWO_ITEMS:
        return replace(asked, certain=bool(periods) and "stated" not in groups)
    return asked


def _sum(asked: Asked, text: str) -> Asked | None:
    """ "Total revenue in 2019" is a row of a table, "total revenue from 2017 to 2019" a sum."""
    said = re.search(r"\bsum\b|\bcombined\b|\baltogether\b|\badded\b|\btogether\b", text, re.I) is not None
    if said:
        return asked
    ranged = _LONG_YEARS.search(text) or re.search(r"\bbetween\b.*\b(?:and|to)\b", text, re.I)
    if len(asked.periods) > 1 and ranged:
        return asked
    return None


def _decimals(text: str) -> int | None:
    match = _DECIMALS.search(text)
    if match is None:
        return None
    if match.group("whole"):
        return 0
    word = match.group(1).lower()
    return _WORDS.get(word, int(word) if word.isdigit() else None)
