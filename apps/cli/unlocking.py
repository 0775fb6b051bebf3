"""Locked files, and the terminal that may know their passwords."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from apps.cli.context import can_ask
from apps.cli.screen import count_of, note, one_line

if TYPE_CHECKING:
    from apps.cli.interruption import Interruption
    from ingest.report import FileOutcome, IngestReport

_MOST_TIMES_ASKED = 3

#: Reads these paths with these passwords.
Reading = Callable[[list[str], list[str]], "IngestReport"]


class Unlocking:
    """Asks for the passwords of locked files, one after the other, and has the files read with them.

    Each password is tried on all the files that are still locked. Ctrl-C ends the asking; what was read
    until then stands in the report.
    """

    def __init__(
        self, report: IngestReport, read: Reading, passwords: Sequence[str], interruption: Interruption
    ) -> None:
        self.report = report
        self._read, self._interruption = read, interruption
        self._passwords = list(passwords)
        self._left_out: set[str] = set()

    def run(self) -> bool:
        """Ask, where there is a terminal, for one locked file after the other. False if Ctrl-C ended it."""
        while can_ask() and not self.report.interrupted and (locked := self._locked()):
            path = locked[0].path
            if not self._ask_for(path):
                note(f"No further password is asked for. Still locked: {count_of(len(locked), 'file')}.")
                return not self._interruption()
            self._left_out.add(path)
        return True

    def _locked(self) -> list[FileOutcome]:
        """The files that are still locked and still there, without those that were asked for already."""
        return [
            file
            for file in self.report.files
            if file.wants_password and file.path not in self._left_out and _file_on_disk(file.path)
        ]

    def _ask_for(self, path: str) -> bool:
        """Ask until the file opens, is left out, or was asked for often enough. False ends the asking."""
        for left in reversed(range(_MOST_TIMES_ASKED)):
            password = self._prompt(path)
            if password is None:
                return False
            if not password:
                break
            self._try(password)
            if self.report.interrupted or path not in {file.path for file in self._locked()}:
                break
            note(f"That is not the password of {one_line(path)}.{'' if left else ' It stays locked.'}")
        return True

    def _prompt(self, path: str) -> str | None:
        """What was typed, nothing for a file to be left out; None where no more is to be asked."""
        try:
            with self._interruption.at_once():
                typed: str = typer.prompt(
                    f"Password for {one_line(path)} (Enter leaves it out)",
                    default="",
                    hide_input=True,
                    show_default=False,
                    err=True,
                )
        except (KeyboardInterrupt, typer.Abort):
            return None
        return typed

    def _try(self, password: str) -> None:
        """Read all that is locked with one password more, and keep that if it opened any of it."""
        locked = self._locked()
        places = dict.fromkeys(place for file in locked if (place := _file_on_disk(file.path)))
        later = self._read(list(places), [password, *self._passwords])
        self.report = self.report.followed_by(later)
        if not {file.path for file in locked} <= {file.path for file in self._locked()}:
            self._passwords.insert(0, password)


def _file_on_disk(path: str) -> str | None:
    """The file itself, or the archive or mail that holds it; None where that is gone."""
    place = Path(path)
    return next((str(each) for each in (place, *place.parents) if each.is_file()), None)
