"""What a small TOML file beside a network's weights says of it, so that it can be drawn with.

    kind = "generator"            # or "translator" (picture to picture), or "autoencoder"
    weights = "faces.onnx"        # TorchScript (.pt), ONNX (.onnx) or .safetensors, beside this file
    title = "faces, 64x64"
    latent = [128, 1, 1]          # a generator's vector, without the batch
    labels = ["cat", "dog"]       # or their number; a generator's second input, int64 [1]
    truncation_input = false      # whether the last input is the truncation, float32 [1], as StyleGAN has it
    size = [256, 256]             # width and height that a translator or autoencoder takes
    range = [-1.0, 1.0]           # of pixels that go in and come out, float32 [1, 3 or 1, height, width]
    channels = 3

An autoencoder has `encoder` and `decoder` in place of `weights`; with `architecture = "AutoencoderKL"` and
`weights`, a folder in diffusers' form, it is the VAE of Stable Diffusion. A generator's .safetensors needs
`architecture = "DCGAN"`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from generators.errors import ModelUnusable

Kind = Literal["generator", "translator", "autoencoder"]
_KEYS = frozenset(
    "architecture channels decoder encoder kind labels latent range size title truncation_input "
    "weights".split()
)


@dataclass(frozen=True, slots=True)
class DecoderDescription:
    """A sidecar's content. `weights` are one file, or an autoencoder's encoder and decoder."""

    title: str
    kind: Kind
    weights: tuple[Path, ...]
    latent: tuple[int, ...] = ()
    labels: tuple[str, ...] = ()
    truncation_input: bool = False
    size: tuple[int, int] = (64, 64)
    lowest: float = -1.0
    highest: float = 1.0
    channels: int = 3
    architecture: str | None = None


def read_sidecar(file: Path) -> DecoderDescription:
    """Raises ModelUnusable for a file that is missing or says what cannot be."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
        return _described(content, file)
    except OSError as error:
        raise ModelUnusable(f"The model description {file} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError, KeyError) as error:
        words = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise ModelUnusable(f"The model description {file} is wrong: {words}. See docs/images.md.") from error


def _described(content: dict[str, object], file: Path) -> DecoderDescription:
    if unknown := sorted(content.keys() - _KEYS):
        raise ValueError(f"there is no setting {unknown[0]!r}")
    kind = content["kind"]
    kinds = {name: name for name in get_args(Kind)}
    if kind not in kinds:
        raise ValueError(f"kind is {kind!r}; it may be {', '.join(kinds)}")
    parts = ("encoder", "decoder") if kind == "autoencoder" and "weights" not in content else ("weights",)
    weights = tuple(file.parent / str(content[part]) for part in parts)
    for place in weights:
        if not place.exists():
            raise ValueError(f"there is no {place}")
    labels = content.get("labels", [])
    low, high = _numbers(content.get("range", [-1.0, 1.0]), 2)
    if low >= high:
        raise ValueError(f"range is from {low} to {high}")
    width, height = _numbers(content.get("size", [64, 64]), 2)
    channels = content.get("channels", 3)
    if channels not in (1, 3):
        raise ValueError(f"channels is {channels}; it may be 1 or 3")
    latent = content["latent"] if kind == "generator" else []
    return DecoderDescription(
        title=str(content.get("title", file.stem)),
        kind=kinds[kind],
        weights=weights,
        latent=tuple(int(side) for side in _numbers(latent if isinstance(latent, list) else [latent])),
        labels=_labels(labels),
        truncation_input=content.get("truncation_input") is True,
        size=(int(width), int(height)),
        lowest=low,
        highest=high,
        channels=channels,
        architecture=None if "architecture" not in content else str(content["architecture"]),
    )


def _labels(value: object) -> tuple[str, ...]:
    if isinstance(value, int) and value >= 0:
        return tuple(str(number) for number in range(value))
    if isinstance(value, list) and all(isinstance(label, str) for label in value):
        return tuple(value)
    raise ValueError(f"labels is {value!r}; it must be a list of names, or their number")


def _numbers(value: object, count: int | None = None) -> tuple[float, ...]:
    if not isinstance(value, list) or not all(isinstance(item, int | float) for item in value):
        raise ValueError(f"{value!r} must be a list of numbers")
    if count is not None and len(value) != count:
        raise ValueError(f"{value!r} must be {count} numbers")
    return tuple(value)
