"""A cell's value as people see it: with percent sign, currency and decimals."""

from __future__ import annotations

import datetime
import math
import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

CellValue = str | bool | float | datetime.datetime | datetime.date | datetime.time | datetime.timedelta | None

_QUOTED = re.compile(r'"([^"]*)"|\\(.)')
_CURRENCY = re.compile(r"\[\$([^\]-]*)[^\]]*\]")
_NOT_SHOWN = re.compile(r"\[[^\]]*\]|_.|\*.")
_DIGITS = re.compile(r"[0#?][0#?,]*(?:\.([0#?]*))?(,*)(E[+-]0+)?")
_SECTION = re.compile(r'(?:"[^"]*"|\\.|\[[^\]]*\]|[^;])*')
_MOST_DIGITS = 15  # a double knows no more
_LARGEST = 1e20


def shown(value: CellValue, number_format: str = "General") -> str:
    """The value as text. Days and times come as ISO 8601 writes them, whatever the format."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case datetime.datetime():
            if value.time() == datetime.time() and "h" not in number_format.lower():
                return value.date().isoformat()
            return value.isoformat(sep=" ", timespec="seconds").removesuffix(":00")
        case datetime.time():
            return value.isoformat(timespec="seconds").removesuffix(":00")
        case datetime.date():
            return value.isoformat()
        case datetime.timedelta():
            return _duration(value)
    return _number(float(value), number_format) if math.isfinite(value) else str(value)


def _duration(value: datetime.timedelta) -> str:
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"


def _number(value: float, number_format: str) -> str:
    sections = _sections(number_format)
    section = sections[0]
    sign = "-" if value < 0 and len(sections) == 1 else ""
    if value < 0 and len(sections) > 1:
        section = sections[1]
    elif value == 0 and len(sections) > 2:
        section = sections[2]
    plain, before, after = _split(section)
    digits = _DIGITS.search(plain)
    if digits is None:
        literal = (before + after).strip()
        return literal if literal and section not in ("General", "@") else general(value)
    decimals = len(digits[1] or "")
    scaled = abs(value) * 100 ** plain.count("%") / 1000 ** len(digits[2])
    if digits[3]:
        return f"{sign}{scaled:.{decimals}E}"
    if "/" in plain or decimals > _MOST_DIGITS or scaled > _LARGEST:
        return general(value)
    is_grouped = "," in digits[0].split(".")[0].rstrip(",")
    exact = Decimal(repr(scaled)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = f"{exact:{',' if is_grouped else ''}f}"
    if not exact and "0" not in digits[0]:
        text = ""  # only a nought is always shown
    if "#" in (digits[1] or "") and "." in text:
        text = text[: len(text) - digits[1].count("#")] + text[len(text) - digits[1].count("#") :].rstrip("0")
        text = text.removesuffix(".")
    minimum = len(digits[0].split(".")[0].replace(",", "").replace("#", "").replace("?", ""))
    if minimum > 1 and not is_grouped:  # leading zeros: part numbers, postal codes
        text = text.zfill(minimum + (decimals + 1 if decimals else 0))
    return f"{sign}{before}{text}{after}".strip()


def general(value: float) -> str:
    """A number without the noise of its binary form."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else f"{value:.15g}"


@lru_cache(maxsize=512)
def _sections(number_format: str) -> tuple[str, ...]:
    """The parts for positive numbers, negative ones and zero."""
    return tuple(part for part in _SECTION.findall(number_format) if part) or ("General",)


@lru_cache(maxsize=512)
def _split(section: str) -> tuple[str, str, str]:
    """The section without its literal texts, and what is shown before and after the digits."""
    marked = _CURRENCY.sub(lambda found: f'"{found[1]}"', section)
    literals: list[str] = []

    def keep(found: re.Match[str]) -> str:
        literals.append(found[1] if found[1] is not None else found[2])
        return "\x00"

    plain = _NOT_SHOWN.sub("", _QUOTED.sub(keep, marked))
    digits = _DIGITS.search(plain)
    start, end = digits.span() if digits else (len(plain), len(plain))
    waiting = iter(literals)
    shown_parts = [
        "".join(next(waiting, "") if each == "\x00" else each for each in part)
        for part in (plain[:start], plain[end:])
    ]
    if digits is None and not literals:
        return plain, "", ""
    return plain.replace("\x00", ""), shown_parts[0], shown_parts[1]
