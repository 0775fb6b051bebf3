"""Which documents a person means by a pattern, and which lie in a folder."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase

from ingest.store.records import SourceFile


def matching_sources(pattern: str, sources: Iterable[tuple[SourceFile, int, str]]) -> list[tuple[str, int]]:
    """Path and document id of each source meant; empty if none is.

    `sources` gives each source with its document's id and title. The first of these readings that
    fits any source is the one that counts, so that "notes.md" never drags "old-notes.md" in:

    1. the path, or its last parts ("notes.md", "2024/notes.md");
    2. a folder, an archive or a mail on the way to it ("2024", "2024/", "letters.zip");
    3. a glob over the path or its last parts ("*.pdf", "reports/*");
    4. a part of the file's name, or of the document's title.

    Letter case and the spelling of accented letters in Unicode do not matter.
    """
    wanted = _plain(pattern).removeprefix("./")
    if not wanted:
        return []
    known = [(source.path, _plain(source.path), _plain(title), id) for source, id, title in sources]
    readings: tuple[Callable[[str, str], bool], ...] = (
        lambda path, _: path == wanted or path.endswith(f"/{wanted}"),
        lambda path, _: _lies_in(wanted.rstrip("/"), path),
        lambda path, _: fnmatchcase(path, wanted) or fnmatchcase(path, f"*/{wanted}"),
        lambda path, title: wanted in path.rpartition("/")[2] or wanted in title,
    )
    for fits in readings:
        if found := [(path, id) for path, plain_path, title, id in known if fits(plain_path, title)]:
            return found
    return []


def lies_in(folder: str, path: str) -> bool:
    """Whether a folder, an archive or a mail is on the way to the path; its name's last parts will do."""
    return _lies_in(_plain(folder).rstrip("/"), _plain(path))


def _lies_in(container: str, path: str) -> bool:
    return bool(container) and (path.startswith(f"{container}/") or f"/{container}/" in path)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip().replace(os.sep, "/")).casefold()
