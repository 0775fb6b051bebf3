"""Ways to damage bytes and files."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from pathlib import Path

Bytes = Callable[[bytes, random.Random], bytes]


def flip_bits(data: bytes, chance: random.Random) -> bytes:
    """One to eight bits turned."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8) if changed else 0):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def cut_off(data: bytes, chance: random.Random) -> bytes:
    """The end is missing."""
    return data[: chance.randrange(len(data) + 1)]


def zero_range(data: bytes, chance: random.Random) -> bytes:
    """A stretch reads as zeros."""
    start, end = _stretch(data, chance)
    return data[:start] + bytes(end - start) + data[end:]


def repeat_range(data: bytes, chance: random.Random) -> bytes:
    """A stretch is there twice."""
    start, end = _stretch(data, chance)
    return data[:end] + data[start:end] + data[end:]


def drop_range(data: bytes, chance: random.Random) -> bytes:
    """A stretch is missing."""
    start, end = _stretch(data, chance)
    return data[:start] + data[end:]


def scramble_range(data: bytes, chance: random.Random) -> bytes:
    """A stretch is noise."""
    start, end = _stretch(data, chance)
    return data[:start] + chance.randbytes(end - start) + data[end:]


def add_noise(data: bytes, chance: random.Random) -> bytes:
    """Something was written behind the end."""
    return data + chance.randbytes(chance.randint(1, 5000))


def only_noise(data: bytes, chance: random.Random) -> bytes:
    """Nothing of it is left but its length."""
    return chance.randbytes(len(data))


#: Each by its name in a report.
BYTES: Mapping[str, Bytes] = {
    "bits flipped": flip_bits,
    "cut off": cut_off,
    "a range zeroed": zero_range,
    "a range repeated": repeat_range,
    "a range dropped": drop_range,
    "a range scrambled": scramble_range,
    "noise added": add_noise,
    "only noise": only_noise,
}


def replace_by_folder(path: Path) -> None:
    """A folder stands in the file's place."""
    path.unlink()
    path.mkdir()


def replace_by_loop(path: Path) -> None:
    """A link to itself stands in the file's place."""
    path.unlink()
    path.symlink_to(path.name)


def _stretch(data: bytes, chance: random.Random) -> tuple[int, int]:
    if not data:
        return 0, 0
    start = chance.randrange(len(data))
    return start, min(len(data), start + chance.randint(1, max(1, len(data) // 4)))
