"""Questions that were kept, as what unanswerable ones are made of: which of them is altered next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from evaluation.drafting.types import Attempt, Draft, Place

#: So often a question is altered, each time otherwise, before it is given up.
MOST_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Original:
    """A draft with an answer, and how often it was altered in vain."""

    draft: Draft
    tries: int = 0

    @property
    def place(self) -> Place:
        """Where it was drafted from."""
        kept = self.draft
        where = kept.document, kept.source, kept.page_number, kept.sentence, kept.passage
        return Place(*where, kept.answers[0])


class Originals:
    """Each is altered once, or tried in vain three times."""

    def __init__(self) -> None:
        self._left: dict[str, Original] = {}

    def remember(self, attempt: Attempt) -> None:
        """What became of an attempt: another question to be altered, or one that is done with."""
        if original := self._left.get(attempt.original):
            if attempt.draft is not None or original.tries + 1 == MOST_TRIES:
                del self._left[attempt.original]
            else:
                self._left[attempt.original] = replace(original, tries=original.tries + 1)
        if attempt.draft is not None and attempt.draft.answerable:
            self._left[attempt.draft.id] = Original(attempt.draft)

    def next(self) -> Original | None:
        """The one with the fewest tries, of these the first; None where none is left."""
        return min(self._left.values(), key=lambda original: original.tries, default=None)
