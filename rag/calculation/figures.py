"""Figures as documents write them, each with its sign, unit and scale: `$(1,234)`, `4.1 %`, `5.2 million`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from rag.tables import without_note

SCALES = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_SCALE = r"(?:thousand|million|billion|trillion)s?|bn|mn"
_SHORT = {"bn": "billion", "mn": "million"}
_CURRENCY = r"(?:US|A|C|AU|NZ)?\$|[€£¥]"
_FIGURE = re.compile(
    rf"""(?:(?P<open>\()\s?)?(?:(?P<minus>[-–−])\s?)?(?:(?P<currency>{_CURRENCY})\s?)?(?:(?P<inner>\()\s?)?
    (?P<digits>(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?)(?![\w.]*\d)
    \s?(?P<percent>%|\bper\s?cent\b)?\s?(?P<close>\)(?!\w))?\s?(?P<after>%)?
    (?:\s?(?P<scale>\b(?:{_SCALE})\b))?""",
    re.VERBOSE | re.IGNORECASE,
)
_STATED_SCALE = re.compile(
    r"\bin\s(?:\w+\s){0,3}?(thousand|million|billion)s?\b|[$€£¥]\s?(thousand|million|billion)s?\b"
    r"|(?<![\d,])['’(]?000['’]?s?\b"
    r"|\((?:[$€£¥A-Z ]*?)(thousand|million|billion)s?\b|[$€£¥]\s?([mM])\b"
    r"|^\W*(thousand|million|billion)s\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as written. `value` has its sign and not its scale; `unit` is `%`, a currency or nothing."""

    text: str
    value: Decimal
    unit: str = ""
    scale: str = ""


def whole_figure(text: str) -> Figure | None:
    """The figure that a cell consists of; None for any other cell."""
    bare = without_note(text)
    found = list(figures_in(bare))
    if len(found) != 1 or found[0][0] > 0 or found[0][1] < len(bare):
        return None
    return found[0][2]


def figures_in(text: str) -> Iterator[tuple[int, int, Figure]]:
    """Each figure of a text with its offsets. A bracket counts as a minus where it holds the figure alone."""
    for match in _FIGURE.finditer(text):
        start, end = match.span()
        if start and (text[start - 1].isalnum() or text[start - 1] in "._"):
            continue
        opened = match.group("open") or match.group("inner")
        held = bool(opened and match.group("close"))
        if match.group("close") and not opened:
            end = match.start("close")
        if match.group("open") and not held:
            start = match.start("open") + 1
        minus = bool(match.group("minus")) and (start == 0 or not text[:start].rstrip()[-1:].isalnum())
        value = Decimal(match.group("digits").replace(",", ""))
        unit = "%" if match.group("percent") or match.group("after") else (match.group("currency") or "")
        scale = (match.group("scale") or "").lower().removesuffix("s")
        written = text[start:end]
        lead = len(written) - len(written.lstrip())
        yield (
            start + lead,
            start + len(written.rstrip()),
            Figure(written.strip(), -value if held or minus else value, unit, _SHORT.get(scale, scale)),
        )


def stated_scale(text: str) -> str:
    """The scale that a table's heading or caption gives, such as `in thousands`; empty for none."""
    match = _STATED_SCALE.search(text)
    if match is None:
        return ""
    named = next((group for group in match.groups() if group), "thousand").lower()
    return "million" if named == "m" else named
