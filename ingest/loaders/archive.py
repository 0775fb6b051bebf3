"""ZIP archives: what they hold, taken out one file at a time."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from ingest.errors import DamagedFile, EmptyFile, EncryptedFile
from ingest.loaders.archive_allowance import Allowance, LimitMet
from ingest.loaders.archive_listing import Listing, listed
from ingest.loaders.archive_members import DAMAGE, Locked, Member, chunks
from ingest.loaders.archive_names import DistinctNames, is_passed_over, shown_name
from ingest.loaders.content import FileOnDisk
from ingest.loaders.protocol import (
    DEFAULT_OPTIONS,
    Closed,
    LoadOptions,
    MemberFound,
    MemberRefused,
    ReadEvent,
)
from ingest.media import ZIP, tell_media_type_of_file
from ingest.settings import ReadingLimits

_TRIED_BYTES = 16 * 1024 * 1024
_NO_FILES = {
    stat.S_IFLNK: "a link, and links are not followed",
    stat.S_IFCHR: "a device, not a file",
    stat.S_IFBLK: "a device, not a file",
    stat.S_IFIFO: "a pipe, not a file",
    stat.S_IFSOCK: "a socket, not a file",
}


class ArchiveLoader:
    """Takes files out of ZIP archives, and out of those inside them, into the scratch folder.

    They lie there under numbers; their names are only shown. Members that cannot be taken out are refused
    one by one. Without a scratch folder everything is left where it is.
    """

    def __init__(self, limits: ReadingLimits = ReadingLimits()) -> None:  # noqa: B008 - a frozen value
        self._limits = limits

    @property
    def media_types(self) -> frozenset[str]:
        return frozenset({ZIP})

    def read(
        self,
        file: FileOnDisk,
        options: LoadOptions = DEFAULT_OPTIONS,
        *,
        first_page: int = 1,  # noqa: ARG002 - an archive has no pages
    ) -> Iterator[ReadEvent]:
        if options.scratch is None:
            yield Closed(("The files in this archive were left in it: there is no folder to put them.",))
            return
        with listed(file.file) as listing:
            _refuse_as_a_whole(file, listing, options.passwords)
            unpacking = _Unpacking(
                Allowance(self._limits, file.size_bytes), options.scratch, options.passwords
            )
            yield from unpacking.take_out(listing, "", 1)
        yield Closed(tuple(unpacking.notes))


class _Unpacking:
    """One archive with those inside it: they share an allowance, a folder and the notes."""

    def __init__(self, allowance: Allowance, scratch: Path, passwords: tuple[str, ...]) -> None:
        self.notes: list[str] = []
        self._allowance = allowance
        self._scratch = scratch
        self._passwords = passwords
        self._names = DistinctNames()
        self._count = 0
        self._spent = False

    def take_out(self, listing: Listing, prefix: str, depth: int) -> Iterator[ReadEvent]:
        where = prefix.rstrip("/") or "this archive"
        if listing.damage is not None:
            self.notes.append(
                f"The list of what {where} holds is damaged ({listing.damage}); what could be found was "
                "taken out."
            )
        passed_over = 0
        for index, member in enumerate(listing.members, start=1):
            name = shown_name(member.stored_name)
            if is_passed_over(name):
                passed_over += 1
                continue
            yield from self._take_one(member, self._names.take(prefix + name), depth)
            if self._spent:
                if left := len(listing.members) - index:
                    self.notes.append(f"{left:,} more files were left in {where}.")
                break
        if passed_over:
            self.notes.append(f"{passed_over:,} hidden or system files in {where} were passed over.")

    def _take_one(self, member: Member, name: str, depth: int) -> Iterator[ReadEvent]:
        if (kind := _NO_FILES.get(stat.S_IFMT(member.mode))) is not None:
            yield MemberRefused(name, f"{name} is {kind}.")
            return
        try:
            self._allowance.take_file()
            place = self._write(member)
        except LimitMet as met:
            self._spent = met.for_all
            yield MemberRefused(
                name, f"{name} was left in the archive: {met}. Unpack it yourself, if you trust it."
            )
        except Locked as locked:
            yield MemberRefused(name, f"{name} is protected by a password: {locked}", locked=True)
        except DAMAGE as error:
            yield MemberRefused(
                name, f"{name} could not be taken out of the archive: {error}. The archive is damaged there."
            )
        else:
            if _is_archive(place, name):
                yield from self._take_inner(place, name, depth + 1)
            else:
                yield MemberFound(name, place)

    def _take_inner(self, place: Path, name: str, depth: int) -> Iterator[ReadEvent]:
        most = self._allowance.limits.archive_depth
        try:
            if depth > most:
                yield MemberRefused(
                    name,
                    f"{name} is an archive within archives: they are opened {most} deep (archive_depth). "
                    "Unpack it yourself, if you trust it.",
                )
                return
            with listed(place) as listing:
                yield from self.take_out(listing, f"{name}/", depth)
        finally:
            place.unlink(missing_ok=True)

    def _write(self, member: Member) -> Path:
        """The member's bytes in a new file of the scratch folder; nothing is left of one that fails."""
        self._count += 1
        place = self._scratch / f"member-{self._count:06d}"
        written = 0
        try:
            with place.open("xb") as target:
                for chunk in chunks(member, self._passwords):
                    if chunk is None:  # a password proved wrong late: from the beginning with the next
                        target.seek(0)
                        target.truncate()
                        written = 0
                        continue
                    written += len(chunk)
                    self._allowance.take_bytes(len(chunk), written, member.packed_bytes)
                    target.write(chunk)
        except BaseException:
            place.unlink(missing_ok=True)
            raise
        return place


def _refuse_as_a_whole(file: FileOnDisk, listing: Listing, passwords: tuple[str, ...]) -> None:
    """Raise the words for an archive from which nothing at all can be had."""
    members = listing.members
    if not members and listing.damage is not None:
        raise DamagedFile(
            f"{file.name} is a damaged archive ({listing.damage}), and no file in it can be found. "
            "Get it anew from where it came from."
        )
    if not members:
        raise EmptyFile(f"{file.name} is an archive without any file in it. Check where it came from.")
    if all(member.encrypted for member in members) and not _opens(members, passwords):
        given = "none of the passwords given fits. Give the right one" if passwords else "give it"
        raise EncryptedFile(
            f"{file.name} is an archive whose files are protected by a password: {given} with --password, or "
            "unpack it yourself."
        )


def _opens(members: tuple[Member, ...], passwords: tuple[str, ...]) -> bool:
    """Whether the smallest member opens with one of the passwords, or fails for another reason."""
    smallest = min(members, key=lambda member: member.packed_bytes)
    read = 0
    try:
        for chunk in chunks(smallest, passwords):
            read = 0 if chunk is None else read + len(chunk)
            if read > _TRIED_BYTES:
                return True
    except Locked:
        return False
    except DAMAGE:
        return True
    return True


def _is_archive(place: Path, name: str) -> bool:
    """Whether a file is an archive of files, and not a document kept as one (DOCX, EPUB)."""
    return tell_media_type_of_file(FileOnDisk(Path(name), place, "", place.stat().st_size)) == ZIP
