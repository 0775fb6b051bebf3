"""Single values out of a message, each of exactly the type it must have."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping

from ingest.types import LineBox

# What would break a document's offsets or its way into the store. One for one, so that line boxes still fit.
_IMPOSSIBLE = re.compile("[\x00\r\f\ud800-\udfff]")
_MOST_DIGITS = 10**15
_BOX_NUMBERS = 6


def exact(message: object, names: Collection[str]) -> Mapping[str, object]:
    """The message as a mapping with these names, all of them and no others."""
    if not isinstance(message, dict) or message.keys() != set(names):
        raise ValueError("a message without the fields of its kind")
    return message


def text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("something stands where a text belongs")
    return value


def plain_text(value: object) -> str:
    """A text as documents may hold it: characters that they may not hold become U+FFFD."""
    words = text(value)
    if words.isascii() and words.isprintable():
        return words
    return _IMPOSSIBLE.sub("\ufffd", words)


def texts(value: object, *, plain: bool = False) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError("something stands where a list of texts belongs")
    return tuple(plain_text(each) if plain else text(each) for each in value)


def whole(value: object, *, least: int = 1) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value < _MOST_DIGITS:
        raise ValueError("something stands where a number belongs")
    return value


def flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("something stands where true or false belongs")
    return value


def boxes_of(value: object, text_length: int) -> tuple[LineBox, ...]:
    """Line boxes out of one flat list of numbers, six for each."""
    if not isinstance(value, list) or len(value) % _BOX_NUMBERS:
        raise ValueError("something stands where line boxes belong")
    boxes = []
    for index in range(0, len(value), _BOX_NUMBERS):
        start, end = whole(value[index], least=0), whole(value[index + 1], least=0)
        if not start <= end <= text_length:
            raise ValueError("a line box stands outside its page's text")
        boxes.append(LineBox(start, end, *(_edge(each) for each in value[index + 2 : index + _BOX_NUMBERS])))
    return tuple(boxes)


def _edge(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("something stands where a line box's edge belongs")
    return float(value)
