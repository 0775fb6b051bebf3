"""The few facts of a GGUF file that are wanted before an engine opens it.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from generators.errors import ModelUnusable

_MAGIC = b"GGUF"
_STRING, _ARRAY = 8, 9
_VOCABULARY = "tokenizer."
#: struct codes of the value types of fixed size, by the format's type number.
_FIXED = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_LONGEST_STRING = 64 * 1024 * 1024

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """`layers` are the repeating blocks; the output layer is not among them.

    `key_value_width` is how many numbers a layer keeps of a token as its key, and as many as its value; None
    where the header does not say.
    """

    architecture: str
    layers: int
    trained_context_tokens: int
    key_value_width: int | None = None


def read_gguf_header(path: Path) -> GgufHeader:
    """Raises ModelUnusable where the file is missing, unreadable or no GGUF file."""
    try:
        with path.open("rb") as file:
            return _read(file, path)
    except OSError as error:
        raise ModelUnusable(
            f"The model file {path} cannot be read: {error.strerror}. "
            "Fetch it with `refdesk models pull`, or correct the path in the settings."
        ) from error
    except (EOFError, struct.error, UnicodeDecodeError, KeyError) as error:
        raise ModelUnusable(
            f"The model file {path} is damaged: its header is incomplete or makes no sense. "
            "Remove it and fetch it again with `refdesk models pull`."
        ) from error


def _read(file: BinaryIO, path: Path) -> GgufHeader:
    magic = file.read(4)
    if magic != _MAGIC:
        found = f"begins with {magic!r}" if magic else "is empty"
        raise ModelUnusable(
            f"{path} is not a GGUF model file: it {found} instead of {_MAGIC!r}. "
            "Choose a .gguf file, or fetch one with `refdesk models pull`."
        )
    _version, _tensors, count = struct.unpack("<IQQ", _exactly(file, 20))
    values: dict[str, Value] = {}
    for _ in range(count):
        name = _string(file)
        if name.startswith(_VOCABULARY) and _header(values) is not None:
            break  # it is long, and what is asked for stands before it
        values[name] = _value(file, struct.unpack("<I", _exactly(file, 4))[0])
    header = _header(values)
    if header is None:
        raise KeyError("block_count")
    return header


def _header(values: dict[str, Value]) -> GgufHeader | None:
    architecture = values.get("general.architecture")
    layers = values.get(f"{architecture}.block_count")
    context = values.get(f"{architecture}.context_length")
    if isinstance(architecture, str) and isinstance(layers, int) and isinstance(context, int):
        return GgufHeader(architecture, layers, context, _key_value_width(values, architecture))
    return None


def _key_value_width(values: dict[str, Value], architecture: str) -> int | None:
    def number(name: str) -> int | None:
        value = values.get(f"{architecture}.{name}")
        return value if isinstance(value, int) else None

    heads = number("attention.head_count")
    key_value_heads = number("attention.head_count_kv") or heads
    width = number("attention.key_length")
    embedded = number("embedding_length")
    if width is None and embedded is not None and heads:
        width = embedded // heads
    return None if width is None or key_value_heads is None else width * key_value_heads


def _value(file: BinaryIO, kind: int) -> Value:
    """The value that follows, None for an array, which is passed over."""
    if kind == _STRING:
        return _string(file)
    if kind == _ARRAY:
        item_kind, count = struct.unpack("<IQ", _exactly(file, 12))
        if item_kind in _FIXED:
            file.seek(count * struct.calcsize(_FIXED[item_kind]), 1)
        else:
            for _ in range(count):
                _value(file, item_kind)
        return None
    code = "<" + _FIXED[kind]
    value: int | float | bool = struct.unpack(code, _exactly(file, struct.calcsize(code)))[0]
    return value


def _string(file: BinaryIO) -> str:
    (length,) = struct.unpack("<Q", _exactly(file, 8))
    if length > _LONGEST_STRING:
        raise EOFError
    return _exactly(file, length).decode("utf-8")


def _exactly(file: BinaryIO, count: int) -> bytes:
    data = file.read(count)
    if len(data) != count:
        raise EOFError
    return data
