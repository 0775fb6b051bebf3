"""Bytes to text, where the file says little or nothing about how."""

from __future__ import annotations

import codecs

_SAMPLE_BYTES = 65_536
_FEW_BYTES = 256  # fewer say too little for statistics on letters
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = bytes(code for code in range(0x20) if chr(code) not in "\t\n\r\x0c\x0b\x08\x1b")
# Files that declare these were mostly written on Windows; browsers read them so, too.
_READ_AS_WINDOWS_1252 = frozenset({"iso8859-1", "ascii"})


def decode_text(data: bytes, declared: str | None = None) -> str | None:
    """The text that the bytes spell, or None where they are no text.

    In this order: a byte order mark, UTF-8, UTF-16 told by its zeros, the encoding the file `declared`,
    what charset-normalizer finds in the first bytes, Windows-1252. A damaged character is replaced.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    sample = data[:_SAMPLE_BYTES]
    if (wide := _wide_encoding(sample)) is not None:
        return data.decode(wide, errors="replace")
    is_texty = len(sample) - len(sample.translate(None, _CONTROLS)) <= max(2, len(sample) // 50)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        # Some whole characters beyond ASCII and then half of one: UTF-8, cut short.
        if error.reason == "unexpected end of data" and not data[: error.start].isascii():
            return data.decode("utf-8", errors="replace")
        encoding = _known_encoding(declared) or _likely_encoding(sample) or ("cp1252" if is_texty else "")
        return data.decode(encoding, errors="replace") if encoding else None
    return text if is_texty else None


def _wide_encoding(sample: bytes) -> str | None:
    """UTF-16 without a mark: Latin text in it has a zero in every second byte and nowhere else."""
    half = len(sample) // 2
    if half < 2:
        return None
    even, odd = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if odd > 0.7 and even < 0.05:
        return "utf-16-le"
    if even > 0.7 and odd < 0.05:
        return "utf-16-be"
    return None


def _known_encoding(declared: str | None) -> str | None:
    try:
        name = codecs.lookup(declared).name if declared else None
        b"".decode(name or "utf-8")  # refuses codecs that do not lead to text
    except (LookupError, ValueError):
        return None
    return "cp1252" if name in _READ_AS_WINDOWS_1252 else name


def _likely_encoding(sample: bytes) -> str | None:
    if len(sample) < _FEW_BYTES or 0 in sample:
        return None
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    return None if best is None else best.encoding
