from __future__ import annotations

from importlib.metadata import PackageNotFoundError

import pytest

from ingest import ways_of_reading
from ingest.loaders.protocol import DEFAULT_OPTIONS


def test_a_source_folder_that_was_never_installed_reads_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        raise PackageNotFoundError(name)

    installed = ways_of_reading.reading_of(DEFAULT_OPTIONS)
    monkeypatch.setattr(ways_of_reading, "version", version)
    uninstalled = ways_of_reading.reading_of(DEFAULT_OPTIONS)
    assert " of source with " in uninstalled
    assert uninstalled != installed
