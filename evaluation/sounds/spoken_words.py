"""Words as they are heard: what makes a spoken text and what was written down of it comparable."""

from __future__ import annotations

import re
import unicodedata

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
#: By Unicode's categories: letters, the marks that go with them, and figures are words; what only formats
#: (a soft hyphen, what joins letters) is not there.
_OF_WORDS, _FORMATS = ("L", "M", "N"), "Cf"
_SPACED_LETTERS = re.compile(r"\b([ap]) m\b")


def heard_words(text: str, language: str = "en") -> list[str]:
    """The text's words in lower case; in English figures and abbreviations written out, in one spelling.

    "$1,250 on Jan. 5th" and "one thousand, two hundred and fifty dollars on January fifth" are the same.
    "and" is left out everywhere, since it comes and goes within numbers. Of other languages (ISO 639-1) only
    case and marks are levelled.
    """
    text = unicodedata.normalize("NFC", text)
    if language != "en":
        return _words(text.lower())
    words = _SPACED_LETTERS.sub(r"\1m", " ".join(_words(written_out(text).lower())))
    return [_SPELLINGS.get(word, word) for word in words.split() if word != "and"]


def _words(text: str) -> list[str]:
    """Parted by all that is no letter, mark or figure. An apostrophe counts within a word, as in "it's"."""
    kinds = ((character, unicodedata.category(character)) for character in text.replace("’", "'"))
    spaced = "".join(
        character if kind.startswith(_OF_WORDS) or character == "'" else " "
        for character, kind in kinds
        if kind != _FORMATS
    )
    return [word for quoted in spaced.split() if (word := quoted.strip("'"))]
