"""The collections of a data home: opened by name, listed, renamed, deleted."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import CollectionNotFound, StoreError
from ingest.store.moving import move_store
from ingest.store.store import Store, StoreStatistics
from machine import collections_folder
from rag.collection import Collection
from rag.conversations.conversations import Conversations
from rag.dropped_files import DroppedFiles
from rag.saved_settings import saved_or_default
from rag.settings import Settings

_NAME = re.compile(r"[^\W_][\w.-]{0,99}")


@dataclass(frozen=True, slots=True)
class CollectionInfo:
    """One collection in a listing. `problem` says why it does not open, where it does not."""

    name: str
    folder: Path
    statistics: StoreStatistics | None
    problem: str | None = None


def open_collection(name: str | os.PathLike[str], settings: Settings | None = None) -> Collection:
    """The collection of that name in the data home, or the one in a folder given as a path.

    Without settings those count that were saved for it (`rag.saved_settings`), else the defaults. No
    document is read and nothing is made yet: it comes to be with the first `ingest`, and whatever needs it
    before that raises CollectionNotFound. Raises ValueError for a name that cannot be one.
    """
    folder = collection_folder(name)
    return Collection(folder, saved_or_default(folder) if settings is None else settings)


def collection_folder(name: str | os.PathLike[str]) -> Path:
    """Where the collection of that name lies, or would. Raises ValueError for a name that cannot be one."""
    if isinstance(name, os.PathLike):
        return Path(name).expanduser().absolute()
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"{name!r} cannot be a collection's name: letters, digits, '-', '_' and '.', beginning with a "
            "letter or digit, at most 100 of them."
        )
    return collections_folder() / name


def list_collections() -> list[CollectionInfo]:
    """Every collection in the data home, those included that do not open."""
    folder = collections_folder()
    if not folder.is_dir():
        return []
    return [describe_collection(entry) for entry in sorted(folder.iterdir()) if entry.is_dir()]


def describe_collection(folder: Path) -> CollectionInfo:
    """What a listing says of the collection in this folder, which is opened for it."""
    if not _NAME.fullmatch(folder.name):
        problem = f"{folder} has a name that no collection can have. Give the folder another one, or move it."
        return CollectionInfo(folder.name, folder, None, problem)
    try:
        with Store.open(folder) as store:
            return CollectionInfo(folder.name, folder, store.statistics())
    except StoreError as error:
        return CollectionInfo(folder.name, folder, None, str(error))


def rename_collection(name: str, new_name: str) -> None:
    """Give a collection another name. Its documents, its settings and the chats with it stay its own.

    Raises CollectionNotFound; StoreError where it is open anywhere or the name is taken, and ValueError for a
    name that cannot be one: then nothing has changed.
    """
    folder, target = open_collection(name).folder, open_collection(new_name).folder
    if folder == target:
        return
    move_store(folder, target)
    Conversations().follow_renamed(name, new_name)


def delete_collection(name: str) -> None:
    """Delete a collection and all in it, with the copies of files that were dropped for it.

    Files that lie elsewhere are not touched.
    """
    folder = open_collection(name).folder
    if not folder.is_dir():
        raise CollectionNotFound(
            f"There is no collection {name!r}. `refdesk collections` lists what is here."
        )
    try:
        with Store.open(folder) as store:
            store.remove(list(store.sources()))  # whoever has it open finds nothing any more
    except StoreError:
        pass  # a collection that does not open is deleted all the same
    DroppedFiles(folder).delete_all()
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise StoreError(
            f"{folder} could not be deleted whole: {error}. Delete what is left by hand."
        ) from error
