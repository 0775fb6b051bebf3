"""What ends a text early: stop strings, which may arrive in pieces, a person, and the clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter

from generators.text.protocol import GenerationRequest, Interruption


def interruption(request: GenerationRequest, cancelled: Callable[[], bool]) -> Interruption | None:
    """Why nothing more is to be read or written from now on; None where it may go on."""
    if cancelled():
        return "cancelled"
    if request.deadline is not None and perf_counter() >= request.deadline:
        return "deadline"
    return None


class StopFilter:
    """Passes text on until a stop string appears; nothing of a stop string gets through.

    Text that could be a stop string's beginning is held back until it is one or cannot be one.
    """

    def __init__(self, stop: Sequence[str]) -> None:
        self._stop = tuple(text for text in stop if text)
        self._held = ""
        self.found = False

    def feed(self, text: str) -> str:
        """What of the text so far may be shown now. Empty for good once `found`."""
        if self.found:
            return ""
        self._held += text
        places = [place for place in map(self._held.find, self._stop) if place >= 0]
        if places:
            self.found = True
            shown, self._held = self._held[: min(places)], ""
            return shown
        return self._release(len(self._held) - self._undecided())

    def finish(self) -> str:
        """The text held back, once no more comes: it was no stop string after all."""
        return self._release(len(self._held))

    def _undecided(self) -> int:
        """Length of the longest ending that begins a stop string."""
        longest = max((len(text) - 1 for text in self._stop), default=0)
        for length in range(min(longest, len(self._held)), 0, -1):
            ending = self._held[-length:]
            if any(text.startswith(ending) for text in self._stop):
                return length
        return 0

    def _release(self, length: int) -> str:
        shown, self._held = self._held[:length], self._held[length:]
        return shown
