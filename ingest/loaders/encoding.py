"""Bytes to text, where the file says little or nothing about how."""

from __future__ import annotations

import codecs
import unicodedata

_SAMPLE_BYTES = 65_536
_FEW_BYTES = 24  # fewer say too little for statistics on letters
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = bytes(code for code in range(0x20) if chr(code) not in "\t\n\r\x0c\x0b\x08\x1b")
_PRINTABLE_ASCII = bytes(range(0x20, 0x7F))
# Files that declare these were mostly written on Windows; browsers read them so, too.
_READ_AS_WINDOWS_1252 = frozenset({"iso8859-1", "ascii"})
#: These spell their letters in ASCII, so that nothing but the declaration tells them.
_IN_ASCII = frozenset({"iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_kr", "hz", "utf-7"})
_ISO_2022_JP = (b"\x1b$B", b"\x1b$@")
#: The ones that files were written in before UTF-8. The first of equally likely ones is taken.
_LIKELY = (
    *("cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949", "cp866", "iso8859_5", "iso8859_2", "cp850"),
)
_TURKISH_OR_ICELANDIC = frozenset("\u00f0\u00fd\u00fe")
_ICELANDIC = frozenset("\u00e1\u00f3\u00fa\u00e6")
_EBCDIC = "cp500"
_EBCDIC_SPACE = 0x40
_EBCDIC_WORDS = bytes(
    [
        *range(0x81, 0x8A),
        *range(0x91, 0x9A),
        *range(0xA2, 0xAA),
        *range(0xC1, 0xCA),
        *range(0xD1, 0xDA),
        *range(0xE2, 0xEA),
        *range(0xF0, 0xFA),
        _EBCDIC_SPACE,
        0x4B,
        0x6B,
        0x15,
        0x25,
        0x0D,
    ]
)


def decode_text(data: bytes, declared: str | None = None) -> str | None:
    """The text that the bytes spell, or None where they are no text.

    In this order: a byte order mark, UTF-8, UTF-16 told by its zeros, EBCDIC, the encoding the file
    `declared`, what charset-normalizer finds in the first bytes, Windows-1252. A damaged character is
    replaced.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    sample = data[:_SAMPLE_BYTES]
    if (wide := _wide_encoding(sample)) is not None:
        return data.decode(wide, errors="replace")
    is_texty = len(sample) - len(sample.translate(None, _CONTROLS)) <= max(2, len(sample) // 50)
    known = _known_encoding(declared)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        # Some whole characters beyond ASCII and then half of one: UTF-8, cut short.
        if error.reason == "unexpected end of data" and not data[: error.start].isascii():
            return data.decode("utf-8", errors="replace")
        encoding = (
            _ebcdic(sample) or known or _likely_encoding(sample, is_texty) or ("cp1252" if is_texty else "")
        )
        return data.decode(encoding, errors="replace") if encoding else None
    if not is_texty:
        return data.decode(_EBCDIC) if _ebcdic(sample) else None
    if known in _IN_ASCII:
        return data.decode(known, errors="replace")
    if any(mark in sample for mark in _ISO_2022_JP):
        return data.decode("iso2022_jp", errors="replace")
    return text


def _wide_encoding(sample: bytes) -> str | None:
    """UTF-16 without a mark: its zeros stand in every second byte and nowhere else.

    Latin text has one in each letter, other scripts only in their spaces and line ends.
    """
    half = len(sample) // 2
    if half < 2:
        return None
    zeros_even, zeros_odd = sample[0::2].count(0), sample[1::2].count(0)
    even, odd = zeros_even / half, zeros_odd / half
    if odd > 0.7 and even < 0.05:
        return "utf-16-le"
    if even > 0.7 and odd < 0.05:
        return "utf-16-be"
    if (zeros_even == 0) == (zeros_odd == 0):
        return None
    in_ascii = len(sample) - len(sample.translate(None, _PRINTABLE_ASCII))
    encoding = "utf-16-le" if zeros_odd else "utf-16-be"
    return encoding if in_ascii < 0.8 * len(sample) and _is_prose(sample[: half * 2], encoding) else None


def _is_prose(sample: bytes, encoding: str) -> bool:
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError as error:
        if error.start < len(sample) - 2:  # more than half a pair, cut off at the sample's end
            return False
        text = sample[: error.start].decode(encoding)
    letters = sum(
        unicodedata.category(character)[0] in "LMNPZ" or character in "\r\n\t" for character in text
    )
    return letters >= 0.98 * len(text)


def _ebcdic(sample: bytes) -> str:
    """EBCDIC, told by its spaces and by most other bytes being its letters, figures and stops."""
    words = len(sample) - len(sample.translate(None, _EBCDIC_WORDS))
    spaces = sample.count(_EBCDIC_SPACE)
    is_so = words >= 0.85 * len(sample) and 0.05 * len(sample) <= spaces and sample.count(b" ") < spaces / 10
    return _EBCDIC if is_so else ""


def _known_encoding(declared: str | None) -> str | None:
    try:
        name = codecs.lookup(declared).name if declared else None
        b"".decode(name or "utf-8")  # refuses codecs that do not lead to text
    except (LookupError, ValueError):
        return None
    return "cp1252" if name in _READ_AS_WINDOWS_1252 else name


def _likely_encoding(sample: bytes, is_texty: bool) -> str | None:
    if len(sample) < _FEW_BYTES or 0 in sample or not is_texty:
        return None
    from charset_normalizer import from_bytes

    matches = from_bytes(sample, cp_isolation=list(_LIKELY))
    best = matches.best()
    if best is None:
        return None
    equal = [
        each.encoding for each in matches if (each.chaos, each.coherence) == (best.chaos, best.coherence)
    ]
    if "cp1254" in equal and _looks_turkish(sample):
        return "cp1254"
    return min(equal, key=_LIKELY.index)


def _looks_turkish(sample: bytes) -> bool:
    """Turkish took the places of the letters that only Icelandic needs."""
    letters = set(sample.decode("cp1252", errors="replace").lower())
    return not letters.isdisjoint(_TURKISH_OR_ICELANDIC) and letters.isdisjoint(_ICELANDIC)
