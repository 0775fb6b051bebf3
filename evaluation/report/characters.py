"""Texts of documents, questions and models, made fit to be looked at."""

from __future__ import annotations

import re

#: Characters that steer terminals, reorder letters, are not seen, or cannot be written as UTF-8 or XML.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
_LINE_BREAK = re.compile("\r\n|[\r\f\v\x85\u2028\u2029]")


def visible(text: str) -> str:
    """The text with line breaks and tabs kept; other control characters become their number."""
    return _UNSEEN.sub(_number, _LINE_BREAK.sub("\n", text))


def one_line(text: str) -> str:
    """The visible text with each run of white space as one space."""
    return " ".join(visible(text).split())


def clipped(text: str, max_characters: int) -> str:
    """The text, or its start and an ellipsis where it is longer than `max_characters`."""
    if len(text) <= max_characters:
        return text
    return text[: max_characters - 1].rstrip() + "…"


def _number(found: re.Match[str]) -> str:
    """Not the picture that Unicode has of some: few fonts have it."""
    return f"‹U+{ord(found[0]):04X}›"
