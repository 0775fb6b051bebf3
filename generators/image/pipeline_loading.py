"""From files to a pipeline that draws, without a connection."""

from __future__ import annotations

from typing import Any

from generators.devices import Device, bytes_per_number, chosen_device, free_bytes_of
from generators.errors import EngineMissing, ModelUnusable
from generators.image.pipeline_files import PipelineFiles
from generators.image.placement import WORKING_BYTES, MemoryPlan, place, plan_memory
from generators.image.settings import ImageSettings, Placement
from machine import Need, gpu_pool

_EXTRA = "pip install 'refdesk[images]'"
_PIPELINE_INPUT_CHANNELS = 9  # of U-Nets trained for inpainting: latents, mask and masked latents


def require_diffusers() -> None:
    """Raises EngineMissing where the extra is not installed."""
    import importlib.util

    missing = [name for name in ("diffusers", "accelerate", "peft") if importlib.util.find_spec(name) is None]
    if missing:
        raise EngineMissing(f"Drawing needs {', '.join(missing)}. Install: {_EXTRA}")


def load_pipeline(files: PipelineFiles, dtype: Any) -> Any:
    """The pipeline on the processor. Raises ModelUnusable for files that do not fit together."""
    _quiet()
    import diffusers

    try:
        if files.single_file is not None:
            made = getattr(diffusers, files.class_name).from_single_file(
                str(files.single_file),
                config=str(files.folder),  # without it the library asks the hub, even where told not to
                dtype=dtype,
                local_files_only=True,
            )
        else:
            auto = (
                diffusers.AutoPipelineForInpainting
                if "Inpaint" in files.class_name
                else diffusers.AutoPipelineForText2Image
            )
            made = auto.from_pretrained(
                str(files.folder),
                dtype=dtype,
                use_safetensors=True,
                variant="fp16" if files.half_precision else None,
                local_files_only=True,
            )
    except Exception as error:  # whatever a damaged or foreign file makes of three libraries
        where = files.single_file or files.folder
        raise ModelUnusable(f"The image model at {where} cannot be loaded: {error}") from error
    made.set_progress_bar_config(disable=True)
    return made


def is_for_inpainting(pipeline: Any) -> bool:
    """Whether it can do nothing else."""
    return bool(pipeline.unet.config.in_channels == _PIPELINE_INPUT_CHANNELS)


def is_distilled(pipeline: Any) -> bool:
    """Whether it draws in few steps and without guidance, as Turbo models do: their schedulers say so.

    Models that predict velocities begin at the last step, too, and are none of them (Lin and others, 2023,
    https://arxiv.org/abs/2305.08891).
    """
    told = pipeline.scheduler.config
    return bool(told.get("timestep_spacing") == "trailing" and told.get("prediction_type") != "v_prediction")


def planned(files: PipelineFiles, device: Device, wanted: Placement) -> tuple[str, Any, MemoryPlan]:
    """Device, number type and plan: half precision on a GPU, float32 on the processor.

    Raises ModelUnusable where there is no such device or not enough memory.
    """
    import torch

    name = chosen_device(device)
    dtype = torch.float32 if name == "cpu" else torch.float16
    weights, largest = _loaded_bytes(files, name)
    plan = plan_memory(weights, largest, free_bytes_of(name), cpu=name == "cpu")
    if wanted == "auto":
        return name, dtype, plan
    if name == "cpu" and wanted != "whole":
        raise ModelUnusable(
            "On a processor there is nothing to move the model away from. Leave the placement out."
        )
    return name, dtype, MemoryPlan(wanted, sliced=plan.sliced or wanted != "whole")


def pipeline_needs(files: PipelineFiles, settings: ImageSettings, gpu_bytes: int | None) -> tuple[Need, ...]:
    """What the pipeline takes: of a GPU of that size all, or one part at a time, the others in memory.

    Raises ModelUnusable.
    """
    name = chosen_device(settings.device)
    weights, largest = _loaded_bytes(files, name)
    if name == "cpu":
        return (Need(weights + WORKING_BYTES, weights),)
    whole = Need(weights + WORKING_BYTES, pool=gpu_pool())
    if settings.placement == "auto":
        fits = gpu_bytes is None or whole.wanted_bytes <= gpu_bytes
    else:
        fits = settings.placement == "whole"
    if fits:
        return (whole,)
    return Need(largest + WORKING_BYTES, WORKING_BYTES, gpu_pool()), Need(weights)


def _loaded_bytes(files: PipelineFiles, device: str) -> tuple[int, int]:
    """Of all weights and of the largest part, in the precision of that device."""
    scale = bytes_per_number(files.weights) / (4 if device == "cpu" else 2)
    return int(files.weights_bytes / scale), int(files.largest_part_bytes / scale)


def placed(pipeline: Any, plan: MemoryPlan, device: str) -> Any:
    """The pipeline itself, its parts where they belong. Raises ModelUnusable where that fails."""
    try:
        place(pipeline, plan, device)
    except RuntimeError as error:
        raise ModelUnusable(f"The image model could not be put on {device}: {error}") from error
    return pipeline


def _quiet() -> None:
    """No progress bars and notes of the libraries between the lines that people read."""
    import transformers

    transformers.utils.logging.set_verbosity_error()  # before diffusers, whose import it comments on
    transformers.utils.logging.disable_progress_bar()
    import diffusers

    diffusers.utils.logging.set_verbosity_error()
    diffusers.utils.logging.disable_progress_bar()
