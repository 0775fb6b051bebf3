"""What an archive may cost, counted on what really comes out of it, whatever it says of itself."""

from __future__ import annotations

from ingest.errors import IngestError
from ingest.settings import ReadingLimits

_RATIO_FROM_BYTES = 4 * 1024 * 1024  # a small file of one letter over and over is no bomb


class LimitMet(IngestError):
    """One of the limits; the message is a half sentence. Never leaves the loaders of archives.

    `for_all` tells whether nothing more may be taken out at all.
    """

    def __init__(self, reason: str, *, for_all: bool) -> None:
        super().__init__(reason)
        self.for_all = for_all


class Allowance:
    """What one archive, with the archives inside it, may still cost."""

    def __init__(self, limits: ReadingLimits, packed_bytes: int) -> None:
        self.limits = limits
        self._packed_bytes = max(packed_bytes, 1)
        self._files = 0
        self._bytes = 0

    def take_file(self) -> None:
        """Count a member that is taken out. Raises `LimitMet`."""
        if self._files >= self.limits.archive_files:
            raise LimitMet(
                f"more than {self.limits.archive_files:,} files are taken out of no archive (archive_files)",
                for_all=True,
            )
        self._files += 1

    def take_bytes(self, count: int, member_bytes: int, member_packed_bytes: int) -> None:
        """Count bytes before they are written; `member_bytes` has them in it. Raises `LimitMet`."""
        limits = self.limits
        self._bytes += count
        if self._bytes > limits.archive_bytes:
            size = _in_words(limits.archive_bytes)
            raise LimitMet(f"more than {size} are taken out of no archive (archive_bytes)", for_all=True)
        ratio = f"more than {limits.archive_ratio:g} bytes for each byte packed (archive_ratio)"
        if self._bytes > max(_RATIO_FROM_BYTES, limits.archive_ratio * self._packed_bytes):
            raise LimitMet(f"the archive unpacks to {ratio}", for_all=True)
        if member_bytes > max(_RATIO_FROM_BYTES, limits.archive_ratio * max(member_packed_bytes, 1)):
            raise LimitMet(f"it unpacks to {ratio}", for_all=False)


def _in_words(size: float) -> str:
    for unit in ("bytes", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.3g} {unit}"
        size /= 1024
    return f"{size:.3g} GiB"
