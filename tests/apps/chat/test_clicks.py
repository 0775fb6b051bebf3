"""What a click does not change is not read again: no store is opened, no list of documents read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit
from streamlit.testing.v1 import AppTest

from apps.settings import settings_from
from ingest.store.store import Store
from rag import open_collection

_PAGE = """
from apps.chat import {page}
from apps.chat.app import _show_collections

_show_collections()
{page}.show()
"""


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """Counts how often a store is opened, and how often all documents are read from one."""
    counted: Counter[str] = Counter()

    def count(name: str) -> None:
        whole = getattr(Store, name)

        def counting(*arguments: Any, **named: Any) -> Any:
            counted[name] += 1
            return whole(*arguments, **named)

        monkeypatch.setattr(Store, name, staticmethod(counting) if name == "open" else counting)

    for name in ("open", "documents", "statistics"):
        count(name)
    yield counted
    streamlit.cache_resource.clear()


@pytest.fixture
def several(filled: Path) -> None:
    """Further collections beside the one that is looked at."""
    for name in ("one", "two"):
        with open_collection(name, settings_from()) as held:
            held.ingest([filled / "hours.txt"])


@pytest.mark.parametrize("page", ["chat_page", "documents_page", "tools_page", "settings_page"])
def test_a_second_click_opens_and_reads_nothing(several: None, work: Counter[str], page: str) -> None:
    looked = AppTest.from_string(_PAGE.format(page=page), default_timeout=60).run()
    assert not looked.exception
    work.clear()
    looked.run()
    assert not looked.exception
    assert work == {}


def test_another_person_finds_everything_open(several: None, work: Counter[str]) -> None:
    AppTest.from_string(_PAGE.format(page="documents_page"), default_timeout=60).run()
    work.clear()
    other = AppTest.from_string(_PAGE.format(page="documents_page"), default_timeout=60).run()
    assert other.dataframe
    assert work == {}


def test_a_click_sees_what_was_read_in_meanwhile(several: None, filled: Path, work: Counter[str]) -> None:
    page = AppTest.from_string(_PAGE.format(page="chat_page"), default_timeout=60).run()
    assert "3 documents" in [each.value for each in page.sidebar.caption]
    (filled / "more.txt").write_text("The attic opens at ten.\n")
    with open_collection("default", settings_from()) as held:
        held.ingest([filled])
    page.run()
    assert "4 documents" in [each.value for each in page.sidebar.caption]


def test_going_through_many_collections_closes_none_that_is_looked_at(
    several: None, filled: Path, work: Counter[str]
) -> None:
    names = [f"more{number}" for number in range(6)]
    for name in names:
        with open_collection(name, settings_from()) as held:
            held.ingest([filled / "hours.txt"])
    page = AppTest.from_string(_PAGE.format(page="documents_page"), default_timeout=60).run()
    page.session_state["documents of default 0"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    other = AppTest.from_string(_PAGE.format(page="chat_page"), default_timeout=60).run()
    for name in names:
        other.sidebar.selectbox[0].select(name).run()
        assert not other.exception
    page.run()
    assert not page.exception
    assert not page.error
