"""How far a run is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """Questions done of all, and what that says of the rest.

    `seconds_left` is None until a question was computed in this session: what was found done, or came
    from an earlier, equal call, says nothing of how long the others take.
    """

    run: str
    done: int
    total: int
    elapsed_seconds: float
    seconds_left: float | None
    question: str
