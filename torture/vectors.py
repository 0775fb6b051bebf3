"""Files of a store damaged at random: those to search must be noticed and rebuilt, the database refused in
words or read, and nothing may crash, hang or be unpickled."""

from __future__ import annotations

import os
import pickle
import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ingest.errors import IngestError
from ingest.store.layout import StoreLayout
from ingest.store.quantised import load_faiss
from ingest.store.store import Store
from torture import damage
from torture.children import call, run_trials
from torture.contents import read_contents
from torture.outcome import Torture, Trial, Trials
from torture.scripts import all_scripts
from torture.verification import dense_disagreements, word_disagreements
from torture.workplace import Workplace, fingerprints, prepare

#: Does something to a file; a pickle that is loaded leaves the mark behind.
Harm = Callable[[Path, random.Random, Path], None]

_DEADLINE_SECONDS = 60.0
#: One trial in so many damages the database instead of a file for searching.
_DATABASE_EVERY = 4


class _Bomb:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return os.mkdir, (str(self._mark),)


def torture_vectors(place: Path, trials: Trials) -> Torture:
    """Damage that many copies of a store, each in one way."""
    workplace = prepare(all_scripts(trials.seed, trials.large_pages)[1], place / "made")
    whole = place / "whole"
    workplace.fresh_store(whole)
    call(lambda: workplace.run(whole), _DEADLINE_SECONDS)
    return run_trials("vectors", trials, lambda number: _trial(workplace, whole, place, number, trials.seed))


def _trial(workplace: Workplace, whole: Path, place: Path, number: int, seed: int) -> Trial:
    chance = random.Random(f"vectors {seed} {number}")
    folder = place / f"trial-{number}"
    shutil.copytree(whole, folder)
    mark = place / f"unpickled-{number}"
    if number % _DATABASE_EVERY == 0:
        kind = chance.choice(sorted(damage.BYTES))
        database = StoreLayout(folder).database
        database.write_bytes(damage.BYTES[kind](database.read_bytes(), chance))
        ended = call(lambda: _use_all(folder), _DEADLINE_SECONDS)
        kind = f"database, {kind}"
    else:
        vector_rows, index = sorted(folder.glob("vectors-*"), reverse=True)
        (words,) = folder.glob("words-*.postings")
        parts: tuple[tuple[str, Path, Mapping[str, Harm]], ...] = (
            ("vectors", vector_rows, _ROWS),
            ("index", index, _INDEXES),
            ("postings", words, {}),
        )
        part, file, own = chance.choice(parts)
        harms = {**_FILES, **own}
        kind = chance.choice(sorted(harms))
        ended = call(lambda: harms[kind](file, chance, mark), _DEADLINE_SECONDS)
        kind = f"{part}, {kind}"
        if ended.in_words(_DEADLINE_SECONDS) is None:
            ended = call(lambda: _search_again(workplace, folder), _DEADLINE_SECONDS)
    trouble = ended.in_words(_DEADLINE_SECONDS)
    found: list[str] = [trouble] if trouble else ended.result or []
    if mark.exists():
        found = [*found, "a pickle was loaded"]
    if not found:
        shutil.rmtree(folder, ignore_errors=True)
    return Trial(kind, tuple(f"{kind}: {line}" for line in found))


def _search_again(workplace: Workplace, folder: Path) -> list[str]:
    """Search twice: on what was damaged, and on what came of it."""
    found = []
    for time in ("the first", "the next"):
        with Store.open(folder) as store:
            contents = read_contents(store)
            found += [f"at {time} opening: {line}" for line in dense_disagreements(store, contents)]
            found += [f"at {time} opening: {line}" for line in word_disagreements(store)]
    if fingerprints(folder) != workplace.after:
        found.append("the documents are not what they were")
    with Store.open(folder) as store:
        found += [f"check() still says: {line}" for line in store.check() if "Is a directory" not in line]
    return found


def _use_all(folder: Path) -> list[str]:
    """Every way to read, each once; errors of the package itself are right answers."""
    found: list[str] = []
    try:
        store = Store.open(folder)
    except IngestError as error:
        return _not_in_words(error)
    query = np.eye(1, store.identity.dimension, dtype=np.float32)[0]
    ids = range(1, 400)
    uses: tuple[Callable[[], object], ...] = (
        store.check,
        store.sources,
        store.documents,
        store.statistics,
        lambda: store.search_dense(query, 10),
        lambda: store.search_lexical("store keeps page", 10),
        lambda: store.chunks(list(ids)),
        *((lambda document_id=document_id: store.document(document_id)) for document_id in range(1, 60)),
        lambda: [store.neighbours(chunk_id, 1, 1) for chunk_id in ids],
        lambda: store.set_setting("torture", "done"),
        store.close,
    )
    for use in uses:
        try:
            use()
        except IngestError as error:
            found += _not_in_words(error)
    return found


def _not_in_words(error: IngestError) -> list[str]:
    return [] if len(str(error).split()) > 5 else [f"{type(error).__name__} says too little: {error}"]


def _changed(change: damage.Bytes) -> Harm:
    def done(file: Path, chance: random.Random, _: Path) -> None:
        file.write_bytes(change(file.read_bytes(), chance))

    return done


def _other_vectors(file: Path, chance: random.Random, _: Path) -> None:
    """A sound file of the same size, with other vectors under the same ids and seals."""
    content = bytearray(file.read_bytes())
    noise = np.random.default_rng(chance.randrange(1 << 30)).normal(size=len(content) // 8)
    vectors = noise.astype(np.float32).tobytes()
    content[: len(vectors)] = vectors
    file.write_bytes(content)


def _other_index(file: Path, chance: random.Random, _: Path) -> None:
    """A sound index of the same kind and size, of other vectors."""
    faiss = load_faiss()
    index = faiss.read_index(str(file))
    other = faiss.index_factory(index.d, f"IVF{index.nlist},SQ4", faiss.METRIC_INNER_PRODUCT)
    noise = np.random.default_rng(chance.randrange(1 << 30)).normal(size=(index.ntotal, index.d))
    other.cp.min_points_per_centroid = 1  # else FAISS complains of so few
    other.train(noise.astype(np.float32))
    other.add(noise.astype(np.float32))
    faiss.write_index(other, str(file))


def _other_kind(file: Path, chance: random.Random, _: Path) -> None:
    """A sound index of another kind and dimension."""
    faiss = load_faiss()
    index = faiss.IndexHNSWFlat(chance.choice((8, 256)), 8)
    index.add(np.random.default_rng(0).normal(size=(50, index.d)).astype(np.float32))
    faiss.write_index(index, str(file))


def _pickle(file: Path, _: random.Random, mark: Path) -> None:
    file.write_bytes(pickle.dumps(_Bomb(mark)))


def _other_generation(file: Path, chance: random.Random, _: Path) -> None:
    start, generation = file.stem.split("-")
    number = int(generation) + chance.choice((-1, 1, 1000))
    file.rename(file.with_name(f"{start}-{number}{file.suffix}"))


_FILES: Mapping[str, Harm] = {
    **{name: _changed(change) for name, change in damage.BYTES.items()},
    "empty": _changed(lambda _data, _chance: b""),
    "removed": lambda file, *_: file.unlink(),
    "a folder": lambda file, *_: damage.replace_by_folder(file),
    "a link to itself": lambda file, *_: damage.replace_by_loop(file),
    "a pickle": _pickle,
    "another generation": _other_generation,
}

_ROWS: Mapping[str, Harm] = {"other vectors": _other_vectors}
_INDEXES: Mapping[str, Harm] = {
    "other vectors": _other_index,
    "another kind of index": _other_kind,
}
