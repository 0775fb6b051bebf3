"""What people type, made ready to be searched for."""

from __future__ import annotations


def sound(text: str) -> str:
    """The text without half characters (lone surrogates), which no tokenizer takes."""
    return text.encode("utf-8", "replace").decode("utf-8")


def require_hits(k: int) -> None:
    """Raises ValueError where fewer than one hit is asked for."""
    if k < 1:
        raise ValueError(f"k is {k}; ask for at least 1 hit.")
