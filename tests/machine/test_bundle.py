"""Models carried by hand, honest and hostile."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from machine import BundleRefused, Catalogue, ModelMissing, Progress, read_bundle, remove, write_bundle
from machine.errors import DiskFull

Put = Callable[[str, dict[str, bytes]], Path]
Member = tuple[tarfile.TarInfo, bytes]


@pytest.fixture
def bundle(
    catalogue: Catalogue, put: Put, contents: dict[str, bytes], joined_content: bytes, tmp_path: Path
) -> Path:
    """A good bundle of both models; they are no longer here."""
    put("tiny-language", {"tiny.gguf": joined_content})
    put("tiny-embedder", contents)
    path = write_bundle(["tiny-embedder", "tiny-language"], tmp_path / "models.tar", catalogue=catalogue)
    remove("tiny-language", catalogue)
    remove("tiny-embedder", catalogue)
    return path


def rewrite(bundle: Path, change: Callable[[list[Member]], list[Member]]) -> None:
    """Replace the bundle by one whose members were changed."""
    with tarfile.open(bundle) as tar:
        members = [(member, getattr(tar.extractfile(member), "read", bytes)()) for member in tar.getmembers()]
    with tarfile.open(bundle, "w") as tar:
        for member, content in change(members):
            tar.addfile(member, io.BytesIO(content))


def member(name: str, content: bytes = b"", kind: bytes = tarfile.REGTYPE, link: str = "") -> Member:
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = len(content), kind, link
    return info, content


def test_a_bundle_brings_its_models(
    bundle: Path,
    catalogue: Catalogue,
    contents: dict[str, bytes],
    joined_content: bytes,
    events: list[Progress],
) -> None:
    embedder, language = read_bundle(bundle, events.append, catalogue)
    assert {name: (embedder.folder / name).read_bytes() for name in contents} == contents
    assert language.entry.read_bytes() == joined_content
    assert events[-1].done_bytes == events[-1].total_bytes == len(joined_content)


def test_a_bundle_is_a_plain_tar_with_the_manifest_first(bundle: Path) -> None:
    with tarfile.open(bundle, "r:") as tar:
        names = tar.getnames()
        manifest = json.load(tar.extractfile(names[0]))  # type: ignore[arg-type] # it is a file
    assert names[0] == "manifest.json"
    assert [model["id"] for model in manifest["models"]] == ["tiny-embedder", "tiny-language"]
    assert len(names) == 1 + 3 + 1


def test_what_is_here_and_right_is_left_alone(
    bundle: Path, catalogue: Catalogue, put: Put, joined_content: bytes
) -> None:
    folder = put("tiny-language", {"tiny.gguf": joined_content, "notes.txt": b"mine"})
    read_bundle(bundle, catalogue=catalogue)
    assert (folder / "notes.txt").read_bytes() == b"mine"


def test_a_missing_model_is_not_bundled(catalogue: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        write_bundle(["tiny-language"], tmp_path / "out.tar", catalogue=catalogue)
    assert list(tmp_path.iterdir()) == []


def test_no_file_is_overwritten(bundle: Path, catalogue: Catalogue) -> None:
    before = bundle.read_bytes()
    with pytest.raises(BundleRefused, match="there already"):
        write_bundle(["tiny-language"], bundle, catalogue=catalogue)
    assert bundle.read_bytes() == before


HOSTILE: dict[str, tuple[Callable[[list[Member]], list[Member]], str]] = {
    "an extra member": (lambda members: [*members, member("tiny-language/extra.py", b"x")], "does not list"),
    "an absolute path": (lambda members: [*members, member("/tmp/refdesk-owned", b"x")], "does not list"),
    "a path that climbs": (lambda members: [*members, member("../../owned", b"x")], "does not list"),
    "a symbolic link": (
        lambda members: [
            *members[:-1],
            member(members[-1][0].name, kind=tarfile.SYMTYPE, link="/etc/passwd"),
        ],
        "no plain file",
    ),
    "a hard link": (
        lambda members: [
            *members[:-1],
            member(members[-1][0].name, kind=tarfile.LNKTYPE, link="manifest.json"),
        ],
        "no plain file",
    ),
    "a device": (
        lambda members: [*members[:-1], member(members[-1][0].name, kind=tarfile.CHRTYPE)],
        "no plain file",
    ),
    "a larger member": (
        lambda members: [*members[:-1], member(members[-1][0].name, members[-1][1] + b"x")],
        "announced",
    ),
    "other bytes": (
        lambda members: [*members[:-1], member(members[-1][0].name, members[-1][1].swapcase())],
        "sha256",
    ),
    "a member twice": (lambda members: [*members, members[-1]], "does not list"),
    "a member too few": (lambda members: members[:-1], r"lacks tiny-language/tiny\.gguf"),
    "no manifest": (lambda members: members[1:], "does not begin with"),
    "a manifest that is none": (
        lambda members: [member("manifest.json", b"[]"), *members[1:]],
        "manifest is not readable",
    ),
    "a manifest with other hashes": (
        lambda members: [
            member("manifest.json", members[0][1].replace(b'"sha256": "', b'"sha256": "0', 1)),
            *members[1:],
        ],
        "another tiny-embedder than",
    ),
    "an unknown model": (
        lambda members: [
            member("manifest.json", members[0][1].replace(b"tiny-language", b"evil")),
            *members[1:],
        ],
        "does not know",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_bundle_leaves_nothing(bundle: Path, catalogue: Catalogue, home: Path, name: str) -> None:
    change, words = HOSTILE[name]
    rewrite(bundle, change)
    with pytest.raises(BundleRefused, match=words):
        read_bundle(bundle, catalogue=catalogue)
    left = [path for path in (home / "models").rglob("*") if path.is_file() and path.suffix != ".lock"]
    assert left == []
    assert not Path("/tmp/refdesk-owned").exists()


@pytest.mark.parametrize("kept", [0, 700, 90_000])
def test_a_bundle_cut_off_on_the_way_leaves_nothing(
    bundle: Path, catalogue: Catalogue, home: Path, kept: int
) -> None:
    bundle.write_bytes(bundle.read_bytes()[:kept])
    with pytest.raises(BundleRefused):
        read_bundle(bundle, catalogue=catalogue)
    assert [path for path in (home / "models").rglob("*") if path.is_file() and path.suffix != ".lock"] == []


def test_no_file_or_another_file_gets_words(catalogue: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(BundleRefused, match="no file"):
        read_bundle(tmp_path / "absent.tar", catalogue=catalogue)
    (tmp_path / "photo.tar").write_bytes(b"\x89PNG" * 500)
    with pytest.raises(BundleRefused, match="no bundle"):
        read_bundle(tmp_path / "photo.tar", catalogue=catalogue)


def test_a_full_disk_gets_words(bundle: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    monkeypatch.setattr(shutil, "disk_usage", lambda path: type("Usage", (), {"free": 1_000})())
    with pytest.raises(DiskFull, match=r"No room for models\.tar"):
        read_bundle(bundle, catalogue=catalogue)
