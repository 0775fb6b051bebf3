"""Recorded changes are read back as they were written."""

from __future__ import annotations

import os
import struct

import pytest

from torture.recording import (
    Closed,
    Marked,
    Opened,
    Renamed,
    Resized,
    Synced,
    Unlinked,
    Written,
    read_recording,
)


def packed(
    kind: int, descriptor: int = -1, number: int = 0, first: bytes = b"", second: bytes = b""
) -> bytes:
    head = struct.pack("<B3xiqII", kind, descriptor, number, len(first), len(second))
    return head + first + second


def test_each_kind_of_change_is_read() -> None:
    data = b"".join(
        [
            packed(1, 7, os.O_CREAT, b"/s/a"),
            packed(2, 7, 4096, b"bytes"),
            packed(3, 7, 100),
            packed(4, 7),
            packed(8, 7),
            packed(5, first=b"/s/a", second=b"/s/b"),
            packed(6, first=b"/s/b"),
            packed(9, first="/d/\xe4.txt".encode()),
        ]
    )
    assert list(read_recording(data)) == [
        Opened(7, "/s/a", os.O_CREAT),
        Written(7, 4096, b"bytes"),
        Resized(7, 100),
        Synced(7),
        Closed(7),
        Renamed("/s/a", "/s/b"),
        Unlinked("/s/b"),
        Marked("/d/ä.txt"),
    ]


@pytest.mark.parametrize("missing", [1, 5, 20])
def test_a_recording_that_was_cut_off_is_refused(missing: int) -> None:
    data = packed(4, 7) + packed(2, 7, 0, b"bytes")
    with pytest.raises(ValueError, match="recording ends within"):
        list(read_recording(data[:-missing]))


def test_an_unknown_change_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown kind 77"):
        list(read_recording(packed(77)))
