"""Damaged files made of sound ones, with sound neighbours between them."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from torture import damage
from torture.material import large_file, small_file, unique_word

#: Larger seeds would spend the time on their size.
_MOST_SEED_BYTES = 600_000
_HEALTHY_PDF_PAGES = 3


@dataclass(frozen=True, slots=True)
class Batch:
    """A folder's files. `healthy` gives the unique word that each sound one holds."""

    files: Mapping[str, bytes]
    healthy: Mapping[str, str]


def find_seeds(folder: Path) -> dict[str, list[Path]]:
    """The folder's files by suffix. Raises ValueError where there is none."""
    seeds: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and 0 < path.stat().st_size <= _MOST_SEED_BYTES:
            seeds[path.suffix.lower()].append(path)
    if not seeds:
        raise ValueError(f"{folder} holds no file to start from.")
    return dict(seeds)


def make_batch(seeds: Mapping[str, Sequence[Path]], first: int, count: int, healthy: int, seed: int) -> Batch:
    """Mutated files `first` to `first + count - 1`, with so many sound files spread among them."""
    chance = random.Random(f"mutation {seed} {first}")
    files: dict[str, bytes] = {}
    words: dict[str, str] = {}
    for number in range(first, first + count):
        suffix = chance.choice(sorted(seeds))
        files[f"{number:05d}-mutated{suffix}"] = mutated(seeds[suffix], chance)
    for each in range(healthy):
        number = first + each * count // healthy
        unique = 10 * number
        pdf = each % 2 == 1
        name = f"{number:05d}-sound.{'pdf' if pdf else 'txt'}"
        files[name] = large_file(unique, _HEALTHY_PDF_PAGES, chance) if pdf else small_file(unique, chance)
        words[name] = unique_word(unique)
    return Batch(files, words)


def mutated(seeds: Sequence[Path], chance: random.Random) -> bytes:
    """One of the seeds, damaged once or twice, or two of them spliced."""
    data = chance.choice(seeds).read_bytes()
    if chance.random() < 0.15:
        return spliced(data, chance.choice(seeds).read_bytes(), chance)
    for _ in range(chance.choice((1, 1, 2))):
        data = damage.BYTES[chance.choice(sorted(damage.BYTES))](data, chance)
    return data


def spliced(first: bytes, second: bytes, chance: random.Random) -> bytes:
    """The beginning of one and the end of another."""
    return first[: chance.randrange(len(first) + 1)] + second[chance.randrange(len(second) + 1) :]
