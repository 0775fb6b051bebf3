"""Which documents a search is confined to."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal, get_args

from ingest.loaders.metadata import tidy_language
from ingest.media_names import media_types_named
from ingest.plan import source_path

#: What can be asked of a document.
Condition = Literal["documents", "folders", "types", "dates", "languages"]
#: In the order in which it is told what each left.
_CONDITIONS: tuple[Condition, ...] = get_args(Condition)

_DAY = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?", re.ASCII)
#: They complete a month or a year. No month ends later than on a 31st, and days compare as text.
_FIRST_DAY, _LAST_DAY = "0001-01-01", "9999-12-31"


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """Conditions on documents. All that are given must hold; several values of one are alternatives.

    A single value may be given alone: `DocumentFilter(types="pdf")`. Raises ValueError, in words, for a value
    that can mean nothing.
    """

    documents: Sequence[str] = ()
    """Patterns: a path, its last parts, a folder, a glob, or a part of a file's name or of a title."""
    folders: Sequence[str] = ()
    """Folders, archives or mails, by their paths or the last parts of these: all that lies in them."""
    types: Sequence[str] = ()
    """What people call them ("pdf", "word", "slides"; see `ingest.media_names`), or media types."""
    since: str | None = None
    until: str | None = None
    """The first and the last day: YYYY, YYYY-MM or YYYY-MM-DD.

    A document's day is the one it says it was written on, else that of the file's last change, in UTC. One
    that says a month or a year alone was written on any day of it.
    """
    languages: Sequence[str] = ()
    """ISO 639-1 ("en"). A document whose language is unknown is in none of them."""

    def __post_init__(self) -> None:
        tidied = {
            "documents": _several(self.documents),
            "folders": tuple(map(_folder, _several(self.folders))),
            "types": _several(self.types),
            "languages": tuple(map(_language, _several(self.languages))),
        }
        for name, values in tidied.items():
            object.__setattr__(self, name, values)  # the way to do it in a frozen class
        for kind in self.types:
            media_types_named(kind)  # raises ValueError
        for day in (self.since, self.until):
            _refuse_no_day(day)
        if self.first_day is not None and self.last_day is not None and self.first_day > self.last_day:
            raise ValueError(
                f"No day lies between {self.since} and {self.until}: the first is the later one."
            )

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Those that are given."""
        given = (self.documents, self.folders, self.types, self.since or self.until, self.languages)
        return tuple(condition for condition, values in zip(_CONDITIONS, given, strict=True) if values)

    @property
    def media_types(self) -> frozenset[str]:
        """Those behind the types."""
        return frozenset().union(*map(media_types_named, self.types))

    @property
    def first_day(self) -> str | None:
        """`since` as a whole day."""
        return None if self.since is None else self.since + _FIRST_DAY[len(self.since) :]

    @property
    def last_day(self) -> str | None:
        """`until` as a whole day, perhaps a 31st that its month lacks."""
        return None if self.until is None else self.until + _LAST_DAY[len(self.until) :]

    def up_to(self, condition: Condition) -> DocumentFilter:
        """The filter without the conditions that come after this one."""
        kept = _CONDITIONS[: _CONDITIONS.index(condition) + 1]
        return replace(
            self,
            folders=self.folders if "folders" in kept else (),
            types=self.types if "types" in kept else (),
            since=self.since if "dates" in kept else None,
            until=self.until if "dates" in kept else None,
            languages=self.languages if "languages" in kept else (),
        )


def _several(values: str | Sequence[str]) -> tuple[str, ...]:
    return (values,) if isinstance(values, str) else tuple(values)


def _folder(name: str) -> str:
    """The name without its last slash; one that starts from where one is, or from home, as a whole path."""
    if not name.strip(" /"):
        raise ValueError(f"{name!r} names no folder. Give its path or its name.")
    relative = name.replace(os.sep, "/").partition("/")[0] in (".", "..", "~")
    return str(source_path(Path(name).expanduser())) if relative else name.rstrip("/")


def _language(tag: str) -> str:
    code = tidy_language(tag)
    if code is None:
        raise ValueError(
            f"{tag!r} is no code of a language. Those of ISO 639-1 have two letters, such as 'en'."
        )
    return code


def _refuse_no_day(day: str | None) -> None:
    if day is None:
        return
    try:
        if not _DAY.fullmatch(day):
            raise ValueError
        date.fromisoformat(day + _FIRST_DAY[len(day) :])
    except ValueError:
        raise ValueError(
            f"{day!r} is no day, month or year. Write it as 2024-05-31, 2024-05 or 2024."
        ) from None
