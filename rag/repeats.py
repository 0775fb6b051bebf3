"""A paragraph that stands in ten places is one hit with ten places, not ten hits."""

from __future__ import annotations


class KeptTexts:
    """Texts that were kept, ready to tell whether one of them holds all that another one says.

    It does where the other stands in it word for word, whatever the white space and letter case: one word
    more or less may be a "not", another name or another amount.
    """

    def __init__(self) -> None:
        self._kept: list[str] = []

    def keep(self, text: str) -> None:
        """The first is number 0."""
        self._kept.append(_plain(text))

    def holding(self, text: str) -> int | None:
        """The number of the first kept text that holds this one, None where none does."""
        wanted = _plain(text)
        return next((number for number, kept in enumerate(self._kept) if wanted in kept), None)


def _plain(text: str) -> str:
    """In single blanks, one at either end: a word is never found within a longer one."""
    return f" {' '.join(text.casefold().split())} "
