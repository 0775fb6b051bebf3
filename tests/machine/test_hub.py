"""The hub's own client against a server on loopback that speaks its protocol."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from machine import Catalogue, DownloadFailed, HubUnreachable, ModelDamaged, Progress, find, pull, state
from machine.hub import probe

REPOSITORY = "people/tiny-gguf"
HUB_NAME = "weights/Tiny.gguf"


@pytest.fixture
def pull_tiny(catalogue: Catalogue, events: list[Progress]) -> Callable[[], Path]:
    return lambda: pull("tiny-language", events.append, ["hub"], catalogue=catalogue).entry


def test_a_file_comes_at_the_pinned_revision_under_our_name(
    hub: Any, pull_tiny: Callable[[], Path], joined_content: bytes, events: list[Progress], home: Path
) -> None:
    hub.holds(REPOSITORY, {HUB_NAME: joined_content})
    assert pull_tiny() == home / "models" / "tiny-language" / "tiny.gguf"
    assert pull_tiny().read_bytes() == joined_content
    assert hub.gets() == [""]
    assert events[-1].done_bytes == events[-1].total_bytes == len(joined_content)
    assert not (home / "models" / ".staging" / "tiny-language").exists()


def test_a_folder_comes_whole(hub: Any, catalogue: Catalogue, contents: dict[str, bytes]) -> None:
    hub.holds("people/tiny-embedder", contents)
    folder = pull("tiny-embedder", sources=["hub"], catalogue=catalogue).folder
    assert {name: (folder / name).read_bytes() for name in contents} == contents


def test_nothing_is_told_about_the_machine(
    hub: Any, pull_tiny: Callable[[], Path], joined_content: bytes
) -> None:
    hub.holds(REPOSITORY, {HUB_NAME: joined_content})
    pull_tiny()
    assert not [agent for agent in hub.agents if "torch" in agent or "agent/" in agent]
    assert {path for _, path, _ in hub.requests} == {
        "/",
        f"/{REPOSITORY}/resolve/{'0123456789abcdef' * 2}01234567/{HUB_NAME}",
    }


def test_a_dropped_connection_goes_on_where_it_was(
    hub: Any, pull_tiny: Callable[[], Path], joined_content: bytes
) -> None:
    hub.holds(REPOSITORY, {HUB_NAME: joined_content})
    hub.cuts = [30_000, 20_000]
    assert pull_tiny().read_bytes() == joined_content
    assert hub.gets() == ["", "bytes=30000-", f"bytes={30_000 + 20_000}-"]


def test_an_interrupted_pull_goes_on_where_it_stopped(
    hub: Any,
    catalogue: Catalogue,
    joined_content: bytes,
    pull_tiny: Callable[[], Path],
    events: list[Progress],
) -> None:
    hub.holds(REPOSITORY, {HUB_NAME: joined_content})
    hub.cuts = [50_000, 0, 0, 0]
    with pytest.raises(
        DownloadFailed, match=r"50,000 of .* bytes are kept.*models pull tiny-language` again"
    ):
        pull_tiny()
    assert state("tiny-language", catalogue) == "partial"
    hub.requests.clear()
    assert pull_tiny().read_bytes() == joined_content
    assert hub.gets() == ["bytes=50000-"]
    assert any("Going on with tiny.gguf" in event.note for event in events)


def test_a_stroke_of_ctrl_c_keeps_what_arrived(
    hub: Any, catalogue: Catalogue, joined_content: bytes, pull_tiny: Callable[[], Path], home: Path
) -> None:
    hub.holds(REPOSITORY, {HUB_NAME: joined_content})

    def interrupt(event: Progress) -> None:
        if event.done_bytes:
            raise KeyboardInterrupt

    hub.cuts = [60_000]
    with pytest.raises(KeyboardInterrupt):
        pull("tiny-language", interrupt, ["hub"], catalogue=catalogue)
    (partial,) = (home / "models").rglob("tiny.gguf")
    arrived = partial.stat().st_size
    assert 0 < arrived <= 60_000
    hub.requests.clear()
    assert pull_tiny().read_bytes() == joined_content
    assert hub.gets() == [f"bytes={arrived}-"]


def test_a_server_without_ranges_sends_it_all_again(
    hub: Any, pull_tiny: Callable[[], Path], joined_content: bytes
) -> None:
    hub.holds(REPOSITORY, {HUB_NAME: joined_content})
    hub.knows_ranges = False
    hub.cuts = [30_000]
    assert pull_tiny().read_bytes() == joined_content


def test_another_file_is_refused_before_it_is_downloaded(hub: Any, pull_tiny: Callable[[], Path]) -> None:
    hub.holds(REPOSITORY, {HUB_NAME: b"another model"})
    with pytest.raises(ModelDamaged, match=r"has another tiny\.gguf.*announces 13 bytes"):
        pull_tiny()
    assert hub.gets() == []


def test_a_wrong_hash_is_refused_and_the_file_removed(
    hub: Any, pull_tiny: Callable[[], Path], joined_content: bytes, catalogue: Catalogue, home: Path
) -> None:
    hub.holds(REPOSITORY, {HUB_NAME: joined_content.swapcase()})
    hub.announced_hash = dict.fromkeys(hub.files, catalogue.models[0].files[0].sha256)
    with pytest.raises(ModelDamaged, match=r"its sha256 is .* It was removed"):
        pull_tiny()
    assert [path for path in (home / "models").rglob("*") if path.is_file() and path.suffix != ".lock"] == []


def test_a_damaged_beginning_is_fetched_again(
    hub: Any, pull_tiny: Callable[[], Path], joined_content: bytes, home: Path
) -> None:
    hub.holds(REPOSITORY, {HUB_NAME: joined_content})
    partial = home / "models" / ".staging" / "tiny-language" / "partial" / "hub" / "tiny.gguf"
    partial.parent.mkdir(parents=True)
    partial.write_bytes(b"x" * 1_000)
    assert pull_tiny().read_bytes() == joined_content
    assert hub.gets() == ["bytes=1000-", ""]


def test_a_file_that_the_hub_lacks_gets_words(hub: Any, pull_tiny: Callable[[], Path]) -> None:
    with pytest.raises(DownloadFailed, match=r"127\.0\.0\.1.* did not give tiny\.gguf"):
        pull_tiny()


def test_a_closed_port_is_found_out_at_once_and_said(
    closed_endpoint: str, pull_tiny: Callable[[], Path], events: list[Progress]
) -> None:
    began = time.monotonic()
    with pytest.raises(HubUnreachable, match=r"Cannot reach the hub at 127\.0\.0\.1"):
        pull_tiny()
    assert time.monotonic() - began < 3
    assert [event.note for event in events if "Cannot reach the hub" in event.note]


@pytest.mark.parametrize("endpoint", ["nonsense", "ftp://127.0.0.1"])
def test_an_address_that_is_none_gets_words(
    pull_tiny: Callable[[], Path], monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", endpoint)
    with pytest.raises(HubUnreachable, match="Cannot reach the hub at"):
        pull_tiny()


def test_a_user_who_forbids_the_hub_is_obeyed(
    hub: Any, pull_tiny: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(HubUnreachable, match="HF_HUB_OFFLINE forbids"):
        pull_tiny()
    assert hub.requests == []


def test_a_silent_host_is_found_out_within_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.socket() as silent_host:
        silent_host.bind(("127.0.0.1", 0))
        silent_host.listen()
        began = time.monotonic()
        with pytest.raises(HubUnreachable):
            probe(f"http://127.0.0.1:{silent_host.getsockname()[1]}", deadline_seconds=0.2)
        assert time.monotonic() - began < 2


def test_a_model_that_is_here_asks_nobody(
    hub: Any, catalogue: Catalogue, put: Callable[[str, dict[str, bytes]], Path], joined_content: bytes
) -> None:
    put("tiny-language", {"tiny.gguf": joined_content})
    assert pull("tiny-language", catalogue=catalogue) == find("tiny-language", catalogue)
    assert hub.requests == []
