"""The operations that are interrupted. A new operation of the store is one more `Script` here."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.store.store import Store
from torture.ingestion import Acknowledge, run_ingest, run_reembed
from torture.material import large_file, small_file

#: One run over the documents' folder, on a store that tells by itself what its changes acknowledge.
Run = Callable[[Store, Path, Acknowledge], None]


@dataclass(frozen=True, slots=True)
class Script:
    """Which files a store was made from, which there are now, and the run that leads from those to these."""

    name: str
    before: Mapping[str, bytes]
    after: Mapping[str, bytes]
    run: Run


def all_scripts(seed: int, large_pages: int = 200, small_files: int = 24) -> tuple[Script, ...]:
    """An ingest, a replacement, a removal, a large document staged by parts, and a re-embedding."""
    chance = random.Random(f"material {seed}")
    first = _files(chance, 0, small_files, large_pages)
    second = _files(chance, 100_000, small_files, large_pages)
    some = {name: first[name] for name in sorted(first)[::2]}
    larger = large_file(200_000, 2 * large_pages, chance)
    # One of the twins keeps the old content, and a third file becomes the other's twin. All are of one
    # name, since a document is also known by the name of the file it was first read from.
    changed = {
        **second,
        "twins/b/note.txt": first["twins/b/note.txt"],
        "twins/c/note.txt": second["twins/a/note.txt"],
    }
    return (
        Script("ingest", {}, first, _follow),
        Script("replace", first, changed, _follow),
        Script("remove", first, some, _follow),
        Script("large", some, {**some, "larger.pdf": larger}, _follow),
        Script("reembed", first, first, _reembed),
    )


def _follow(store: Store, documents: Path, _: Acknowledge) -> None:
    run_ingest(store, [documents], sync=True)


def _reembed(store: Store, _: Path, acknowledge: Acknowledge) -> None:
    paths = list(store.sources())
    run_reembed(store)
    for path in paths:
        acknowledge(path)


def _files(chance: random.Random, number: int, small_files: int, large_pages: int) -> dict[str, bytes]:
    files = {f"small-{each:03d}.txt": small_file(number + each, chance) for each in range(small_files)}
    files["large.pdf"] = large_file(number + 10_000, large_pages, chance)
    twin, other = small_file(number + 9_000, chance), small_file(number + 9_001, chance)
    return {**files, "twins/a/note.txt": twin, "twins/b/note.txt": twin, "twins/c/note.txt": other}
