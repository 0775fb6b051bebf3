"""The numbers a text states, in one form however they are written: 1,200 = 1 200, 12% = 12 percent."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Set
from dataclasses import dataclass
from decimal import Decimal

_SPACE = "\u00a0\u202f\u2009"
_UNITS = {
    **dict.fromkeys(("%", "percent", "per cent", "pct"), "%"),
    **dict.fromkeys(("$", "usd", "dollar", "dollars"), "$"),
    **dict.fromkeys(("€", "eur", "euro", "euros"), "€"),
    **dict.fromkeys(("£", "gbp", "pound", "pounds"), "£"),
    **dict.fromkeys(("¥", "jpy", "yen"), "¥"),
}
_SCALES = {
    **dict.fromkeys(("k", "thousand", "thousands"), 3),
    **dict.fromkeys(("m", "mn", "mio", "million", "millions"), 6),
    **dict.fromkeys(("b", "bn", "billion", "billions"), 9),
    **dict.fromkeys(("tn", "trillion", "trillions"), 12),
}
#: "500 m" are metres, "$500 m" are millions.
_ONLY_OF_MONEY = frozenset({"m", "b", "k"})
_SMALL = "one two three four five six seven eight nine ten eleven twelve".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SPELLED = {word: number for number, word in enumerate(_SMALL, start=1)}
_SPELLED |= {word: 10 * number for number, word in enumerate(_TENS, start=2)}

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def _either(names: Collection[str]) -> str:
    longest_first = sorted(names, key=len, reverse=True)
    return "|".join(re.escape(name) + (r"(?!\w)" if name[-1].isalpha() else "") for name in longest_first)


_NUMBER = re.compile(
    rf"""(?:(?P<before>[$€£¥]|\b(?:usd|eur|gbp|jpy))\s?)?
    (?P<digits>\d{{1,2}}:\d\d(?!\d)|\d+(?:[.,'’{_SPACE}]\d+)*|\b(?:{"|".join(_TENS)})-(?:{"|".join(_SMALL[:9])})\b
        |\b(?:{"|".join(_SPELLED)})\b)
    (?:[\s-]?(?P<scale>{_either(_SCALES)}))?
    (?:[\s-]?(?P<after>{_either(_UNITS)}))?""",
    re.IGNORECASE | re.VERBOSE,
)
_MONTH = rf"(?:{'|'.join(_MONTHS)})[a-z]*"
_DATE = re.compile(rf"\d\.?(?:st|nd|rd|th)?\s(?:of\s)?(?P<after>{_MONTH})|(?P<before>{_MONTH})\.?\s\d", re.I)
_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?: \d{3})+(?![\d.,]*\d)")
_ENGLISH = re.compile(r"\d+(?:\.\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_CONTINENTAL = re.compile(r"\d+(?:,\d+)?|\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_SCALE_WORD = re.compile(
    rf"(?<!\w)(?<!\d[\s-]){_either([name for name in _SCALES if name not in _ONLY_OF_MONEY])}", re.I
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written, its readings (1.234 has two), its scale as a power of ten, its unit."""

    written: str
    readings: frozenset[str]
    scale: int | None = None
    unit: str = ""

    def is_said_by(self, other: Number, stated_scales: Set[int], asked_scales: Set[int]) -> bool:
        """Whether they can be the same: neither says another unit, and the values are equal.

        Where only this one says its scale ("5 million"), the other may stand in a table "in millions": that
        must be among `stated_scales`. Where only the other does, among `asked_scales` ("How many millions?").
        """
        if self.unit and other.unit and self.unit != other.unit:
            return False
        if self._values() & other._values():
            return True
        if (self.scale is None) == (other.scale is None):
            return False
        allowed = other.scale in asked_scales if self.scale is None else self.scale in stated_scales
        return allowed and bool(self.readings & other.readings)

    def _values(self) -> frozenset[str]:
        if self.scale is None:
            return self.readings
        factor = Decimal(10) ** self.scale
        return frozenset(_plain(Decimal(one) * factor) for one in self.readings if ":" not in one)


def missing_numbers(text: str, source: str, asked: str = "") -> list[str]:
    """The numbers of a text that the source does not state, as they are written.

    A bare "one" is more often a pronoun and is not asked for. `asked` is the question, which
    may say a scale.
    """
    stated = [*numbers(source), *_months(source)]
    stated += [Number(group, _readings(group)) for group in _GROUPED.findall(source)]
    stated_scales, asked_scales = mentioned_scales(source), mentioned_scales(asked)

    def is_said(number: Number) -> bool:
        return any(number.is_said_by(other, stated_scales, asked_scales) for other in stated)

    missing: list[str] = []
    position = 0
    for group in _GROUPED.finditer(text):  # "12 345" is one number, or two beside each other
        if is_said(Number(group.group(), _readings(group.group()))):
            missing += [n.written for n in numbers(text[position : group.start()]) if not is_said(n)]
            position = group.end()
    missing += [number.written for number in numbers(text[position:]) if not is_said(number)]
    return [written for written in missing if written.lower() != "one"]


def numbers(text: str) -> Iterator[Number]:
    """The numbers of a text in order. What reads as several ("05.03.2020") is several."""
    for match in _NUMBER.finditer(text):
        digits, before, scale, after = match.group("digits", "before", "scale", "after")
        unit = _UNITS.get((before or after or "").lower(), "")
        power = _SCALES.get((scale or "").lower())
        if scale and scale.lower() in _ONLY_OF_MONEY and not before:
            power = None
        readings = _readings(digits)
        if readings:
            yield Number(digits, readings, power, unit)
        else:
            for part in re.findall(r"\d+", digits):
                yield Number(part, _readings(part))


def _months(text: str) -> Iterator[Number]:
    """The months of dates ("5 March", "March 5") as the numbers that other ways of writing give them."""
    for match in _DATE.finditer(text):
        month = (match.group("after") or match.group("before")).lower()
        yield Number(month, frozenset({str(_MONTHS.index(month[:3]) + 1)}))


def mentioned_scales(text: str) -> frozenset[int]:
    """The scales that a text names apart from any number, such as a table's "in millions"."""
    return frozenset(_SCALES[match.group().lower()] for match in _SCALE_WORD.finditer(text))


def _readings(digits: str) -> frozenset[str]:
    """What the digits can mean, as plain decimals; empty where they are no single number."""
    lowered = digits.lower()
    if lowered in _SPELLED:
        return frozenset({str(_SPELLED[lowered])})
    if "-" in lowered:
        return frozenset({str(sum(_SPELLED[part] for part in lowered.split("-")))})
    if ":" in digits:
        return frozenset({digits.removeprefix("0")})
    bare = re.sub(rf"['’ {_SPACE}]", "", digits)
    found = set()
    if _ENGLISH.fullmatch(bare):
        found.add(_plain(Decimal(bare.replace(",", ""))))
    if _CONTINENTAL.fullmatch(bare):
        found.add(_plain(Decimal(bare.replace(".", "").replace(",", "."))))
    return frozenset(found)


def _plain(value: Decimal) -> str:
    """Equal values, and only those, have equal forms."""
    return format(value.normalize(), "f")
