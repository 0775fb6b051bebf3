"""Whether an engine can do what it is asked for, said before it is loaded with work."""

from __future__ import annotations

from typing import get_args

from generators.errors import RequestUnusable
from generators.image.protocol import (
    Capabilities,
    FromLatent,
    ImageRequest,
    Inpainting,
    LatentPath,
    Mode,
    Outpainting,
)

_WORDS: dict[Mode, str] = {
    "text": "draw from a prompt",
    "image": "draw over a picture",
    "inpaint": "draw parts of a picture anew",
    "outpaint": "go on beyond a picture's edges",
    "control": "follow a control picture",
    "latent": "draw without a prompt",
    "path": "draw the way between two seeds",
    "translate": "turn one kind of picture into another",
}


def check_request(request: ImageRequest, able: Capabilities, name: str) -> None:
    """Raises RequestUnusable for what the engine of that name cannot do, and says what it can."""
    for mode in request.modes:
        if mode not in able.modes:
            can = ", ".join(_WORDS[own] for own in get_args(Mode) if own in able.modes)
            raise RequestUnusable(f"{name} cannot {_WORDS[mode]}. It can: {can}.")
    if request.scheduler is not None and request.scheduler not in able.schedulers:
        known = ", ".join(able.schedulers) or "none: it takes no scheduler"
        raise RequestUnusable(f"There is no scheduler {request.scheduler!r} for {name}. There are: {known}.")
    if request.lora is not None and not able.lora:
        raise RequestUnusable(f"{name} takes no LoRA.")
    if request.size is not None and isinstance(request.start, Inpainting | Outpainting):
        raise RequestUnusable(
            "A size was given, but a picture to inpaint or outpaint has its own. Leave it out."
        )
    if isinstance(request.start, FromLatent | LatentPath):
        _check_label(request.start.label, able, name)


def _check_label(label: int | str | None, able: Capabilities, name: str) -> None:
    if label is not None and not able.labels:
        raise RequestUnusable(f"{name} knows no classes. Leave the class out.")
    if isinstance(label, int) and not 0 <= label < able.labels:
        raise RequestUnusable(f"There is no class {label} in {name}: they go from 0 to {able.labels - 1}.")
