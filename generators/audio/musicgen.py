"""MusicGen (https://arxiv.org/abs/2306.05284), through transformers."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generators.audio.music import (
    MadeSound,
    MusicRequest,
    StepCounter,
    check_length,
    stopped_after,
    uncounted,
)
from generators.audio.musicgen_files import MusicgenFiles, find_musicgen
from generators.audio.musicgen_loading import LoadedMusicgen, load_musicgen
from generators.devices import Device
from generators.errors import GenerationFailed, GeneratorError, PromptTooLong

if TYPE_CHECKING:
    from generators.audio.protocol import Samples

_GUIDANCE, _TEMPERATURE, _TOP_K = 3.0, 1.0, 250  # the authors'; used where the model's files name none
_NO_GUIDANCE = 1.0


class MusicgenMaker:
    """A MusicMaker over a model that transformers saved, which is loaded when first needed.

    `name` is its folder, or `owner/name` on the hub; only with `fetch` is a connection opened.
    """

    def __init__(self, name: str, *, device: Device = "auto", fetch: bool = False) -> None:
        self._name = name
        self._device = device
        self._fetch = fetch
        self._lock = threading.RLock()
        self._closed = False

    @property
    def id(self) -> str:
        local = Path(self._name).expanduser()
        # Where it lies is nobody's business but its owner's, and this goes into the files.
        return f"musicgen:{local.resolve().name if local.exists() else self._name}"

    @property
    def longest_seconds(self) -> float:
        loaded = self._load()
        return loaded.most_frames / loaded.frame_rate

    @cached_property
    def files(self) -> MusicgenFiles:
        """What will be loaded. Raises ModelUnusable and HubUnreachable."""
        return find_musicgen(self._name, fetch=self._fetch)

    def make(
        self,
        request: MusicRequest,
        progress: StepCounter = uncounted,
        cancelled: Callable[[], bool] = lambda: False,
        begun: Callable[[], None] = lambda: None,
    ) -> MadeSound:
        with self._lock:
            loaded = self._load()
            check_length(request, self.longest_seconds, self.id)
            prompt = _prompt_tokens(request.prompt, loaded)
            begun()
            began = time.perf_counter()
            options = _options(request, loaded)
            sound = self._play(loaded, prompt, options, request.seed, progress, cancelled)
            samples = _samples(sound, round(request.seconds * loaded.sample_rate))
            settings = {
                "seconds": f"{request.seconds:g}",
                "guidance scale": f"{options['guidance_scale']:g}",
                "temperature": f"{options['temperature']:g}",
                "top k": str(options["top_k"]),
                "computed on": loaded.device,
            }
            return MadeSound(
                samples, loaded.sample_rate, tuple(settings.items()), time.perf_counter() - began
            )

    def close(self) -> None:
        """Lets go of the model."""
        with self._lock:
            self._closed = True
            self.__dict__.pop("_loaded", None)

    def _load(self) -> LoadedMusicgen:
        with self._lock:
            if self._closed:
                raise GenerationFailed("This music engine was closed. Build a new one.")
            return self._loaded

    @cached_property
    def _loaded(self) -> LoadedMusicgen:
        return load_musicgen(self.files, self._device)

    def _play(
        self,
        loaded: LoadedMusicgen,
        prompt: dict[str, Any],
        options: dict[str, Any],
        seed: int,
        progress: StepCounter,
        cancelled: Callable[[], bool],
    ) -> Any:
        """Float [channels, samples] on the model's device."""
        import torch
        from transformers import StoppingCriteriaList

        steps = options["max_new_tokens"]
        step = 0

        def after_step(codes: Any, *_: Any, **__: Any) -> Any:
            nonlocal step
            step += 1
            progress(step, steps)
            if cancelled():
                # Ending by the library's own flag would still decode, and codebooks would differ in length.
                raise GenerationFailed(stopped_after(step, steps))
            return torch.zeros(codes.shape[0], dtype=torch.bool, device=codes.device)

        if cancelled():
            raise GenerationFailed(stopped_after(0, steps))
        cuda = [torch.cuda.current_device()] if loaded.device == "cuda" else []
        try:
            # The library draws from the generator that all share; it is as it was afterwards.
            with torch.inference_mode(), torch.random.fork_rng(devices=cuda):
                torch.manual_seed(seed)
                made = loaded.model.generate(
                    **prompt, **options, stopping_criteria=StoppingCriteriaList([after_step])
                )
        except GeneratorError:
            raise
        except torch.OutOfMemoryError as error:
            raise GenerationFailed(
                "The memory of the device is not enough for a sound of this length. Ask for a shorter one, "
                "or for --device cpu."
            ) from error
        except (RuntimeError, ValueError, TypeError, IndexError) as error:
            raise GenerationFailed(f"The music engine stopped: {error}") from error
        return made[0]


def _options(request: MusicRequest, loaded: LoadedMusicgen) -> dict[str, Any]:
    """What decides the sound. The codebooks begin one after the other, so the last ends so many steps later;
    fewer frames than codebooks are not played right, so more are played and cut off."""
    custom = loaded.model.generation_config
    frames = max(math.ceil(request.seconds * loaded.frame_rate - 1e-6), loaded.delayed_codebooks)
    guidance = _first(request.guidance_scale, custom.guidance_scale, _GUIDANCE)
    return {
        "do_sample": True,
        "guidance_scale": max(guidance, _NO_GUIDANCE),
        "temperature": float(_first(request.temperature, custom.temperature, _TEMPERATURE)),
        "top_k": int(_first(request.top_k, custom.top_k, _TOP_K)),
        "max_new_tokens": frames + loaded.delayed_codebooks - 1,
    }


def _first(*values: float | None) -> float:
    return next(value for value in values if value is not None)


def _prompt_tokens(prompt: str, loaded: LoadedMusicgen) -> dict[str, Any]:
    """Raises PromptTooLong where the text encoder would read more than it was trained for."""
    text = prompt.encode("utf-8", errors="replace").decode("utf-8")
    tokens = loaded.tokenizer(text, return_tensors="pt", truncation=False, verbose=False)
    count = tokens["input_ids"].shape[-1]
    if count > loaded.most_prompt_tokens:
        raise PromptTooLong(
            f"The prompt comes to {count} tokens, and the model reads {loaded.most_prompt_tokens}. "
            "Shorten it.",
            loaded.most_prompt_tokens / count,
        )
    return {name: tokens[name].to(loaded.device) for name in ("input_ids", "attention_mask")}


def _samples(sound: Any, count: int) -> Samples:
    """So many float32 samples of one channel or two. What is too loud is made quieter as a whole, not cut."""
    import numpy as np

    samples = sound.float().cpu().numpy().T[:count]
    if not np.isfinite(samples).all():
        raise GenerationFailed(
            "The model made no sound but numbers that are none. Try another seed, or --device cpu, which "
            "computes in full precision."
        )
    made: Samples = np.ascontiguousarray(
        samples[:, 0] if samples.shape[1] == 1 else samples, dtype=np.float32
    )
    return made / max(1.0, float(np.abs(made).max(initial=0.0)))
