"""Collections that all pages share: opened once, listed without opening, never closed under anybody."""

from __future__ import annotations

import gc
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from apps.known_collections import KnownCollections
from apps.open_collections import OpenCollections
from apps.remembered import Remembered
from apps.settings import settings_from
from apps.store_state import store_state
from ingest.errors import StoreError
from rag import Answered, Collection, open_collection, rename_collection
from rag.shelf import collection_folder, describe_collection


def make(*names: str) -> None:
    for name in names:
        with open_collection(name, settings_from()) as held:
            held.create()


def test_what_is_in_use_stays_open_however_many_others_are_opened(modelless: Path) -> None:
    names = [f"c{number}" for number in range(6)]
    make(*names)
    shared = OpenCollections(most_idle=2)
    used = shared.get("c0", settings_from())
    for name in names[1:]:
        shared.get(name, settings_from()).statistics()
    assert not used.is_closed
    assert used.statistics().documents == 0
    assert shared.get("c0", settings_from()) is used


def test_an_answer_in_the_making_keeps_its_collection_open(filled: Path) -> None:
    make("b", "c", "d")
    shared = OpenCollections(most_idle=1)
    events = shared.get("default", settings_from()).stream("What is the annual fee?")
    next(events)
    for name in ("b", "c", "d"):
        shared.get(name, settings_from())
    gc.collect()
    *_, last = events
    assert isinstance(last, Answered)
    assert "12 euros" in last.answer.text


def test_what_nobody_uses_any_more_is_closed(modelless: Path) -> None:
    make("first", "second")
    shared = OpenCollections(most_idle=1)
    shared.get("first", settings_from()).statistics()
    with pytest.raises(StoreError):
        rename_collection("first", "third")  # it is open in this process
    shared.get("second", settings_from())
    shared.close("third")  # there is none; what was to be closed before is closed then
    rename_collection("first", "third")


def test_settings_that_changed_open_it_anew_and_the_one_in_use_stays_as_it_was(modelless: Path) -> None:
    make("only")
    shared, before = OpenCollections(), settings_from()
    after = replace(before, answer=replace(before.answer, max_tokens=99))
    used, new = shared.get("only", before), shared.get("only", after)
    assert new is not used
    assert (used.settings, new.settings) == (before, after)
    assert not used.is_closed
    assert shared.get("only", after) is new


def test_closing_by_name_closes_every_one_of_it_and_the_next_is_new(modelless: Path) -> None:
    make("one", "other")
    shared, before = OpenCollections(), settings_from()
    old = shared.get("one", before)
    new = shared.get("one", replace(before, answer=replace(before.answer, max_tokens=99)))
    other = shared.get("other", before)
    shared.close("one")
    assert (old.is_closed, new.is_closed, other.is_closed) == (True, True, False)
    assert not shared.get("one", before).is_closed


def test_one_that_was_deleted_and_made_anew_elsewhere_is_another_one(filled: Path) -> None:
    shared = OpenCollections()
    gone = shared.get("default", settings_from())
    assert gone.statistics().documents == 3
    folder = collection_folder("default")
    shutil.move(folder, folder.with_name("elsewhere"))  # its files keep their identity
    make("default")
    assert shared.get("default", settings_from()).statistics().documents == 0


def test_one_that_is_made_while_it_is_open_stays_the_same(modelless: Path) -> None:
    shared = OpenCollections()
    early: Collection = shared.get("late", settings_from())
    early.create()
    assert shared.get("late", settings_from()) is early
    assert early.statistics().documents == 0


def test_a_listing_opens_what_was_changed_and_nothing_else(filled: Path) -> None:
    make("empty")
    looked: list[str] = []

    def describe(folder: Path) -> object:
        looked.append(folder.name)
        return describe_collection(folder)

    known = KnownCollections(describe)  # type: ignore[arg-type] # it is one, seen as an object
    assert [info.name for info in known.all()] == ["default", "empty"]
    known.all()
    known.all()
    assert looked == ["default", "empty"]
    with open_collection("empty", settings_from()) as held:
        held.ingest([filled / "hours.txt"])
        looked.clear()
        (_, empty) = known.all()  # while it is open, and its log not yet in its database
    assert empty.statistics is not None
    assert empty.statistics.documents == 1
    assert looked == ["empty"]
    shutil.rmtree(collection_folder("default"))
    assert [info.name for info in known.all()] == ["empty"]


def test_a_collection_that_did_not_open_is_tried_again(modelless: Path) -> None:
    (modelless / "collections" / "broken").mkdir(parents=True)
    tries: list[Path] = []
    clock = [0.0]

    def describe(folder: Path) -> object:
        tries.append(folder)
        return describe_collection(folder)

    known = KnownCollections(describe, lambda: clock[0])  # type: ignore[arg-type] # as above
    assert known.all()[0].problem
    clock[0] = 1.0
    known.all()
    assert len(tries) == 1
    clock[0] = 60.0
    known.all()
    assert len(tries) == 2


def test_opening_and_closing_changes_nothing_and_writing_does(filled: Path) -> None:
    folder = collection_folder("default")
    before = store_state(folder)
    for _ in range(3):
        with open_collection("default", settings_from()) as held:
            assert held.search("annual fee")
            assert store_state(folder) == before
        assert store_state(folder) == before
    with open_collection("default", settings_from()) as held:
        held.remove("hours.txt")
        assert store_state(folder) != before
    assert store_state(folder) != before


def test_a_value_is_made_once_for_each_state_and_the_oldest_key_leaves() -> None:
    made: list[str] = []

    def get(key: str, state: int) -> str:
        return remembered.get(key, state, lambda: (made.append(key), f"{key}{state}")[1])

    remembered: Remembered[str] = Remembered(2)
    assert [get("a", 1), get("a", 1), get("a", 2), get("b", 1), get("a", 2)] == ["a1", "a1", "a2", "b1", "a2"]
    assert made == ["a", "a", "b"]
    get("c", 1)  # b leaves: a was asked for since
    get("a", 2)
    get("b", 1)
    assert made == ["a", "a", "b", "c", "b"]
