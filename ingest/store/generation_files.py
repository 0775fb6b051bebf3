"""Files derived from the database, named by the generation that they were made at."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

#: An unfinished file that nobody has written to for this long belongs to a process that died.
_ABANDONED_SECONDS = 3600.0

_UNFINISHED = ".unfinished"


@dataclass(frozen=True, slots=True)
class GenerationFiles:
    """The files `<start><generation><end>` of a folder."""

    folder: Path
    start: str
    end: str

    def named(self, generation: int) -> Path:
        return self.folder / f"{self.start}{generation}{self.end}"

    def unfinished(self, generation: int) -> Path:
        """Where one is written before it gets its name: another place at every call."""
        return self.folder / f"{self.start}{generation}{self.end}.{secrets.token_hex(8)}{_UNFINISHED}"

    def there(self) -> Iterator[Path]:
        """All of them, finished or not."""
        yield from self.folder.glob(f"{self.start}*{self.end}")
        yield from self.folder.glob(f"{self.start}*{self.end}.*{_UNFINISHED}")

    def remove_old(self, generation: int) -> None:
        """Remove those older than the generation, and what dead processes left unfinished.

        Newer ones stay: another process may have just named one and not recorded it yet.
        """
        for path in self.there():
            if path.name.endswith(_UNFINISHED):
                old = time.time() - path.stat().st_mtime > _ABANDONED_SECONDS
            else:
                number = path.name.removeprefix(self.start).removesuffix(self.end)
                old = number.isdecimal() and int(number) < generation
            if old:
                with suppress(PermissionError):  # Windows keeps what is mapped: the next time it goes
                    path.unlink(missing_ok=True)
