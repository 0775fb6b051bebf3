"""The files below what was named. Nothing is read here but names, sizes and times."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from ingest.patterns import Patterns

_NOT_DOCUMENTS = frozenset({"thumbs.db", "desktop.ini"})


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file as it was found. `named` is true where the user named this very file."""

    path: Path
    size_bytes: int
    modified_ns: int
    named: bool = False


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A path that will not be read. `failed` is true where the user will have counted on it."""

    path: str
    reason: str
    failed: bool = False


class Walk:
    """Collects the files below what was named. A path is met once, however often it was named."""

    def __init__(self, patterns: Patterns) -> None:
        self._patterns = patterns
        self.files: dict[Path, PlannedFile] = {}
        self.passed_over: dict[Path, PassedOver] = {}
        self.missing: list[Path] = []
        self._named: set[Path] = set()

    def take(self, path: Path) -> bool:
        """Take up a named path; true if it is a folder."""
        self._named.add(path)
        self.passed_over.pop(path, None)  # hidden where it was met before, but now named itself
        try:
            status = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            self.missing.append(path)
        except (OSError, ValueError) as error:  # ValueError: a NUL in the path
            self.pass_over(path, _closed(error), failed=True)
        else:
            if stat.S_ISDIR(status.st_mode):
                self._walk(path)
                return True
            self._add(path, status, named=True)
        return False

    def pass_over(self, path: Path, reason: str, *, failed: bool = False) -> None:
        if failed or path not in self._named:
            self.passed_over.setdefault(path, PassedOver(os.fspath(path), reason, failed))

    def _walk(self, root: Path) -> None:
        real_root = Path(os.path.realpath(root))
        below = len(with_separator(root))
        waiting = [root]
        while waiting:
            folder = waiting.pop()
            try:
                with os.scandir(folder) as entries:
                    found = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                self.pass_over(folder, _closed(error), failed=True)
                continue
            for entry in found:
                path = folder / entry.name
                reason = _not_for_us(entry.name)
                if reason is None and entry.is_symlink():
                    reason = _stray_link(path, real_root)
                if reason is not None:
                    self.pass_over(path, reason)
                    continue
                try:
                    status = path.stat()
                except OSError as error:
                    self.pass_over(path, _closed(error), failed=True)
                    continue
                relative_path = os.fspath(path)[below:]
                if stat.S_ISDIR(status.st_mode):
                    reason = self._patterns.reason_against_folder(path, relative_path)
                    if reason is None:
                        waiting.append(path)
                elif path not in self._named:
                    reason = self._patterns.reason_against_file(relative_path)
                if reason is not None:
                    self.pass_over(path, reason)
                elif not stat.S_ISDIR(status.st_mode):
                    self._add(path, status, named=False)

    def _add(self, path: Path, status: os.stat_result, *, named: bool) -> None:
        if not stat.S_ISREG(status.st_mode):
            self.pass_over(path, "not a file with content, but a device, a pipe or a socket", failed=named)
            return
        self.files[path] = PlannedFile(path, status.st_size, status.st_mtime_ns, named or path in self._named)


def _not_for_us(name: str) -> str | None:
    if name.startswith("."):
        return "hidden (its name begins with a dot). Name it directly to read it all the same."
    if name.startswith("~$"):
        return "left by an office program while a document is open"
    if name.lower() in _NOT_DOCUMENTS:
        return "kept by the system, not a document"
    return None


def _stray_link(path: Path, real_root: Path) -> str | None:
    """Why a link met below `real_root` is not followed; None for one to a file within."""
    try:
        target = path.resolve(strict=True)
    except FileNotFoundError:
        return "a link that leads nowhere"
    except (OSError, RuntimeError):  # RuntimeError: what Python 3.11 and 3.12 raise for a loop of links
        return "a link that leads in a circle, or to where this user may not look"
    if not target.is_relative_to(real_root):
        return f"a link that leads out of the named folder, to {target}. Name that to read it."
    if not target.is_dir():
        return None
    if Path(os.path.realpath(path.parent)).is_relative_to(target):
        return "a link that leads back to a folder it lies in"
    return f"a link to {target}, which is read under its own path"


def _closed(error: OSError | ValueError) -> str:
    words = getattr(error, "strerror", None) or str(error)
    return f"it cannot be looked into ({words}). Check its permissions."


def with_separator(folder: Path) -> str:
    """What the path of everything below the folder begins with. The root has its separator already."""
    return os.fspath(folder).removesuffix(os.sep) + os.sep
