"""What an ingest run has to do: which files are new, changed, unchanged, gone, or none of our business.

Nothing is read here but names, sizes and times.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import NothingToIngest
from ingest.store.records import SourceFile

#: A file written this shortly before it was read may be written again without its time changing.
UNSETTLED_NS = 2_000_000_000

#: Recorded in place of such a file's time: no real time equals it, so the next run reads it again.
UNSETTLED_MODIFIED_NS = -1

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


@dataclass(frozen=True, slots=True)
class Plan:
    """Every path that was met, once. `changed` files are only possibly so: their bytes decide."""

    new: tuple[PlannedFile, ...] = ()
    changed: tuple[PlannedFile, ...] = ()
    unchanged: tuple[PlannedFile, ...] = ()
    gone: tuple[str, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()

    @property
    def to_read(self) -> tuple[PlannedFile, ...]:
        """New and changed files, in the order of their paths."""
        return tuple(sorted((*self.new, *self.changed), key=lambda file: file.path.parts))


def source_path(path: str | os.PathLike[str]) -> Path:
    """The name a file is known by: absolute, without `..`, links in it kept."""
    absolute = Path(path).absolute()
    if ".." not in absolute.parts:
        return absolute
    tidy = Path(os.path.normpath(absolute))
    # A `..` behind a link leads elsewhere than its text says.
    real = os.path.realpath(absolute)
    return tidy if os.path.realpath(tidy) == real else Path(real)


def recorded_source(path: Path, sha256: str, status: os.stat_result, read_at_ns: int) -> SourceFile:
    """What the store should remember of a file whose bytes were read at that time."""
    settled = status.st_mtime_ns < read_at_ns - UNSETTLED_NS
    modified_ns = status.st_mtime_ns if settled else UNSETTLED_MODIFIED_NS
    return SourceFile(os.fspath(path), sha256, status.st_size, modified_ns)


def plan_ingest(
    paths: Sequence[str | os.PathLike[str]], known: Mapping[str, SourceFile], *, sync: bool = False
) -> Plan:
    """Walk the named files and folders and compare them with what the store knows.

    With `sync`, sources below a named folder that are no longer on disk are `gone`. Raises
    `NothingToIngest` where there is nothing at all to do.
    """
    walk = _Walk()
    folders = [folder for folder in map(source_path, paths) if walk.take(folder)]
    gone = _gone(folders, known, walk.files) if sync else ()
    if not walk.files and not gone and not any(other.failed for other in walk.passed_over.values()):
        raise NothingToIngest(_nothing(folders, walk.missing, len(walk.passed_over)))
    for path in walk.missing:
        walk.pass_over(path, _missing(path, known), failed=True)
    files = sorted(walk.files.values(), key=lambda file: file.path.parts)
    new, changed, unchanged = [], [], []
    for file in files:
        source = known.get(os.fspath(file.path))
        if source is None:
            new.append(file)
        elif (source.size_bytes, source.modified_ns) == (file.size_bytes, file.modified_ns):
            unchanged.append(file)
        else:
            changed.append(file)
    passed_over = sorted(walk.passed_over.values(), key=lambda other: other.path)
    return Plan(tuple(new), tuple(changed), tuple(unchanged), gone, tuple(passed_over))


class _Walk:
    """Collects the files below what was named. A path is met once, however often it was named."""

    def __init__(self) -> None:
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
                if stat.S_ISDIR(status.st_mode):
                    waiting.append(path)
                else:
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


def _gone(
    folders: Sequence[Path], known: Mapping[str, SourceFile], met: Mapping[Path, PlannedFile]
) -> tuple[str, ...]:
    beginnings = tuple(map(_with_separator, folders))
    return tuple(
        sorted(
            path
            for path in known
            if path.startswith(beginnings) and Path(path) not in met and _is_no_file(Path(path))
        )
    )


def _is_no_file(path: Path) -> bool:
    """Whether it is sure that no file is there: a folder that may not be entered proves nothing."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False


def _missing(path: Path, known: Mapping[str, SourceFile]) -> str:
    held = sum(source == os.fspath(path) or source.startswith(_with_separator(path)) for source in known)
    if not held:
        return "it does not exist. Check its spelling."
    return (
        f"it does not exist any more. What the collection holds of it ({held} {_plural(held)}) "
        "stays until `refdesk remove` takes it out."
    )


def _nothing(folders: Iterable[Path], missing: Iterable[Path], passed_over: int) -> str:
    words = [f"{path} does not exist." for path in missing]
    words += [f"{folder} holds no file to read." for folder in folders]
    if passed_over:
        words.append(f"({passed_over} hidden, linked or system entries were passed over.)")
    return " ".join([*words, "Name a file, or a folder that holds some."])


def _plural(count: int) -> str:
    return "file" if count == 1 else "files"


def _closed(error: OSError | ValueError) -> str:
    words = getattr(error, "strerror", None) or str(error)
    return f"it cannot be looked into ({words}). Check its permissions."


def _with_separator(folder: Path) -> str:
    """What the path of everything below the folder begins with. The root has its separator already."""
    return os.fspath(folder).removesuffix(os.sep) + os.sep
