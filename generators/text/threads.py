"""How many threads write one token: found out while writing.

On an idle machine of two cores two threads wrote half as many tokens again as one; beside another
busy process, half as many, since they wait for each other after every step. Which it is changes
from minute to minute, and the number of threads changes no text.
"""

from __future__ import annotations

from collections.abc import Sequence

from machine import usable_cores

_TRIAL_TOKENS = 3
_FIRST_INTERVAL_TOKENS = 32
_LONGEST_INTERVAL_TOKENS = 256


def thread_choices(threads: int | None) -> tuple[int, ...]:
    """The number set, or else all usable cores and half of them."""
    if threads is not None:
        return (threads,)
    cores = usable_cores()
    return tuple(sorted({cores, max(1, cores // 2)}, reverse=True))


class ThreadTuner:
    """Uses the number of threads that was fastest when last tried, and now and then tries the others.

    A trial is three tokens. While the same number keeps winning, trials grow rarer: after 32, 64,
    128, then every 256 tokens.
    """

    def __init__(self, choices: Sequence[int]) -> None:
        self._choices = tuple(choices)
        self._seconds: dict[int, float] = {}
        self._best = self._choices[0]
        self._queue = list(self._choices) if len(self._choices) > 1 else []
        self._trial: list[float] = []
        self._interval = _FIRST_INTERVAL_TOKENS
        self._until_trial = self._interval

    @property
    def threads(self) -> int:
        """For the next token."""
        return self._queue[0] if self._queue else self._best

    def record(self, seconds: float) -> None:
        """How long the token took that was written with `threads`."""
        if self._queue:
            self._trial.append(seconds)
            if len(self._trial) == _TRIAL_TOKENS:
                self._seconds[self._queue.pop(0)] = sum(self._trial) / _TRIAL_TOKENS
                self._trial = []
                if not self._queue:
                    self._decide()
            return
        self._until_trial -= 1
        if self._until_trial == 0 and len(self._choices) > 1:
            self._queue = [self._best, *(choice for choice in self._choices if choice != self._best)]

    def _decide(self) -> None:
        winner = min(self._choices, key=self._seconds.__getitem__)
        stays = winner == self._best
        self._interval = (
            min(2 * self._interval, _LONGEST_INTERVAL_TOKENS) if stays else _FIRST_INTERVAL_TOKENS
        )
        self._best = winner
        self._until_trial = self._interval
