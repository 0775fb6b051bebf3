"""What an ingest run has to do: which files are new, changed, unchanged, gone, or none of our business.

Nothing is read here but names, sizes and times.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from ingest.errors import NothingToIngest
from ingest.patterns import Patterns
from ingest.store.records import SourceFile
from ingest.walk import PassedOver, PlannedFile, Walk, with_separator

#: A file written this shortly before it was read may be written again without its time changing.
UNSETTLED_NS = 2_000_000_000

#: Recorded in place of such a file's time: no real time equals it, so the next run reads it again.
UNSETTLED_MODIFIED_NS = -1

#: Recorded of a document that holds files (a mail) until all of those are dealt with.
MEMBERS_PENDING_NS = -2

#: So many are not forgotten at once because their folder is empty.
_MANY_FILES = 10

_NONE: Mapping[str, SourceFile] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Plan:
    """Every path that was met, once. `changed` files are only possibly so: their bytes decide."""

    new: tuple[PlannedFile, ...] = ()
    changed: tuple[PlannedFile, ...] = ()
    unchanged: tuple[PlannedFile, ...] = ()
    #: As they were when they gave no document.
    refused: tuple[PlannedFile, ...] = ()
    gone: tuple[str, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
    #: Known paths within a file that was met: members of an archive, attachments of a mail.
    inside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def to_read(self) -> tuple[PlannedFile, ...]:
        """New and changed files, in the order of their paths."""
        return tuple(sorted((*self.new, *self.changed), key=lambda file: file.path.parts))

    @property
    def paths_to_read(self) -> frozenset[str]:
        """Their paths, as the store writes them."""
        return frozenset(os.fspath(file.path) for file in (*self.new, *self.changed))


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
    paths: Sequence[str | os.PathLike[str]],
    known: Mapping[str, SourceFile],
    *,
    archives: Mapping[str, SourceFile] = _NONE,
    refused: Mapping[str, SourceFile] = _NONE,
    incomplete: Collection[str] = frozenset(),
    sync: bool = False,
    patterns: Patterns = Patterns(),  # noqa: B008 - frozen: one default for all calls is the same
) -> Plan:
    """Walk the named files and folders and compare them with what the store knows.

    `known` are the sources of documents, `archives` those whose members all were dealt with, `refused`
    files that gave none: those are read again when they changed or are named. What is `incomplete` counts
    as changed. With `sync`, sources below a named folder that are no longer on disk are `gone`.

    Raises `NothingToIngest` where there is nothing at all to do.
    """
    walk = Walk(patterns)
    folders = [folder for folder in map(source_path, paths) if walk.take(folder)]
    inside = _inside(walk.files, known)
    held = {member for members in inside.values() for member in members}
    synced = [folder for folder in folders if sync and not _emptied(folder, known, walk)]
    gone = _gone(synced, {**known, **archives}, walk.files, held)
    if not walk.files and not gone and not any(other.failed for other in walk.passed_over.values()):
        raise NothingToIngest(_nothing(folders, walk.missing, len(walk.passed_over)))
    for path in walk.missing:
        walk.pass_over(path, _missing(path, known), failed=True)
    files = sorted(walk.files.values(), key=lambda file: file.path.parts)
    new, refused_again = list[PlannedFile](), list[PlannedFile]()
    changed, unchanged = list[PlannedFile](), list[PlannedFile]()
    for file in files:
        name = os.fspath(file.path)
        source = known.get(name) or archives.get(name)
        if source is not None:
            as_it_was = name not in incomplete and _is_as_it_was(file, source)
            (unchanged if as_it_was else changed).append(file)
        elif not file.named and name in refused and _is_as_it_was(file, refused[name]):
            refused_again.append(file)
        else:
            new.append(file)
    passed_over = sorted(walk.passed_over.values(), key=lambda other: other.path)
    return Plan(
        tuple(new),
        tuple(changed),
        tuple(unchanged),
        tuple(refused_again),
        gone,
        tuple(passed_over),
        inside,
    )


def _is_as_it_was(file: PlannedFile, source: SourceFile) -> bool:
    return (source.size_bytes, source.modified_ns) == (file.size_bytes, file.modified_ns)


def _inside(files: Mapping[Path, PlannedFile], known: Mapping[str, SourceFile]) -> dict[str, tuple[str, ...]]:
    """Known paths that go on behind the path of a file, by that file."""
    met = {os.fspath(path) for path in files}
    inside: dict[str, list[str]] = {}
    for path in known:
        if path in met:
            continue
        container = path.rpartition(os.sep)[0]
        while container and container not in met:
            container = container.rpartition(os.sep)[0]
        if container:
            inside.setdefault(container, []).append(path)
    return {container: tuple(sorted(members)) for container, members in inside.items()}


def _gone(
    folders: Sequence[Path],
    known: Mapping[str, SourceFile],
    met: Mapping[Path, PlannedFile],
    inside: Collection[str],
) -> tuple[str, ...]:
    beginnings = tuple(map(with_separator, folders))
    return tuple(
        sorted(
            path
            for path in known
            if path.startswith(beginnings)
            and Path(path) not in met
            and path not in inside
            and _is_no_file(Path(path))
        )
    )


def _is_no_file(path: Path) -> bool:
    """Whether it is sure that no file is there: a folder that may not be entered proves nothing.

    A path that goes on behind a file lies in that file, if anywhere.
    """
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except FileNotFoundError:
        return True
    except OSError:
        return False


def _emptied(folder: Path, known: Mapping[str, SourceFile], walk: Walk) -> bool:
    """Whether a folder with nothing in it, of which much is known, is rather a disk that is not mounted."""
    beginning = with_separator(folder)
    if any(os.fspath(path).startswith(beginning) for path in (*walk.files, *walk.passed_over)):
        return False
    held = sum(path.startswith(beginning) for path in known)
    if held < _MANY_FILES:
        return False
    walk.pass_over(
        folder,
        f"it is an empty folder now, and the collection holds {held} files of it. Is its disk mounted? "
        f"Nothing of it was forgotten; to forget it: refdesk remove '{beginning}*'",
        failed=True,
    )
    return True


def _missing(path: Path, known: Mapping[str, SourceFile]) -> str:
    held = sum(source == os.fspath(path) or source.startswith(with_separator(path)) for source in known)
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
        words.append(
            f"({passed_over} passed over: hidden, linked, of the system, or left out by a pattern. Patterns "
            "are over names, or over paths below the named folder.)"
        )
    return " ".join([*words, "Name a file, or a folder that holds some."])


def _plural(count: int) -> str:
    return "file" if count == 1 else "files"
