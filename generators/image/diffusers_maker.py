"""Stable Diffusion 1, 2, XL and Turbo, through diffusers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from generators.errors import GenerationFailed, GeneratorError
from generators.image.control_nets import ControlNets
from generators.image.loras import applied_lora
from generators.image.pipeline_calls import PipelineCall, call_of, check_prompt, finished_picture
from generators.image.pipeline_files import PipelineFiles, find_pipeline
from generators.image.pipeline_loading import (
    is_distilled,
    is_for_inpainting,
    load_pipeline,
    placed,
    planned,
    require_diffusers,
)
from generators.image.previews import rough_preview
from generators.image.protocol import (
    Capabilities,
    ImageRequest,
    MadePicture,
    MadePictures,
    Mode,
    StepDone,
    StepListener,
    unheard,
)
from generators.image.request_checks import check_request
from generators.image.schedulers import SCHEDULERS, scheduler_of
from generators.image.settings import ImageSettings
from machine import MemoryBroker, gpu_pool


class _Stopped(Exception):
    """Thrown from between two steps: leaving the loop by the library's own flag would still decode."""


class DiffusersImageMaker:
    """An ImageMaker over a diffusers pipeline, which is loaded when first needed.

    Pictures of one request are drawn one after the other, so that each is what its seed alone would give.
    """

    def __init__(self, settings: ImageSettings, broker: MemoryBroker) -> None:
        """`broker` gives ControlNets their memory; the pipeline's own is for whoever builds this."""
        self._settings = settings
        self._lock = threading.Lock()
        self._closed = False
        self._control_nets = ControlNets(broker)

    @property
    def id(self) -> str:
        model = self._settings.model
        local = Path(model).expanduser()
        # Where it lies is nobody's business but its owner's, and this goes into the files.
        return f"diffusers:{local.name if local.exists() else model}"

    @property
    def capabilities(self) -> Capabilities:
        pipeline = self._pipeline
        side = int(pipeline.unet.config.sample_size) * pipeline.vae_scale_factor
        drawn_anew: tuple[Mode, ...] = ("inpaint", "outpaint", "control")
        modes: tuple[Mode, ...] = (
            drawn_anew if is_for_inpainting(pipeline) else ("text", "image", *drawn_anew)
        )
        return Capabilities(modes, (side, side), SCHEDULERS, lora=True)

    @cached_property
    def files(self) -> PipelineFiles:
        """What will be loaded. Raises ModelUnusable."""
        return find_pipeline(self._settings)

    def make(
        self,
        request: ImageRequest,
        progress: StepListener = unheard,
        cancelled: Callable[[], bool] = lambda: False,
        begun: Callable[[], None] = lambda: None,
    ) -> MadePictures:
        with self._lock:
            if self._closed:
                raise GenerationFailed("This image engine was closed. Build a new one.")
            able = self.capabilities
            check_request(request, able, self.id)
            check_prompt(request, self._pipeline)
            call = call_of(request, self._pipeline, able, distilled=is_distilled(self._pipeline))
            made: list[MadePicture] = []
            with (
                self._pipeline_for(call, request, cancelled) as pipeline,
                applied_lora(pipeline, request.lora),
            ):
                begun()
                for number in range(request.count):
                    if cancelled():
                        return MadePictures(tuple(made), interrupted=True)
                    try:
                        made.append(self._draw(pipeline, call, request, number, progress, cancelled))
                    except _Stopped:
                        return MadePictures(tuple(made), interrupted=True)
            return MadePictures(tuple(made))

    def close(self) -> None:
        """Lets go of the model."""
        with self._lock:
            self._closed = True
            self.__dict__.pop("_pipeline", None)
            self._control_nets.close()

    @cached_property
    def _loaded_plan(self) -> tuple[str, Any, Any]:
        return planned(self.files, self._settings.device, self._settings.placement)

    @cached_property
    def _pipeline(self) -> Any:
        files = self.files  # who lacks the model hears of that first
        require_diffusers()
        device, dtype, plan = self._loaded_plan
        pipeline = load_pipeline(files, dtype)
        if not self._settings.check_pictures and getattr(pipeline, "safety_checker", None) is not None:
            pipeline.safety_checker = None
            pipeline.register_to_config(requires_safety_checker=False)
        return placed(pipeline, plan, device)

    @contextmanager
    def _pipeline_for(
        self, call: PipelineCall, request: ImageRequest, cancelled: Callable[[], bool]
    ) -> Iterator[Any]:
        """The same weights in the pipeline for what is wanted, with the ControlNet if any."""
        import diffusers

        device, dtype, plan = self._loaded_plan
        with ExitStack() as beside:
            more: dict[str, Any] = {}
            if request.control is not None:
                pool = gpu_pool() if device != "cpu" and plan.placement == "whole" else "memory"
                more["controlnet"] = beside.enter_context(
                    self._control_nets.use(request.control.model, self._pipeline, dtype, pool, cancelled)
                )
            pipeline = getattr(diffusers, call.auto_class).from_pipe(self._pipeline, **more)
            pipeline.set_progress_bar_config(disable=True)
            pipeline.scheduler = scheduler_of(request.scheduler, self._pipeline.scheduler)
            yield placed(pipeline, plan, device)

    def _draw(
        self,
        pipeline: Any,
        call: PipelineCall,
        request: ImageRequest,
        number: int,
        progress: StepListener,
        cancelled: Callable[[], bool],
    ) -> MadePicture:
        import torch

        seed = (request.seed + number) % 2**32
        began = time.perf_counter()

        def after_step(drawing: Any, step: int, _: Any, tensors: dict[str, Any]) -> dict[str, Any]:
            preview = rough_preview(tensors["latents"], xl=call.is_xl) if request.previews else None
            progress(StepDone(number + 1, request.count, step + 1, drawing.num_timesteps, preview))
            if cancelled():
                raise _Stopped
            return tensors

        try:
            result = pipeline(
                **call.arguments,
                generator=torch.Generator("cpu").manual_seed(seed),  # the same noise whatever the device
                callback_on_step_end=after_step,
                callback_on_step_end_tensor_inputs=["latents"],
            )
        except (_Stopped, GeneratorError):
            pipeline.maybe_free_model_hooks()
            raise
        except torch.OutOfMemoryError as error:
            raise GenerationFailed(
                f"The memory of the device is not enough for {call.size[0]}x{call.size[1]} pixels. Ask for a "
                "smaller size, or for --placement offload."
            ) from error
        except (RuntimeError, ValueError, TypeError, IndexError) as error:
            raise GenerationFailed(f"The image engine stopped: {error}") from error
        picture = finished_picture(result.images[0], call)
        flags = getattr(result, "nsfw_content_detected", None)
        seconds = time.perf_counter() - began
        return MadePicture(picture, seed, call.settings, bool(flags and flags[0]), seconds)
