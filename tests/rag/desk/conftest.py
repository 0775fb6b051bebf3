"""Small collections whose engines need no model."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from generators.settings import GeneratorSettings
from ingest.settings import EmbedderSettings, IngestSettings
from rag import Collection, OverviewSettings, Settings, open_collection

Opened = Callable[..., Collection]


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """A lease, rules of two sections, and notes."""
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "lease contract.txt").write_text(
        "The tenant is Anna Lund. The rent is 900 euros a month. Notice is given by 31 March 2025."
    )
    (folder / "rules.md").write_text(
        "# Returns\n\nBooks go back on Friday.\n\n# Fees\n\nThe annual fee is 12 euros. "
        "It is due on 1 October.\n"
    )
    (folder / "notes.txt").write_text("Anna Lund asked about the winch. The winch rope was replaced.")
    return folder


@pytest.fixture
def opened(home: Path, documents: Path, tmp_path: Path) -> Iterator[Opened]:
    """Opens the collection with an engine: `extractive`, or one that says these replies in order."""
    with ExitStack() as stack:

        def open_(replies: Sequence[str] | None = None, **overview: int) -> Collection:
            engine = "extractive"
            if replies is not None:
                script = tmp_path / "replies.json"
                script.write_text(json.dumps(list(replies)))
                engine = f"scripted:{script}"
            settings = Settings(
                ingest=IngestSettings(embedder=EmbedderSettings(engine="hashing")),
                generator=GeneratorSettings(engine=engine),
                overview=replace(OverviewSettings(), **overview),
            )
            collection = stack.enter_context(open_collection("desk", settings))
            collection.ingest([documents])
            return collection

        yield open_
