"""A small catalogue, a hub on loopback that speaks the hub's protocol, and wheels made on the spot."""

from __future__ import annotations

import hashlib
import io
import json
import re
import socket
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from machine import Catalogue, CatalogueFile, CatalogueModel, HubSource, Progress, WheelSource
from machine.errors import DownloadFailed

PART_BYTES = 40_000
JOINED_CONTENT = b"GGUF" + bytes((7 * n) % 251 for n in range(3 * PART_BYTES - 1_000))
FOLDER_CONTENTS = {
    "config.json": b'{"hidden_size": 384}',
    "1_Pooling/config.json": b'{"pooling": "mean"}',
    "model.safetensors": bytes((3 * n) % 253 for n in range(70_000)),
}
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def catalogue_file(name: str, content: bytes) -> CatalogueFile:
    return CatalogueFile(name, len(content), hashlib.sha256(content).hexdigest())


@pytest.fixture
def catalogue() -> Catalogue:
    joined = CatalogueModel(
        id="tiny-language",
        title="A model in one file",
        kind="language",
        licence="none",
        default=True,
        entry="tiny.gguf",
        files=(catalogue_file("tiny.gguf", JOINED_CONTENT),),
        sources=(
            HubSource("people/tiny-gguf", COMMIT, (("tiny.gguf", "weights/Tiny.gguf"),)),
            WheelSource(
                ("tiny-part1", "tiny-part2", "tiny-part3"), "1.0", "joined", "tiny_part*/data/part*.bin"
            ),
        ),
    )
    folder = CatalogueModel(
        id="tiny-embedder",
        title="A model in a folder",
        kind="embedder",
        licence="none",
        default=True,
        entry="",
        files=tuple(catalogue_file(name, content) for name, content in FOLDER_CONTENTS.items()),
        sources=(
            HubSource("people/tiny-embedder", COMMIT),
            WheelSource(("tiny-embedder-wheel",), "2.0", "zip", "tiny_embedder/model.zip"),
        ),
    )
    return Catalogue((joined, folder))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data home of the test's own."""
    monkeypatch.setenv("REFDESK_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def contents() -> dict[str, bytes]:
    return dict(FOLDER_CONTENTS)


@pytest.fixture
def joined_content() -> bytes:
    return JOINED_CONTENT


@pytest.fixture
def events() -> list[Progress]:
    return []


def put_model(home: Path, id: str, contents: dict[str, bytes]) -> Path:
    """Lay a model's files where they live, as a person would by hand."""
    for name, content in contents.items():
        path = home / "models" / id / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return home / "models" / id


@pytest.fixture
def put(home: Path) -> Callable[[str, dict[str, bytes]], Path]:
    return lambda id, contents: put_model(home, id, contents)


@dataclass
class FakeHub:
    """What the server on loopback holds, how it misbehaves, and what it was asked."""

    endpoint: str
    files: dict[str, bytes] = field(default_factory=dict)
    announced_hash: dict[str, str] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)
    """For each next GET: after so many bytes of the body the connection drops."""
    knows_ranges: bool = True
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)

    def gets(self) -> list[str]:
        """The Range header of each GET that was answered, empty where it had none."""
        return [asked_range for method, _, asked_range in self.requests if method == "GET"]

    def holds(self, repository: str, contents: dict[str, bytes], revision: str = COMMIT) -> None:
        for name, content in contents.items():
            self.files[f"/{repository}/resolve/{revision}/{name}"] = content


class _HubHandler(BaseHTTPRequestHandler):
    hub: FakeHub

    def do_HEAD(self) -> None:  # the name is http.server's
        self._answer(with_body=False)

    def do_GET(self) -> None:  # the name is http.server's
        self._answer(with_body=True)

    def log_message(self, format: str, *args: object) -> None:
        return

    def _answer(self, with_body: bool) -> None:
        asked_range = self.headers.get("Range", "")
        self.hub.requests.append((self.command, self.path, asked_range))
        self.hub.agents.add(self.headers.get("User-Agent", ""))
        content = self.hub.files.get(self.path)
        if content is None:
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("X-Error-Code", "EntryNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start = 0
        match = re.fullmatch(r"bytes=(\d+)-", asked_range)
        if match and self.hub.knows_ranges:
            start = int(match[1])
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        etag = self.hub.announced_hash.get(self.path, hashlib.sha256(content).hexdigest())
        self.send_header("ETag", f'"{etag}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        if with_body:
            body = content[start:]
            if self.hub.cuts:
                body = body[: self.hub.cuts.pop(0)]
                self.close_connection = True
            self.wfile.write(body)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    from huggingface_hub.utils import close_session

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr("machine.hub._PAUSE_SECONDS", 0.0)
    close_session()
    handler = type("Handler", (_HubHandler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    state = FakeHub(f"http://127.0.0.1:{server.server_address[1]}")
    handler.hub = state  # type: ignore[attr-defined] # declared on _HubHandler, which type() hides
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("HF_ENDPOINT", state.endpoint)
    yield state
    close_session()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def closed_endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An address at which nothing listens, set as the hub's."""
    from huggingface_hub.utils import close_session

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{probe.getsockname()[1]}"
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("HF_ENDPOINT", endpoint)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    close_session()
    yield endpoint
    close_session()


def wheel_bytes(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as wheel:
        for name, content in members.items():
            wheel.writestr(name, content)
    return buffer.getvalue()


@dataclass
class FakeIndex:
    """A package index in memory, downloaded from as pip would. `breaks` holds what raises instead, once."""

    wheels: dict[str, bytes] = field(default_factory=dict)
    breaks: dict[str, BaseException] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    folders: set[Path] = field(default_factory=set)

    def download(self, requirement: str, folder: Path, arrived: Callable[[int], None]) -> Path:
        self.asked.append(requirement)
        self.folders.add(folder)
        if requirement in self.breaks:
            (folder / "pip-unpack").write_bytes(b"half")
            raise self.breaks.pop(requirement)
        if requirement not in self.wheels:
            raise DownloadFailed(f"pip could not download {requirement}: no matching distribution.")
        path = folder / f"{requirement.replace('==', '-')}-py3-none-any.whl"
        path.write_bytes(self.wheels[requirement])
        arrived(path.stat().st_size)
        return path


def part_wheel(number: int, content: bytes) -> bytes:
    metadata = {f"tiny_part{number}/__init__.py": b"raise SystemExit('imported')"}
    return wheel_bytes({**metadata, f"tiny_part{number}/data/part{number:02}.bin": content})


@pytest.fixture
def index() -> FakeIndex:
    parts = [
        JOINED_CONTENT[start : start + PART_BYTES] for start in range(0, len(JOINED_CONTENT), PART_BYTES)
    ]
    wheels = {
        f"tiny-part{number}==1.0": part_wheel(number, part) for number, part in enumerate(parts, start=1)
    }
    extra = {"README.md": json.dumps({"not": "in the catalogue"}).encode()}
    inner = wheel_bytes({**FOLDER_CONTENTS, **extra})
    wheels["tiny-embedder-wheel==2.0"] = wheel_bytes({"tiny_embedder/model.zip": inner})
    return FakeIndex(wheels)
