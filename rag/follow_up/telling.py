"""A stream of events that says what was searched for."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace

from rag.types import Answered, Event, PassagesFound


def telling(events: Generator[Event], searched: str | None) -> Iterator[Event]:
    """The same events; where a follow-up was rewritten, the first and the last name what was searched for."""
    with closing(events):
        for event in events:
            if searched is None:
                yield event
            elif isinstance(event, PassagesFound):
                yield replace(event, searched=searched)
            elif isinstance(event, Answered):
                yield Answered(replace(event.answer, searched=searched))
            else:
                yield event
