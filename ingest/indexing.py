"""What of a chunk is embedded and what is indexed for words. Never what is quoted."""

from __future__ import annotations

from collections.abc import Sequence


def embedded_text(title: str, headings: Sequence[str], text: str) -> str:
    """The text whose vector stands for a chunk: where it stands, then what it says."""
    return f"{_place(title, headings)}\n{text}"


def lexical_text(title: str, headings: Sequence[str], text: str) -> str:
    """The text whose words find a chunk."""
    return f"{_place(title, headings)}\n{text}"


def _place(title: str, headings: Sequence[str]) -> str:
    return " > ".join([title, *(heading for heading in headings if heading != title)])
