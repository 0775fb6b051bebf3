"""What a tool says in words besides what it made. Whoever reads it may be a language model."""

from __future__ import annotations

from collections.abc import Sequence

from rag.neutralising import neutralised_source


def told_sources(sources: Sequence[str]) -> list[str]:
    """A line that names them; none where there are none."""
    return [f"From {'; '.join(map(neutralised_source, sources))}."] if sources else []
