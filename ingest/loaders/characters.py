"""Which characters of a file's text are kept. Loaders send every page's text through here."""

from __future__ import annotations

import re

# Characters that some fonts and word processors use in place of the ones that people (and search) mean.
# The private ones are the Symbol and Wingdings bullets and boxes that Word writes into PDF files.
_REPLACED = {
    "\u00a0": " ",
    "\u2007": " ",
    "\u202f": " ",
    "\u2028": "\n",
    "\u2029": "\n",
    "\u0085": "\n",
    "\x0b": "\n",
    "\x0c": "\n",
    "\uf0b7": "•",
    "\uf0a7": "▪",
    "\uf06f": "☐",
    "\uf0a8": "☐",
    "\uf078": "☒",
    "\uf0fe": "☑",
    "ﬀ": "ff",
    "ﬁ": "fi",
    "ﬂ": "fl",
    "ﬃ": "ffi",
    "ﬄ": "ffl",
    "ﬅ": "ft",
    "ﬆ": "st",
}
# Invisible: soft hyphen, zero-width space, word joiner, byte order mark. The joiners stay: scripts need them.
_DROPPED = [0x00AD, 0x200B, 0x2060, 0xFEFF, 0xFFFE, 0xFFFF]
_CONTROLS = [code for code in [*range(0x20), *range(0x7F, 0xA0)] if chr(code) not in "\t\n\r"]
_SURROGATES = range(0xD800, 0xE000)

_TABLE: dict[int, str] = {
    **dict.fromkeys([*_DROPPED, *_CONTROLS, *_SURROGATES], ""),
    **{ord(character): replacement for character, replacement in _REPLACED.items()},
}
_LINE_BREAK = re.compile(r"\r\n?")


def clean(text: str) -> str:
    r"""The text with `\n` line ends and without invisible or impossible characters.

    What is left holds no carriage return, form feed, NUL or lone surrogate.
    """
    if text.isascii() and text.isprintable():
        return text
    if "\r" in text:
        text = _LINE_BREAK.sub("\n", text)
    return text.translate(_TABLE)
