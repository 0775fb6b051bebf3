"""What lies at the place that a MusicGen model was named by, found out before anything is loaded."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from generators.audio.known_music_models import how_to_get_a_music_model, not_on_this_machine
from generators.errors import ModelUnusable
from generators.hub_folders import fetched_folder, is_hub_name, kept_folder
from machine import file_sha256

KINDS = ("musicgen", "musicgen_melody")
_CONFIG = "config.json"
_WEIGHTS = "*.safetensors"
_WANTED = ("*.json", "*.txt", "*.model", _WEIGHTS)
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".th")


@dataclass(frozen=True, slots=True)
class MusicgenFiles:
    """A folder as transformers saves such models, and its weights, sorted by name."""

    folder: Path
    weights: tuple[Path, ...]

    @property
    def weights_bytes(self) -> int:
        return sum(file.stat().st_size for file in self.weights)

    def sha256(self, cache_folder: Path) -> str:
        """Of a single file its sha256; of several the sha256 of lines of names and sha256s. Remembered in
        the cache folder."""
        if len(self.weights) == 1:
            return file_sha256(self.weights[0], cache_folder)
        lines = [f"{file.name} {file_sha256(file, cache_folder)}" for file in self.weights]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def find_musicgen(name: str, *, fetch: bool) -> MusicgenFiles:
    """The model in that folder, or of that name on the hub. Only with `fetch` is a connection opened.

    Raises ModelUnusable, with the model's licence and size where they are known, and HubUnreachable.
    """
    path = Path(name).expanduser()
    if path.is_dir():
        return _files_in(path)
    if path.exists() or not is_hub_name(name):
        what = f"{path} is a file, and a folder is needed" if path.exists() else f"There is no {path}"
        raise ModelUnusable(f"{what}.\n{how_to_get_a_music_model()}")
    kept = kept_folder(name, _WANTED)
    if kept is None or not _looks_whole(kept):
        if not fetch:
            raise ModelUnusable(not_on_this_machine(name))
        kept = fetched_folder(name, _WANTED)
    return _files_in(kept)


def _looks_whole(folder: Path) -> bool:
    """What an interrupted fetch left is not."""
    return (folder / _CONFIG).is_file() and any(folder.glob(_WEIGHTS))


def _files_in(folder: Path) -> MusicgenFiles:
    kind = _kind_of(folder)
    if kind not in KINDS:
        raise ModelUnusable(
            f"{folder} holds a model of the kind {kind!r}, which plays no music here. MusicGen and MusicGen "
            f"Melody do.\n{how_to_get_a_music_model()}"
        )
    weights = tuple(sorted(folder.glob(_WEIGHTS)))
    if not weights:
        pickles = any(file.suffix in _PICKLES for file in folder.iterdir())
        why = "only in pickle files, which may run code and are never opened" if pickles else "missing"
        raise ModelUnusable(f"The weights in {folder} are {why}. Get the .safetensors files of the model.")
    return MusicgenFiles(folder, weights)


def _kind_of(folder: Path) -> str:
    file = folder / _CONFIG
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelUnusable(
            f"{folder} is no music model: it has no {_CONFIG}. Name the folder that holds it.\n"
            f"{how_to_get_a_music_model()}"
        ) from None
    except (OSError, ValueError) as error:
        raise ModelUnusable(f"{file} cannot be read: {error}. Get the model again.") from error
    return str(content.get("model_type")) if isinstance(content, dict) else "unknown"
