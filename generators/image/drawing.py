"""Drawing as a tool: from a request to files that say what they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from generators.effort import Effort, EffortMeter
from generators.errors import GenerationFailed, PromptRefused
from generators.fitting_prompts import made_with_what_fits
from generators.image.picture_files import check_picture_name, write_picture
from generators.image.protocol import (
    ImageMaker,
    ImageRequest,
    MadePicture,
    MadePictures,
    StepDone,
    StepListener,
    unheard,
)
from generators.made_places import check_place
from generators.making import Making
from generators.safety import SafetyGate, SafetySettings
from machine import Energy, EnergyMeter


@dataclass(frozen=True, slots=True)
class DrawnFile:
    """One picture on the disk, and the note that is in it."""

    path: Path
    making: Making


@dataclass(frozen=True, slots=True)
class DrawnFiles:
    """What was written, in order of the seeds. `interrupted`: there were to be more. `flagged`: not kept."""

    files: tuple[DrawnFile, ...]
    interrupted: bool = False
    flagged: int = 0


def draw(
    maker: ImageMaker,
    request: ImageRequest,
    out: Path,
    *,
    gate: SafetyGate | None = None,
    sources: tuple[str, ...] = (),
    model_sha256: Callable[[], str | None] = lambda: None,
    overwrite: bool = False,
    shorten: bool = False,
    progress: StepListener = unheard,
    cancelled: Callable[[], bool] = lambda: False,
    meter: EnergyMeter | None = None,
) -> DrawnFiles:
    """Make the request's pictures and write them, each with how it was made.

    One picture goes to `out`, several to `out` with -1, -2 before the ending. `sources` are the documents and
    pages that the prompt was shaped from. With `shorten` a prompt that is longer than the model reads is cut
    at its end, and how the pictures were made says to what. `model_sha256` may read gigabytes, and is asked
    once there is a picture to write. Raises what `ImageMaker.make` does, PromptRefused, RequestUnusable for a
    file that is there already, a place that takes none or a name of no format, and GenerationFailed where a
    picture cannot be written.
    """
    gate = gate or SafetyGate(SafetySettings())
    places = check_picture_places(out, request.count, overwrite=overwrite)
    gate.check_prompt(request.prompt, maker.id)
    effort = EffortMeter(meter)

    def stepped(step: StepDone) -> None:
        effort.look()
        progress(step)

    def made_of(prompt: str) -> MadePictures:
        wanted = request if prompt == request.prompt else replace(request, prompt=prompt)
        return maker.make(wanted, stepped, cancelled, effort.begun)

    if shorten:
        made, prompt = made_with_what_fits(made_of, request.prompt)
        request = replace(request, prompt=prompt)
    else:
        made = made_of(request.prompt)
    together = max(1, len(made.pictures))
    drawing = effort.making().share(together)
    loading = effort.loading.share(together)
    kept = [(place, one) for place, one in zip(places, made.pictures, strict=False) if not one.flagged]
    written = []
    sha256 = model_sha256() if kept else None
    for place, one in kept:
        making = _making(one, request, maker.id, sources, sha256, drawing.energy, loading)
        try:
            write_picture(one.picture, place, making)
        except OSError as error:
            raise GenerationFailed(
                f"{place} could not be written: {error.strerror or error}. Make room on the disk, or name "
                f"another place. Seed {one.seed} draws it again."
            ) from error
        written.append(DrawnFile(place, making))
    flagged = len(made.pictures) - len(kept)
    for _ in range(flagged):
        gate.log_flagged(request.prompt, maker.id)
    if flagged and not written:
        raise PromptRefused("Drawn, but not kept: the model's own safety checker flagged what was made.")
    return DrawnFiles(tuple(written), made.interrupted, flagged)


def check_picture_places(out: Path, count: int, *, overwrite: bool) -> list[Path]:
    """Where so many pictures are to lie. Raises RequestUnusable, before the work, for one that cannot be."""
    places = _places(out, count)
    for place in places:
        check_picture_name(place)
        check_place(place, overwrite=overwrite)
    return places


def _places(out: Path, count: int) -> list[Path]:
    if count == 1:
        return [out]
    return [out.with_name(f"{out.stem}-{number}{out.suffix}") for number in range(1, count + 1)]


def _making(
    one: MadePicture,
    request: ImageRequest,
    model: str,
    sources: tuple[str, ...],
    model_sha256: str | None,
    energy: Energy,
    loading: Effort,
) -> Making:
    return Making(
        maker="image",
        model=model,
        prompt=request.prompt,
        settings=dict(one.settings),
        seed=one.seed,
        sources=sources,
        model_sha256=model_sha256,
        seconds=None if one.seconds is None else round(one.seconds, 3),
        energy_joules=energy.joules,
        energy_of=energy.of,
        loading_seconds=loading.seconds,
        loading_energy_joules=loading.energy.joules,
    )
