"""The forms in which a sentence has to be read before it can be said to hold no order.

Full-width and look-alike letters, letters with spaces between them, Base64, rot13, text turned round.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
import unicodedata

from rag.neutralising.invisible import turned_round, without_invisible

#: Cyrillic and Greek letters that look like Latin ones.
_LOOK_ALIKES = str.maketrans(
    "аеорсухіјѕԁһӏքոսԛԝвмнктзӕαορυνικτηωγχεЅІЈАВЕКМНОРСТУХΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijsdhlpnuqwbmhkt3aaopuvikthwyxeSIJABEKMHOPCTYXABEZHIKMNOPTYX",
)
_MIXED_WORD = re.compile(r"[A-Za-z][Ͱ-ϿЀ-ԯ]|[Ͱ-ϿЀ-ԯ][A-Za-z]")
_SPACED = re.compile(r"(?:\b[^\W\d_](?:[ .\-_*]{1,3}|$)){8,}[^\W\d_]?")
_BASE64 = re.compile(r"(?<![\w+/])[A-Za-z0-9+/]{20,}={0,2}(?![\w+/])")
#: What orders are made of, in rot13.
_ROT13 = re.compile(
    codecs.encode(r"ignore|disregard|forget|reply|answer|respond|instruction|output|prompt", "rot13"),
    re.IGNORECASE,
)
_FEWEST_READABLE = 0.95
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "\u00a0": " "})


def seen(text: str) -> str:
    """The text as it looks: compatibility forms resolved, look-alikes read as Latin in mixed words."""
    shown = unicodedata.normalize("NFKC", without_invisible(text)).translate(_QUOTES)
    if _MIXED_WORD.search(shown):
        shown = shown.translate(_LOOK_ALIKES)
    return " ".join(shown.split())


def disguised(text: str) -> list[str]:
    """What else the text says to who decodes it: Base64, rot13, text turned round. Mostly nothing."""
    found = [decoded for match in _BASE64.finditer(text) if (decoded := _from_base64(match.group()))]
    if round_about := turned_round(text):
        found.append(round_about)
    if _ROT13.search(text):
        found.append(codecs.encode(text, "rot13"))
    return found


def spaced_letters(text: str) -> str:
    """Letters that are written one by one, put together without spaces; empty where none are."""
    return "".join(
        "".join(letter for letter in match.group() if letter.isalpha()) for match in _SPACED.finditer(text)
    ).casefold()


def _from_base64(coded: str) -> str:
    try:
        decoded = base64.b64decode(coded + "=" * (-len(coded) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    readable = sum(character.isprintable() for character in decoded)
    return decoded if " " in decoded and readable >= _FEWEST_READABLE * len(decoded) else ""
