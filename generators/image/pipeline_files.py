"""What lies at the place that a model was named by, found out before anything is loaded."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from generators.errors import ModelUnusable
from generators.hub_folders import is_hub_name
from generators.image.known_models import how_to_get_a_model
from generators.image.settings import ImageSettings

_INDEX = "model_index.json"
_HALF = "fp16"
_KIN = re.compile("StableDiffusion(XL)?(Img2Img|Inpaint)?Pipeline")
#: Whose configurations a single file goes with, by a weight that files of that kind have alone.
_FIRST = "stable-diffusion-v1-5/stable-diffusion-v1-5"
_TOLD_BY = {
    "conditioner.embedders.1.model.positional_embedding": "stabilityai/stable-diffusion-xl-base-1.0",
    "cond_stage_model.model.positional_embedding": "stabilityai/stable-diffusion-2-1",
}
_PICKLES = (".ckpt", ".bin", ".pt", ".pth")


@dataclass(frozen=True, slots=True)
class PipelineFiles:
    """A folder in diffusers' form; with `single_file` the weights are there, and the folder says the rest."""

    folder: Path
    class_name: str
    single_file: Path | None = None
    half_precision: bool = False
    """Whether only half-precision weights are there."""

    @property
    def weights(self) -> tuple[Path, ...]:
        """The files that will be read, sorted."""
        if self.single_file is not None:
            return (self.single_file,)
        return tuple(
            file
            for file in sorted(self.folder.glob("*/*.safetensors"))
            if (f".{_HALF}." in file.name) == self.half_precision
        )

    @property
    def largest_part_bytes(self) -> int:
        """Bytes of the weights of the largest part; of a single file it cannot be told, so all of it."""
        sizes: dict[Path, int] = {}
        for file in self.weights:
            sizes[file.parent] = sizes.get(file.parent, 0) + file.stat().st_size
        return max(sizes.values())

    @property
    def weights_bytes(self) -> int:
        return sum(file.stat().st_size for file in self.weights)


def find_pipeline(settings: ImageSettings) -> PipelineFiles:
    """What the settings' model is. Raises ModelUnusable, and for a hub's model what `hub_folder` raises."""
    path = Path(settings.model).expanduser()
    if path.is_dir():
        return _folder_files(path)
    if path.is_file():
        return _single_file(path, settings.configuration)
    if path.suffix != ".safetensors" and is_hub_name(settings.model):
        from generators.image.hub_models import hub_folder

        return _folder_files(hub_folder(settings.model, settings.fetch))
    raise ModelUnusable(f"There is no image model at {path}.\n{how_to_get_a_model()}")


def _folder_files(folder: Path) -> PipelineFiles:
    class_name = _class_name(folder)
    names = [file.name for file in folder.glob("*/*.safetensors")]
    if not names:
        pickles = any(file.suffix in _PICKLES for file in folder.glob("*/*"))
        why = "only in pickle files, which may run code and are never opened" if pickles else "missing"
        raise ModelUnusable(f"The weights in {folder} are {why}. Get the .safetensors files of the model.")
    # Some publishers put both beside each other; the full weights are the ones to have then.
    half = all(f".{_HALF}." in name for name in names)
    return PipelineFiles(folder, class_name, half_precision=half)


def _single_file(file: Path, configuration: str | None) -> PipelineFiles:
    if file.suffix != ".safetensors":
        raise ModelUnusable(
            f"{file} is no .safetensors file. Pickle files ({', '.join(_PICKLES)}) may run code and are "
            "never opened: get the model as .safetensors."
        )
    folder = Path(configuration).expanduser() if configuration else file.with_suffix("")
    made_from = _made_from(file)
    if not (folder / _INDEX).is_file():
        raise ModelUnusable(
            f"{file} holds weights alone: no configuration and no tokenizer. Put those of the model that it "
            f"was made from into {folder} (a few megabytes), for instance with: hf download "
            f"{made_from} --include '*.json' --include '*.txt' "
            f"--local-dir {folder}; or name their folder with --configuration."
        )
    class_name = _class_name(folder)
    if made_from != _FIRST and not _is_configuration_of(folder, class_name, made_from):
        raise ModelUnusable(
            f"The configuration in {folder} is of another kind of model than {file}, which was made from one "
            f"like {made_from}. Name a folder with the configuration of that with --configuration."
        )
    return PipelineFiles(folder, class_name, single_file=file)


def _made_from(file: Path) -> str:
    """A model of the file's kind, told by its text encoders; the first kind where the file cannot be read."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="numpy") as content:
            names = set(content.keys())
    except (OSError, SafetensorError):
        return _FIRST
    return next((model for name, model in _TOLD_BY.items() if name in names), _FIRST)


def _is_configuration_of(folder: Path, class_name: str, made_from: str) -> bool:
    if "XL" in made_from.upper():
        return "XL" in class_name
    try:
        told = json.loads((folder / "text_encoder" / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return True  # whoever loads it says what is wrong
    return "XL" not in class_name and told.get("hidden_act") != "quick_gelu"


def _class_name(folder: Path) -> str:
    index = folder / _INDEX
    try:
        content = json.loads(index.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelUnusable(
            f"{folder} is no image model: it has no {_INDEX}. Name the folder that holds it.\n"
            f"{how_to_get_a_model()}"
        ) from None
    except (OSError, ValueError) as error:
        raise ModelUnusable(f"{index} cannot be read: {error}. Get the model again.") from error
    name = content.get("_class_name") if isinstance(content, dict) else None
    if not isinstance(name, str) or _KIN.fullmatch(name) is None:
        raise ModelUnusable(
            f"{folder} is a {name!r}. Refdesk draws with Stable Diffusion 1, 2, XL, Turbo and what has their "
            "form."
        )
    return name
