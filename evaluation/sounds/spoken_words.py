"""Words as they are heard: what makes a spoken text and what was written down of it comparable."""

from __future__ import annotations

import re

from generators.audio.written_out import written_out

_SPELLINGS = {
    "metre": "meter",
    "metres": "meters",
    "litre": "liter",
    "litres": "liters",
    "millilitres": "milliliters",
    "favour": "favor",
    "doctor": "dr",
    "mister": "mr",
    "missus": "mrs",
    "professor": "prof",
    "governor": "gov",
    "saint": "st",
    "street": "st",
    "mount": "mt",
    "approximately": "approx",
    "kilos": "kilograms",
    "ok": "okay",
}
_NOT_SAID = re.compile(r"[^\w\s']|_")
_SPACED_LETTERS = re.compile(r"\b([ap]) m\b")


def heard_words(text: str, language: str = "en") -> list[str]:
    """The text's words in lower case; in English figures and abbreviations written out, in one spelling.

    "$1,250 on Jan. 5th" and "one thousand, two hundred and fifty dollars on January fifth" are the same.
    "and" is left out everywhere, since it comes and goes within numbers. Of other languages (ISO 639-1) only
    case and marks are levelled.
    """
    if language != "en":
        return _NOT_SAID.sub(" ", text.lower().replace("’", "'")).split()
    words = written_out(text).lower().replace("’", "'").replace("-", " ")
    words = _SPACED_LETTERS.sub(r"\1m", _NOT_SAID.sub(" ", words))
    return [_SPELLINGS.get(word, word) for word in words.split() if word != "and"]
