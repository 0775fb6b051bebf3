"""What a document is called where several are shown: its file's name, or more where that says too little."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

_INSIDE = " › "

#: How Python writes bytes of a name that are no UTF-8 (PEP 383). No page and no file of text takes them.
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")

#: What a file that holds documents ends with; it tells where the file itself is gone.
_CONTAINERS = frozenset({".zip", ".eml"})


def shown_names(paths: Iterable[str]) -> dict[str, str]:
    """A name for each path: the file's, with as many folders in front as tell it from the others.

    What lies in an archive or hangs on a mail is named with it: "archive 2023.zip › inner/slides.pptx".
    """
    is_file = cache(os.path.isfile)  # most documents lie in a few folders
    forms = {path: _forms(path, is_file) for path in paths}
    chosen = dict.fromkeys(forms, 0)
    while True:
        counted = Counter(forms[path][at] for path, at in chosen.items())
        longer = [
            path for path, at in chosen.items() if counted[forms[path][at]] > 1 and at + 1 < len(forms[path])
        ]
        if not longer:
            return {path: readable(forms[path][at]) for path, at in chosen.items()}
        for path in longer:
            chosen[path] += 1


def readable(name: str) -> str:
    """A name or path as it can be sent and written: bytes in it that are no text are seen as such."""
    return _HALF_CHARACTER.sub("\ufffd", name)


def _forms(path: str, is_file: Callable[[str], bool]) -> list[str]:
    """What the path may be called, the shortest first and the whole of it last."""
    parts = path.replace(os.sep, "/").split("/")
    outer = _length_outside(parts, is_file)
    inside = "".join(_inside(parts[outer:]))
    starts = [start for start in range(outer - 1, -1, -1) if parts[start]]
    return [*("/".join(parts[start:outer]) + inside for start in starts), path]


def _length_outside(parts: list[str], is_file: Callable[[str], bool]) -> int:
    """How many parts lead to the file on disk: all of them, or those up to an archive or a mail."""
    for length in range(1, len(parts)):
        ancestor = "/".join(parts[:length]) or "/"
        if is_file(ancestor):
            return length
        if Path(parts[length - 1]).suffix.lower() in _CONTAINERS and not Path(ancestor).is_dir():
            return length
    return len(parts)


def _inside(parts: list[str]) -> Iterable[str]:
    """The way on from a container's file, which may lead through further ones."""
    separator = _INSIDE
    for part in parts:
        yield separator + part
        separator = _INSIDE if Path(part).suffix.lower() in _CONTAINERS else "/"
