"""Engines that quote what they are shown and write nothing of their own."""

from __future__ import annotations

from generators.text.protocol import TextGenerator

_QUOTING_KINDS = frozenset({"extractive", "reader"})


def only_quotes(generator: TextGenerator) -> bool:
    """Whether this kind of engine follows no instruction but to quote."""
    return generator.id.partition(":")[0] in _QUOTING_KINDS
