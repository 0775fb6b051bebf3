"""Music as a tool: from a request to a file that says what it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from generators.audio.music import MadeSound, MusicMaker, MusicRequest, StepCounter, uncounted
from generators.audio.sound_files import check_sound_place, open_sound
from generators.effort import Effort, EffortMeter
from generators.fitting_prompts import made_with_what_fits
from generators.making import Making
from generators.safety import SafetyGate, SafetySettings
from machine import Energy, EnergyMeter


@dataclass(frozen=True, slots=True)
class ComposedFile:
    """A file of music or sound. `seconds` is how long it sounds; what the work took stands in `making`."""

    path: Path
    seconds: float
    making: Making


def compose(
    maker: MusicMaker,
    request: MusicRequest,
    out: Path,
    *,
    gate: SafetyGate | None = None,
    sources: Sequence[str] = (),
    model_sha256: Callable[[], str | None] = lambda: None,
    overwrite: bool = False,
    shorten: bool = False,
    progress: StepCounter = uncounted,
    cancelled: Callable[[], bool] = lambda: False,
    meter: EnergyMeter | None = None,
) -> ComposedFile:
    """Make the request's sound and write it as WAV, FLAC or Ogg (by the name's ending), with how it was made.

    `sources` are the documents and pages that the prompt was shaped from. With `shorten` a prompt that is
    longer than the model reads is cut at its end, and how the sound was made says to what. `model_sha256` may
    read gigabytes, and is asked once there is a sound to write. Where it is cancelled, or fails, no file is
    left and one that was there stays. Raises what `MusicMaker.make` does, PromptRefused, RequestUnusable for
    a file that is there already or a place that takes none, and what `open_sound` raises.
    """
    gate = gate or SafetyGate(SafetySettings(), maker="music")
    check_sound_place(out, overwrite=overwrite)
    gate.check_prompt(request.prompt, maker.id)
    effort = EffortMeter(meter)

    def stepped(step: int, steps: int) -> None:
        effort.look()
        progress(step, steps)

    def made_of(prompt: str) -> MadeSound:
        wanted = request if prompt == request.prompt else replace(request, prompt=prompt)
        return maker.make(wanted, stepped, cancelled, effort.begun)

    if shorten:
        made, prompt = made_with_what_fits(made_of, request.prompt)
        request = replace(request, prompt=prompt)
    else:
        made = made_of(request.prompt)
    playing, loading = effort.making().energy, effort.loading
    making = _making(made, request, maker.id, tuple(sources), model_sha256(), playing, loading)
    channels = 1 if made.samples.ndim == 1 else made.samples.shape[1]
    with open_sound(out, made.sample_rate, channels) as sink:
        sink.write(made.samples)
        sink.finish(making)
    return ComposedFile(out, made.seconds, making)


def _making(
    made: MadeSound,
    request: MusicRequest,
    model: str,
    sources: tuple[str, ...],
    model_sha256: str | None,
    energy: Energy,
    loading: Effort,
) -> Making:
    return Making(
        maker="music",
        model=model,
        prompt=request.prompt.encode("utf-8", errors="replace").decode("utf-8"),
        settings=dict(made.settings),
        seed=request.seed,
        sources=sources,
        model_sha256=model_sha256,
        seconds=None if made.work_seconds is None else round(made.work_seconds, 3),
        energy_joules=energy.joules,
        energy_of=energy.of,
        loading_seconds=loading.seconds,
        loading_energy_joules=loading.energy.joules,
    )
