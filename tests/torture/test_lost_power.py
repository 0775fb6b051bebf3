"""What a disk holds after the power went: all that was synced, and of the rest what chance leaves."""

from __future__ import annotations

import os
import random

import pytest

from torture.lost_power import Disk, Loss
from torture.recording import Change, Closed, Opened, Renamed, Resized, Synced, Unlinked, Written

FILE, FOLDER = "/store/data", "/store"
CREATE = os.O_RDWR | os.O_CREAT
NOTHING = Loss(kept=0.0, sector=512, names_in_order=True, sizes_grow=False)
EVERYTHING = Loss(kept=1.0, sector=512, names_in_order=True, sizes_grow=False)


def found(files: dict[str, bytes], changes: list[Change], loss: Loss, seed: int = 0) -> dict[str, bytes]:
    disk = Disk(files)
    disk.change(changes)
    return disk.after(loss, random.Random(seed))


def test_what_was_synced_is_safe_and_what_was_not_may_be_lost() -> None:
    changes: list[Change] = [
        Opened(3, FILE, os.O_RDWR),
        Written(3, 0, b"new"),
        Synced(3),
        Written(3, 3, b"er"),
    ]
    assert found({FILE: b"old"}, changes, NOTHING) == {FILE: b"new"}
    assert found({FILE: b"old"}, changes, EVERYTHING) == {FILE: b"newer"}


def test_a_sync_of_one_file_says_nothing_of_another() -> None:
    changes: list[Change] = [
        Opened(3, FILE, os.O_RDWR),
        Opened(4, "/store/other", os.O_RDWR),
        Written(3, 0, b"new"),
        Synced(4),
    ]
    assert found({FILE: b"old", "/store/other": b""}, changes, NOTHING)[FILE] == b"old"


@pytest.mark.parametrize("sector", [512, 4096])
def test_sectors_of_one_write_come_and_go_by_themselves(sector: int) -> None:
    changes: list[Change] = [Opened(3, FILE, os.O_RDWR), Written(3, 0, b"n" * 4 * sector)]
    loss = Loss(kept=0.5, sector=sector, names_in_order=True, sizes_grow=False)
    states = {found({FILE: b"o" * 4 * sector}, changes, loss, seed)[FILE] for seed in range(200)}
    assert len(states) == 2**4  # each of 4 sectors is old or new
    assert all(len(set(state[start : start + sector])) == 1 for state in states for start in (0, sector))


def test_a_write_within_a_sector_harms_nothing_beside_it() -> None:
    changes: list[Change] = [Opened(3, FILE, os.O_RDWR), Written(3, 100, b"new")]
    expected = b"o" * 100 + b"new" + b"o" * 409
    assert found({FILE: b"o" * 512}, changes, EVERYTHING)[FILE] == expected


def test_a_size_may_grow_over_sectors_that_never_came() -> None:
    changes: list[Change] = [Opened(3, FILE, os.O_RDWR), Written(3, 0, b"n" * 1024)]
    grown = Loss(kept=0.0, sector=512, names_in_order=True, sizes_grow=True)
    assert found({FILE: b""}, changes, grown)[FILE] == bytes(1024)
    assert found({FILE: b""}, changes, NOTHING)[FILE] == b""


def test_a_truncation_may_be_lost() -> None:
    changes: list[Change] = [Opened(3, FILE, os.O_RDWR), Resized(3, 1)]
    assert found({FILE: b"old"}, changes, NOTHING) == {FILE: b"old"}
    assert found({FILE: b"old"}, changes, EVERYTHING) == {FILE: b"o"}


def test_a_new_name_is_safe_once_its_folder_is_synced() -> None:
    made: list[Change] = [Opened(3, FILE, CREATE), Written(3, 0, b"new"), Synced(3), Closed(3)]
    folder: list[Change] = [Opened(4, FOLDER, os.O_RDONLY), Synced(4)]
    assert found({}, made, NOTHING) == {}
    assert found({}, [*made, *folder], NOTHING) == {FILE: b"new"}


def test_a_rename_is_undone_unless_its_folder_was_synced() -> None:
    changes: list[Change] = [Renamed(FILE, "/store/named")]
    folder: list[Change] = [Opened(4, FOLDER, os.O_RDONLY), Synced(4)]
    assert found({FILE: b"x"}, changes, NOTHING) == {FILE: b"x"}
    assert found({FILE: b"x"}, [*changes, *folder], NOTHING) == {"/store/named": b"x"}
    assert found({FILE: b"x"}, changes, EVERYTHING) == {"/store/named": b"x"}


def test_a_removed_file_may_come_back() -> None:
    assert found({FILE: b"x"}, [Unlinked(FILE)], NOTHING) == {FILE: b"x"}
    assert found({FILE: b"x"}, [Unlinked(FILE)], EVERYTHING) == {}


def test_names_change_in_order_or_each_by_itself() -> None:
    changes: list[Change] = [Unlinked("/store/a"), Unlinked("/store/b")]
    files = {"/store/a": b"", "/store/b": b""}
    in_order = Loss(kept=0.5, sector=512, names_in_order=True, sizes_grow=False)
    by_itself = Loss(kept=0.5, sector=512, names_in_order=False, sizes_grow=False)
    assert {tuple(found(files, changes, in_order, seed)) for seed in range(50)} == {("/store/b",)}
    assert ("/store/a",) in {tuple(found(files, changes, by_itself, seed)) for seed in range(50)}
