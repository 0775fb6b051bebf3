"""Which files below a named folder are wanted."""

from __future__ import annotations

import os
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Patterns:
    """Globs over a name ("*.pdf") or over a path below the named folder ("drafts/*", "2024/*/*.docx").

    Letter case does not matter. Without `include` everything is wanted; `exclude` has the last word. They
    choose among what is met in folders: a file that is named itself is always wanted.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    #: A folder that is never wanted, by its absolute path: where Refdesk keeps its own files.
    own_folder: Path | None = None

    def reason_against_file(self, relative_path: str) -> str | None:
        """Why the file is not wanted, or None."""
        if (pattern := _first_match(self.exclude, relative_path)) is not None:
            return f"excluded by the pattern {pattern!r}"
        if self.include and _first_match(self.include, relative_path) is None:
            return f"not among what is to be included ({', '.join(self.include)})"
        return None

    def reason_against_folder(self, folder: Path, relative_path: str) -> str | None:
        """Why nothing below the folder is wanted, or None."""
        if folder == self.own_folder:
            return "where Refdesk keeps its own files"
        pattern = _first_match(self.exclude, relative_path)
        return None if pattern is None else f"excluded by the pattern {pattern!r}"


def _first_match(patterns: tuple[str, ...], relative_path: str) -> str | None:
    path = relative_path.replace(os.sep, "/").casefold()
    name = path.rpartition("/")[2]
    for pattern in patterns:
        wanted = pattern.casefold().removeprefix("./").rstrip("/")
        if fnmatchcase(path, wanted) or ("/" not in wanted and fnmatchcase(name, wanted)):
            return pattern
    return None
