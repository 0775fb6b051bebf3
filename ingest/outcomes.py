"""What became of each path of a run, as it is found out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from ingest.errors import (
    DamagedFile,
    EmptyFile,
    EncryptedFile,
    NoBytes,
    ReaderFault,
    UnreadableFile,
    UnsupportedFormat,
)
from ingest.report import FileOutcome, Outcome
from ingest.store.records import Refusal, SourceFile

_NOTHING_TO_EXPECT = (UnsupportedFormat, NoBytes)
_OLD_CONTENT_STAYS = "What was read from it before stays searchable."


class Outcomes:
    """The run's outcomes by path, and which path holds which content by now."""

    def __init__(
        self,
        known: Mapping[str, SourceFile],
        refused: Mapping[str, Refusal],
        named: Iterable[str],
        reading: str,
        told: Callable[[FileOutcome], None] = lambda _: None,
    ) -> None:
        self._known, self._refused, self._reading = known, refused, reading
        self._named = frozenset(named)
        self._told = told
        self._by_path: dict[str, FileOutcome] = {}
        self._refusals: dict[str, tuple[str, UnreadableFile]] = {}
        self._remembered: list[Refusal] = []
        self._contents = {path: source.sha256 for path, source in known.items()}

    @property
    def known(self) -> Mapping[str, SourceFile]:
        """The sources that there were when the run began."""
        return self._known

    def take_to_remember(self, at_least: int = 1) -> tuple[Refusal, ...]:
        """The files, if so many, that need not be read again until they change; each is given once."""
        if len(self._remembered) < at_least:
            return ()
        taken, self._remembered = tuple(self._remembered), []
        return taken

    def record(self, outcome: FileOutcome) -> None:
        self._by_path[outcome.path] = outcome
        self._told(outcome)

    def record_again(self, path: str) -> None:
        """A file that gave nothing when it was read, and has not changed since."""
        refusal = self._refused[path]
        self.record(FileOutcome(path, "failed" if refusal.expected else "skipped", refusal.reason))

    def record_refusal(
        self, path: str, source: SourceFile | None, error: UnreadableFile, seconds: float
    ) -> None:
        """A file that gave nothing: failed, unless nobody named it and there was nothing to expect of it."""
        lasting = _is_lasting(error)
        if source is not None and lasting:
            self._refusals.setdefault(source.sha256, (path, error))
        expected = path in self._named or path in self._known or not isinstance(error, _NOTHING_TO_EXPECT)
        reason = f"{error} {_OLD_CONTENT_STAYS}" if path in self._known else str(error)
        if source is not None and lasting and path not in self._known:
            self._remembered.append(Refusal(source, self._reading, expected, str(error)))
        self.record(
            FileOutcome(
                path,
                "failed" if expected else "skipped",
                reason,
                seconds=seconds,
                wants_password=isinstance(error, EncryptedFile),
            )
        )

    def refusal_of(self, sha256: str) -> tuple[str, UnreadableFile] | None:
        """The path and the error that these bytes gave earlier in the run."""
        return self._refusals.get(sha256)

    def hold(self, source: SourceFile) -> None:
        """The path holds this content from now on."""
        self._contents[source.path] = source.sha256

    def holders(self, sha256: str) -> list[str]:
        """The paths that hold this content by now."""
        return [path for path, held in self._contents.items() if held == sha256]

    def written(self, path: str) -> Outcome:
        """What to call a path whose content is now in the store."""
        return "replaced" if path in self._known else "ingested"

    def of(self, path: str) -> FileOutcome | None:
        return self._by_path.get(path)

    def all(self) -> tuple[FileOutcome, ...]:
        """In the order of their paths."""
        return tuple(outcome for _, outcome in sorted(self._by_path.items()))


def _is_lasting(error: UnreadableFile) -> bool:
    """Whether the same bytes read in the same way would be refused again.

    Not so where a password, a quieter machine or a sound disk may help, nor where a program may be
    installed or a fault be mended.
    """
    if isinstance(error, ReaderFault) or not isinstance(error, (EmptyFile, UnsupportedFormat, DamagedFile)):
        return False
    return "install" not in str(error)  # a message that says what to install is no last word
