"""English words for numbers."""

from __future__ import annotations

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"))
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
#: From here on figures are read one by one.
_TOO_LARGE = 10**15


def cardinal(number: int) -> str:
    """ "forty-two", "one thousand two hundred five". Beyond 10**15 figure by figure."""
    if number < 0:
        return f"minus {cardinal(-number)}"
    if number >= _TOO_LARGE:
        return figures(str(number))
    words: list[str] = []
    for scale, name in _SCALES:
        count, number = divmod(number, scale)
        if count:
            words += [_below_thousand(count), name]
    if number or not words:
        words.append(_below_thousand(number))
    return " ".join(words)


def ordinal(number: int) -> str:
    """ "first", "twenty-third", "one hundredth"."""
    words = cardinal(number)
    last = max(words.rfind(" "), words.rfind("-")) + 1
    head, word = words[:last], words[last:]
    if word in _ORDINALS:
        return head + _ORDINALS[word]
    return head + (word[:-1] + "ieth" if word.endswith("y") else word + "th")


def year(number: int) -> str:
    """ "nineteen eighty-four", "two thousand five", "twenty twenty-four", "nineteen oh two"."""
    if not 1000 < number < 10_000 or number % 1000 < 10:
        return cardinal(number)
    century, rest = divmod(number, 100)
    if rest == 0:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {'oh ' if rest < 10 else ''}{cardinal(rest)}"


def figures(digits: str) -> str:
    """Each figure by itself: "four one five"."""
    return " ".join(_SMALL[int(digit)] for digit in digits)


def decimal(text: str) -> str:
    """A number as it is written: "1,250.75" is "one thousand two hundred fifty point seven five"."""
    whole, _, fraction = text.replace(",", "").partition(".")
    sign = "minus " if whole.startswith("-") else ""
    whole = whole.lstrip("-") or "0"
    long_or_code = len(whole) > len(str(_TOO_LARGE)) or (len(whole) > 1 and whole.startswith("0"))
    words = figures(whole) if long_or_code else cardinal(int(whole))
    return sign + words + (f" point {figures(fraction)}" if fraction else "")


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    words = [f"{_SMALL[hundreds]} hundred"] if hundreds else []
    if rest or not hundreds:
        words.append(_below_hundred(rest))
    return " ".join(words)


def _below_hundred(number: int) -> str:
    if number < len(_SMALL):
        return _SMALL[number]
    tens, ones = divmod(number, 10)
    return _TENS[tens] + (f"-{_SMALL[ones]}" if ones else "")
