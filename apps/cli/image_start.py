"""From the command line's words to what a picture starts from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from apps.errors import WrongUse

if TYPE_CHECKING:
    from PIL.Image import Image

    from generators.image.protocol import Control, Size, Start


def start_from(picture: Path | None, strength: float | None, mask: Path | None, extend: str | None) -> Start:
    """Raises WrongUse for options that do not go together, and ValueError for values that cannot be."""
    from generators.image.protocol import FromPicture, FromText, Inpainting, Outpainting

    if picture is None:
        if mask is not None or extend is not None or strength is not None:
            raise WrongUse("--mask, --extend and --strength are about a picture: name it with --from.")
        return FromText()
    if extend is not None:
        if mask is not None or strength is not None:
            raise WrongUse("--extend goes with neither --mask nor --strength.")
        left, top, right, bottom = _numbers(extend, ",", 4, "--extend", "0,0,128,0")
        return Outpainting(opened_picture(picture), left, top, right, bottom)
    if mask is not None:
        return Inpainting(
            opened_picture(picture), opened_picture(mask).convert("L"), 1.0 if strength is None else strength
        )
    return FromPicture(opened_picture(picture), 0.8 if strength is None else strength)


def decoder_start_from(
    picture: Path | None, label: str | None, truncation: float | None, to_seed: int | None
) -> Start:
    """For models that read no prompt. Raises WrongUse for options that do not go together."""
    from generators.image.protocol import FromLatent, LatentPath, Translation

    if picture is not None:
        if label is not None or truncation is not None or to_seed is not None:
            raise WrongUse("--from goes with none of --class, --truncation and --to-seed.")
        return Translation(opened_picture(picture))
    named: int | str | None = int(label) if label is not None and label.isdecimal() else label
    share = 1.0 if truncation is None else truncation
    return FromLatent(named, share) if to_seed is None else LatentPath(to_seed, named, share)


def control_from(picture: Path | None, model: str | None, weight: float) -> Control | None:
    """Raises WrongUse where one of the two is missing."""
    from generators.image.protocol import Control

    if picture is None and model is None:
        return None
    if picture is None or model is None:
        raise WrongUse("--control, a picture, and --control-model, the ControlNet for it, go together.")
    return Control(opened_picture(picture), model, weight)


def size_from(text: str | None) -> Size | None:
    """Raises WrongUse for other than two numbers."""
    if text is None:
        return None
    width, height = _numbers(text, "x", 2, "--size", "512x768")
    return width, height


def opened_picture(path: Path) -> Image:
    """The picture as it is meant to be seen, in RGB. Raises WrongUse for what cannot be read."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(path.expanduser()) as picture:
            return ImageOps.exif_transpose(picture).convert("RGB")
    except FileNotFoundError:
        raise WrongUse(f"There is no picture {path}.") from None
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise WrongUse(f"{path} is no picture that can be read: {error}.") from error


def _numbers(text: str, between: str, count: int, option: str, example: str) -> tuple[int, ...]:
    parts = text.lower().split(between)
    if len(parts) != count or not all(part.strip().isdecimal() for part in parts):
        raise WrongUse(f"{option} is {text!r}; it must be like {example}.")
    return tuple(int(part) for part in parts)
