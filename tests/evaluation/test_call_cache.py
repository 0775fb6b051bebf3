"""Equal calls are made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.call_cache import CallCache, NoCache, call_key
from evaluation.types import FoundChunk, Retrieval

FOUND = Retrieval((FoundChunk(1, 0.25, "ä.pdf", 2, 3, "\U0001f986 \u0000 text"),), 0.125)


def test_an_equal_call_is_not_made_again(tmp_path: Path) -> None:
    made = []

    def call() -> Retrieval:
        made.append(1)
        return FOUND

    cache = CallCache(tmp_path / "cache")
    assert cache.made("key", Retrieval, call) == (FOUND, False)
    assert CallCache(tmp_path / "cache").made("key", Retrieval, call) == (FOUND, True)
    assert len(made) == 1


def test_without_a_cache_every_call_is_made() -> None:
    cache = NoCache()
    assert cache.made("key", Retrieval, lambda: FOUND) == (FOUND, False)
    assert cache.made("key", Retrieval, lambda: FOUND) == (FOUND, False)


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\x00" + b"\xff" * 200])
def test_a_damaged_cache_is_no_trouble(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "evaluation-calls.sqlite3").write_bytes(content)
    assert CallCache(tmp_path).made("key", Retrieval, lambda: FOUND) == (FOUND, False)


def test_a_value_of_another_form_is_made_anew(tmp_path: Path) -> None:
    cache = CallCache(tmp_path)
    cache.put("key", FoundChunk(1, 0.0, "a", 1, 1, ""))
    assert cache.made("key", Retrieval, lambda: FOUND) == (FOUND, False)


def test_a_folder_that_cannot_be_made_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert CallCache(tmp_path / "file").made("key", Retrieval, lambda: FOUND) == (FOUND, False)


def test_keys_differ_with_every_part() -> None:
    keys = {
        call_key("facts", "ask", "A?", None),
        call_key("others", "ask", "A?", None),
        call_key("facts", "search", "A?", None),
        call_key("facts", "ask", "B?", None),
        call_key("facts", "ask", "A?", "x.pdf"),
    }
    assert len(keys) == 5
    assert call_key("facts", "ask", "A?", None) in keys
