"""From a request to the arguments of a pipeline's call, and from its result to the picture asked for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generators.errors import PromptTooLong, RequestUnusable
from generators.image.canvases import cropped, outpainting_canvas, padded, pasted_outside
from generators.image.protocol import (
    Capabilities,
    Control,
    FromPicture,
    ImageRequest,
    Inpainting,
    Outpainting,
    Size,
)

if TYPE_CHECKING:
    from PIL.Image import Image

_SIDES = 8  # diffusers takes no sides that are not multiples of it, whatever the model
_STEPS, _DISTILLED_STEPS = 30, 4
_GUIDANCE, _XL_GUIDANCE, _DISTILLED_GUIDANCE = 7.5, 5.0, 0.0


@dataclass(frozen=True, slots=True, eq=False)
class PipelineCall:
    """`arguments` go to a pipeline of `auto_class`; `size` is what the picture is cropped to.

    What `kept` holds outside of its mask is put back into the picture.
    """

    auto_class: str
    arguments: dict[str, Any]
    size: Size
    is_xl: bool
    settings: tuple[tuple[str, str], ...]
    kept: Inpainting | None = None


def call_of(request: ImageRequest, pipeline: Any, able: Capabilities, *, distilled: bool) -> PipelineCall:
    """The call that the request comes to. Raises RequestUnusable where so few steps leave nothing to do."""
    is_xl = getattr(pipeline, "text_encoder_2", None) is not None
    steps = request.steps or (_DISTILLED_STEPS if distilled else _STEPS)
    guidance = request.guidance_scale
    if guidance is None:
        guidance = _DISTILLED_GUIDANCE if distilled else _XL_GUIDANCE if is_xl else _GUIDANCE
    arguments: dict[str, Any] = {
        "prompt": request.prompt,
        "negative_prompt": request.negative_prompt or None,
        "guidance_scale": guidance,
        "num_inference_steps": steps,
    }
    settings = {"steps": str(steps), "guidance scale": f"{guidance:g}"}
    if request.negative_prompt:
        settings["negative prompt"] = request.negative_prompt
    multiple = math.lcm(_SIDES, int(pipeline.vae_scale_factor))
    start, kept = request.start, None
    if isinstance(start, Outpainting):
        settings["outpainted"] = (
            f"left {start.left}, top {start.top}, right {start.right}, bottom {start.bottom}"
        )
        start = outpainting_canvas(start)
    if isinstance(start, Inpainting):
        auto_class, kept, size = "AutoPipelineForInpainting", start, start.picture.size
        arguments["image"] = padded(start.picture.convert("RGB"), multiple)
        arguments["mask_image"] = padded(start.mask.convert("L"), multiple)
        arguments |= _sides(arguments["image"])
    elif isinstance(start, FromPicture):
        auto_class = "AutoPipelineForImage2Image"
        picture = start.picture.convert("RGB")
        picture = picture.resize(request.size) if request.size else picture
        size = picture.size
        arguments["image"] = padded(picture, multiple)
    else:
        auto_class, size = "AutoPipelineForText2Image", request.size or able.default_size
        arguments |= {"width": size[0] + -size[0] % multiple, "height": size[1] + -size[1] % multiple}
    if isinstance(start, FromPicture | Inpainting):
        _check_strength(steps, start.strength)
        arguments["strength"] = start.strength
        settings["strength"] = f"{start.strength:g}"
    if request.control is not None:
        arguments |= _control_arguments(request.control, size, multiple, over_picture="image" in arguments)
        settings["control"] = f"{Path(request.control.model).name}, weight {request.control.weight:g}"
    settings["scheduler"] = request.scheduler or type(pipeline.scheduler).__name__
    settings["size"] = f"{size[0]}x{size[1]}"
    if request.lora is not None:
        settings["lora"] = f"{request.lora.file.name}, weight {request.lora.weight:g}"
    return PipelineCall(auto_class, arguments, size, is_xl, tuple(settings.items()), kept)


def finished_picture(made: Image, call: PipelineCall) -> Image:
    """The picture in its size, with what had to stay."""
    picture = cropped(made.convert("RGB"), call.size)
    return picture if call.kept is None else pasted_outside(picture, call.kept)


def check_prompt(request: ImageRequest, pipeline: Any) -> None:
    """Raises PromptTooLong where the text encoder would leave words out, which the library does silently."""
    tokenizer = pipeline.tokenizer
    for name, text in (("prompt", request.prompt), ("negative prompt", request.negative_prompt)):
        tokens = len(tokenizer(text, truncation=False, verbose=False).input_ids)
        if tokens > tokenizer.model_max_length:
            raise PromptTooLong(
                f"The {name} comes to {tokens} tokens, and the model reads {tokenizer.model_max_length}. "
                "Shorten it.",
                tokenizer.model_max_length / tokens if name == "prompt" else None,
            )


def _check_strength(steps: int, strength: float) -> None:
    if int(steps * strength) < 1:
        raise RequestUnusable(
            f"Of {steps} steps a strength of {strength:g} leaves none: their product must be 1 or more."
        )


def _control_arguments(control: Control, size: Size, multiple: int, *, over_picture: bool) -> dict[str, Any]:
    """Over a picture the control has an argument of its own; without one it takes that of the picture."""
    hint = padded(control.picture.convert("RGB").resize(size), multiple)
    name = "control_image" if over_picture else "image"
    return {name: hint, "controlnet_conditioning_scale": control.weight}


def _sides(picture: Image) -> dict[str, int]:
    return {"width": picture.width, "height": picture.height}
