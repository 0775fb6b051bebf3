"""The command line with engines that need no model, in a data home of the test's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from apps.cli.main import app


@dataclass(frozen=True, slots=True)
class Said:
    """What a command wrote, and its exit code."""

    exit_code: int
    stdout: str
    stderr: str

    def json(self) -> Any:
        return json.loads(self.stdout)


Refdesk = Callable[..., Said]


@pytest.fixture
def modelless(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data home, with the hashing embedder and the extractive engine chosen."""
    monkeypatch.setenv("REFDESK_EMBEDDER_ENGINE", "hashing")
    monkeypatch.setenv("REFDESK_ENGINE", "extractive")
    monkeypatch.delenv("REFDESK_COLLECTION", raising=False)
    monkeypatch.delenv("REFDESK_RERANKER", raising=False)
    monkeypatch.delenv("REFDESK_DEBUG", raising=False)
    monkeypatch.delenv("REFDESK_PASSWORD", raising=False)
    return home


@pytest.fixture
def refdesk(modelless: Path) -> Refdesk:
    """Runs a command in this process."""

    def run(*arguments: str | Path, typed: str = "") -> Said:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=typed)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three small documents."""
    place = tmp_path / "documents"
    place.mkdir()
    (place / "fees.md").write_text(
        "# Fees\n\nThe annual fee is 12 euros.\n\n# Returns\n\nBooks go back on Friday.\n", encoding="utf-8"
    )
    (place / "hours.txt").write_text("The library opens at nine o'clock.\n", encoding="utf-8")
    (place / "rules.html").write_text(
        "<title>Rules</title><h1>Rules</h1><p>Nobody eats near the maps.</p>", encoding="utf-8"
    )
    return place


@pytest.fixture
def filled(refdesk: Refdesk, folder: Path) -> Path:
    """The same documents, in the collection `default`."""
    assert refdesk("ingest", folder).exit_code == 0
    return folder
