"""Figures, dates, times, amounts and abbreviations in English words, for voices that read letters."""

from __future__ import annotations

import re

from generators.audio.number_words import cardinal, decimal, figures, ordinal, year

_MONTHS = "January February March April May June July August September October November December".split()
_MONTH_OF = {name[:3].lower(): name for name in _MONTHS}
_MONTH = r"(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
_MONTH_NAME = rf"(?:{_MONTH}\.?|(?P<full>{'|'.join(_MONTHS)}))"
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SCALE = r"hundred|thousand|million|billion|trillion"
_LETTERED_SCALES = {"k": "thousand", "m": "million", "bn": "billion", "b": "billion"}

_ISO_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_US_DATE = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b")
_MONTH_DAY = re.compile(
    rf"\b{_MONTH_NAME}\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\.\d)(?:,?\s(?P<year>\d{{4}})\b)?"
)
_DAY_MONTH = re.compile(
    rf"\b(?P<the>the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH_NAME}\b"
    r"(?:,?\s(?P<year>\d{4})\b)?"
)
_MONTH_YEAR = re.compile(rf"\b{_MONTH_NAME}\s(?P<year>1[5-9]\d\d|20\d\d)\b")
_TIME = re.compile(r"\b(\d{1,2}):(\d{2})(?:\s?([AaPp])\.?[Mm]\b\.?)?(?!:?\d)")
_WHOLE_HOUR = re.compile(r"\b(\d{1,2})\s?([AaPp])\.?[Mm]\b\.?")
_CURRENCIES = {"$": ("dollar", "cent"), "€": ("euro", "cent"), "£": ("pound", "penny"), "¥": ("yen", "")}
_MONEY = re.compile(rf"([$€£¥])\s?({_NUMBER})(?:\s?({_SCALE})\b|(bn|[kKmMbB])\b)?")
_PERCENT = re.compile(rf"(-?(?:{_NUMBER}))\s?%")
_DEGREES = re.compile(rf"(-?(?:{_NUMBER}))\s?°\s?([CF])?\b")
_UNITS = {
    "km": "kilometer",
    "m": "meter",
    "cm": "centimeter",
    "mm": "millimeter",
    "kg": "kilogram",
    "g": "gram",
    "mg": "milligram",
    "l": "liter",
    "ml": "milliliter",
    "lb": "pound",
    "lbs": "pound",
    "oz": "ounce",
    "mi": "mile",
    "ft": "foot",
    "hrs": "hour",
    "hr": "hour",
    "min": "minute",
    "sec": "second",
    "kW": "kilowatt",
    "kWh": "kilowatt hour",
    "MB": "megabyte",
    "GB": "gigabyte",
    "mph": "mile per hour",
}
_PLURALS = {"foot": "feet", "mile per hour": "miles per hour"}
_UNIT = re.compile(rf"(?<![\w.])({_NUMBER})\s?({'|'.join(sorted(_UNITS, key=len, reverse=True))})\b(?!\.\w)")
_ORDINAL = re.compile(r"\b(\d{1,6})(st|nd|rd|th)\b")
_DECADE = re.compile(r"\b(1[5-9]|20)(\d)0s\b")
_RANGE = re.compile(r"(?<=\d)\s?[–-]\s?(?=\d)")
_PHONE = re.compile(r"(?<![\w-])(?:\d{3}-)?\d{3}-\d{4}(?![\w-])")
_YEAR = re.compile(r"(?<![\d,.$€£/-])(1[5-9]\d\d|20\d\d)(?![\d%/]|,\d|\.\d)")
_FRACTIONS = {2: "half", 3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 8: "eighth", 10: "tenth"}
_FRACTION = re.compile(r"(?<![\w./])(\d{1,2})/(\d{1,2})(?![\w./])")
_PLAIN = re.compile(rf"(?<![\w.])-?(?:{_NUMBER})|\d+")
_ABBREVIATIONS = {
    "Dr.": "Doctor",
    "Mr.": "Mister",
    "Mrs.": "Missus",
    "Ms.": "Miz",
    "Prof.": "Professor",
    "Capt.": "Captain",
    "Gen.": "General",
    "Sgt.": "Sergeant",
    "Gov.": "Governor",
    "Sen.": "Senator",
    "Jr.": "Junior",
    "Sr.": "Senior",
    "Inc.": "Incorporated",
    "Corp.": "Corporation",
    "Co.": "Company",
    "Ltd.": "Limited",
    "Dept.": "Department",
    "dept.": "department",
    "Ave.": "Avenue",
    "Blvd.": "Boulevard",
    "Rd.": "Road",
    "approx.": "approximately",
    "e.g.": "for example",
    "i.e.": "that is",
    "etc.": "et cetera",
    "vs.": "versus",
    "incl.": "including",
    "Fig.": "Figure",
    "fig.": "figure",
    "Sec.": "Section",
    "sec.": "section",
    "Vol.": "Volume",
    "vol.": "volume",
    "pp.": "pages",
    "p.": "page",
    "no.": "number",
    "No.": "Number",
}
_NEEDS_FIGURE = frozenset({"p.", "pp.", "no.", "No.", "Sec.", "sec.", "Vol.", "vol.", "Fig.", "fig."})
_ABBREVIATION = re.compile(
    rf"(?<![\w.])(?:{'|'.join(re.escape(each) for each in sorted(_ABBREVIATIONS, key=len, reverse=True))})"
    r"(?!\w)(?P<figure>(?=\s?\d))?"
)
_SAINT = re.compile(r"\bSt\.(?= [A-Z])")
_STREET = re.compile(r"\bSt\.(?!\w)")
_SIGNS = {"&": "and", "+": "plus", "=": "equals", "@": "at", "#": "number", "§": "section", "×": "times"}
_SIGN = re.compile("[" + re.escape("".join(_SIGNS)) + "]")
_SPACES = re.compile(r"\s+")


def written_out(text: str) -> str:
    """The text as an English reader would say it, in words alone. What is no figure stays as it is."""
    text = _ISO_DATE.sub(lambda found: _date(found, int(found[1]), int(found[2]), int(found[3])), text)
    text = _US_DATE.sub(lambda found: _date(found, int(found[3]), int(found[1]), int(found[2])), text)
    text = _MONTH_DAY.sub(_month_day, text)
    text = _DAY_MONTH.sub(_day_month, text)
    text = _MONTH_YEAR.sub(lambda found: f"{_month_of(found)} {year(int(found['year']))}", text)
    text = _TIME.sub(_time, text)
    text = _WHOLE_HOUR.sub(lambda found: f"{cardinal(int(found[1]))} {found[2].upper()} M", text)
    text = _MONEY.sub(_money, text)
    text = _PERCENT.sub(lambda found: f"{decimal(found[1])} percent", text)
    text = _DEGREES.sub(_degrees, text)
    text = _UNIT.sub(lambda found: _counted(found[1], _UNITS[found[2]]), text)
    text = _DECADE.sub(_decade, text)
    text = _ORDINAL.sub(lambda found: ordinal(int(found[1])), text)
    text = _PHONE.sub(lambda found: ", ".join(map(figures, found[0].split("-"))), text)
    text = _SAINT.sub("Saint", text)
    text = _STREET.sub("Street", text)
    text = _ABBREVIATION.sub(_abbreviation, text)
    text = _FRACTION.sub(_fraction, text)
    text = _RANGE.sub(" to ", text)
    text = _YEAR.sub(lambda found: year(int(found[1])), text)
    text = _SIGN.sub(lambda found: f" {_SIGNS[found[0]]} ", text)
    text = _PLAIN.sub(_plain, text)
    return _SPACES.sub(" ", text).strip()


def _date(found: re.Match[str], in_year: int, month: int, day: int) -> str:
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return found[0]
    return f"{_MONTHS[month - 1]} {ordinal(day)}, {year(in_year)}"


def _month_of(found: re.Match[str]) -> str:
    return str(found["full"] or _MONTH_OF[found["month"][:3].lower()])


def _month_day(found: re.Match[str]) -> str:
    in_year = f", {year(int(found['year']))}" if found["year"] else ""
    return f"{_month_of(found)} {ordinal(int(found['day']))}{in_year}"


def _day_month(found: re.Match[str]) -> str:
    in_year = f", {year(int(found['year']))}" if found["year"] else ""
    return f"the {ordinal(int(found['day']))} of {_month_of(found)}{in_year}"


def _time(found: re.Match[str]) -> str:
    hour, minute, half = int(found[1]), int(found[2]), found[3]
    if hour > 24 or minute > 59:
        return found[0]
    words = cardinal(hour)
    if minute:
        words += f" {'oh ' if minute < 10 else ''}{cardinal(minute)}"
    elif not half:
        words += " o'clock"
    return f"{words} {half.upper()} M" if half else words


def _money(found: re.Match[str]) -> str:
    sign, amount, scale, letter = found.groups()
    unit, small = _CURRENCIES[sign]
    plural = unit if unit == "yen" else f"{unit}s"
    if scale or letter:
        return f"{decimal(amount)} {scale or _LETTERED_SCALES[letter.lower()]} {plural}"
    whole, _, cents = amount.replace(",", "").partition(".")
    words = f"{decimal(whole)} {unit if whole == '1' else plural}"
    if len(cents) != 2 or not small:
        return words if not cents.strip("0") else f"{decimal(amount)} {plural}"
    if cents == "00":
        return words
    coins = {"penny": "pence"}.get(small, f"{small}s") if cents != "01" else small
    said = f"{cardinal(int(cents))} {coins}"
    return said if whole == "0" else f"{words} and {said}"


def _degrees(found: re.Match[str]) -> str:
    scale = {"C": " Celsius", "F": " Fahrenheit"}.get(found[2] or "", "")
    return _counted(found[1], "degree") + scale


def _counted(amount: str, unit: str) -> str:
    return f"{decimal(amount)} {unit if amount == '1' else _PLURALS.get(unit, f'{unit}s')}"


def _decade(found: re.Match[str]) -> str:
    tens = cardinal(int(found[2]) * 10)
    century = cardinal(int(found[1]))
    if found[2] == "0":
        return f"{century} hundreds" if century != "twenty" else "two thousands"
    return f"{century} tens" if found[2] == "1" else f"{century} {tens[:-1]}ies"


def _fraction(found: re.Match[str]) -> str:
    over, under = int(found[1]), int(found[2])
    if under not in _FRACTIONS or not 0 < over < under:
        return f"{cardinal(over)} over {cardinal(under)}"
    name = _FRACTIONS[under]
    if under == 2:
        return "one half"
    return f"{cardinal(over)} {name}{'' if over == 1 else 's'}"


def _abbreviation(found: re.Match[str]) -> str:
    short = found[0]
    if short in _NEEDS_FIGURE and found["figure"] is None:
        return short
    ends_sentence = found.end() == len(found.string) and short not in {"e.g.", "i.e."}
    return _ABBREVIATIONS[short] + ("." if ends_sentence else "") + (" " if found["figure"] == "" else "")


def _plain(found: re.Match[str]) -> str:
    text, after = found.string, found.end()
    before = " " if found.start() and text[found.start() - 1].isalnum() else ""
    behind = " " if after < len(text) and text[after].isalpha() else ""
    return before + decimal(found[0]) + behind
