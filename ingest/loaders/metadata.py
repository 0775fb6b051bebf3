"""What files say of their day and their language, in one form."""

from __future__ import annotations

import re
from datetime import date
from email.utils import parsedate_tz

_ISO_DAY = re.compile(r"\A\s*(\d{4})(?:-?(\d\d)(?:-?(\d\d))?)?(?![\d/.])")
_SLASHED_DAY = re.compile(r"\A\s*(\d{4})[/.](\d{1,2})[/.](\d{1,2})\b")
_NAMED_MONTH = re.compile(
    r"\b(?:(\d{1,2})\.?\s+)?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
    r"(?:\s+(\d{1,2})(?:st|nd|rd|th)?)?,?\s+(\d{4})\b",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LANGUAGE = re.compile(r"\A\s*([A-Za-z]{2,3})(?:[-_;,].*)?\s*\Z", re.DOTALL)
#: ISO 639-2 and 639-3 codes that people write where 639-1 has a shorter one.
_SHORT_CODES = {
    **{"eng": "en", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "spa": "es", "ita": "it"},
    **{"por": "pt", "nld": "nl", "dut": "nl", "rus": "ru", "ukr": "uk", "pol": "pl", "ces": "cs"},
    **{"cze": "cs", "slk": "sk", "slo": "sk", "hun": "hu", "ron": "ro", "rum": "ro", "swe": "sv"},
    **{"dan": "da", "nor": "no", "nob": "nb", "fin": "fi", "ell": "el", "gre": "el", "tur": "tr"},
    **{"jpn": "ja", "zho": "zh", "chi": "zh", "kor": "ko", "ara": "ar", "heb": "he", "hin": "hi"},
    **{"vie": "vi", "tha": "th", "lat": "la", "cat": "ca", "hrv": "hr", "srp": "sr", "bul": "bg"},
}


def tidy_day(text: str | None) -> str | None:
    """A day as ISO 8601 ("2024-05-31", "2024-05" or "2024"), or None where the text names none.

    Reads ISO 8601, mail headers, and English dates with the month in letters. Dates in figures whose
    order differs from country to country are left alone.
    """
    if not text:
        return None
    if (match := _ISO_DAY.match(text) or _SLASHED_DAY.match(text)) is not None:
        return _day(match[1], match[2], match[3])
    if (parsed := parsedate_tz(text)) is not None and parsed[0] >= 1000:
        return _day(str(parsed[0]), str(parsed[1]), str(parsed[2]))
    if (match := _NAMED_MONTH.search(text)) is not None:
        month = _MONTHS.index(match[2].lower()) + 1
        return _day(match[4], str(month), match[1] or match[3])
    return None


def tidy_language(text: str | None) -> str | None:
    """A language tag ("en-US", "eng") as ISO 639-1 ("en"), or None where it has no such code."""
    match = _LANGUAGE.match(text or "")
    if match is None:
        return None
    code = match[1].lower()
    return code if len(code) == 2 else _SHORT_CODES.get(code)


def _day(year: str, month: str | None, day: str | None) -> str | None:
    try:
        whole = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    return whole.isoformat() if day else whole.strftime("%Y-%m" if month else "%Y")
