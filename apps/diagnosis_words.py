"""What `apps.diagnosis` found, in words: the same on the command line and on the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apps.sizes import gibibytes, megabytes

if TYPE_CHECKING:
    from apps.diagnosis import Diagnosis, ModelMemory
    from apps.extras import Extra
    from generators.text.speed import Speed
    from machine import Need


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, its lines, and `prose` below them: sentences, which are wrapped where they are shown."""

    title: str
    lines: tuple[str, ...] = ()
    prose: tuple[str, ...] = ()


def sections(found: Diagnosis) -> tuple[Section, ...]:
    """All of it but the problems, in the order in which it is read."""
    versions = ", ".join(f"{name} {version or 'missing'}" for name, version in found.versions)
    models = tuple(
        f"{state}: {model.id} ({megabytes(model.size_bytes)}{', needed by default' if model.default else ''})"
        for model, state in found.models
    )
    collections = tuple(
        f"{health.name}: {'; '.join(health.problems) or 'whole'}" for health in found.collections
    )
    return (
        Section("Versions", prose=(versions,)),
        Section("Extras", tuple(_extra_words(extra) for extra in found.extras)),
        Section("This machine", tuple(_machine_lines(found))),
        Section("Models", models),
        Section("Memory for models", tuple(_memory_lines(found.memory))),
        Section("GPU", tuple(acceleration_lines(found))),
        Section("Energy", prose=tuple(_energy_lines(found))),
        Section(
            f"Speed of {found.speed.engine}",
            tuple(_speed_words(one) for one in found.speed.speeds),
            (found.speed.note,),
        ),
        Section("Collections", collections or ("none yet",)),
    )


def _extra_words(extra: Extra) -> str:
    if not extra.missing:
        here = ", ".join(f"{name} {version}" for name, version in extra.packages)
        return f"here: {extra.name}, for {extra.adds} ({here})"
    absent = " and ".join(extra.missing)
    return f"not here: {extra.name}, for {extra.adds} (without {absent}): {extra.command}"


def _machine_lines(found: Diagnosis) -> list[str]:
    machine = found.machine
    return [
        machine.operating_system,
        f"{machine.cpu_name}: {machine.physical_cores} cores, {machine.logical_cores} logical, "
        f"{machine.usable_cores} usable here",
        f"Threads of the language model: {found.prompt_threads} for a prompt, "
        f"{' or '.join(map(str, found.token_threads))} for one token at a time, whichever is faster then",
        f"Memory: {gibibytes(machine.memory_available_bytes)} available of "
        f"{gibibytes(machine.memory_total_bytes)}",
        f"Data home: {found.home.folder} ({gibibytes(found.home.free_bytes)} free on its disk)",
        f"Evaluated instructions, for a quicker start: {megabytes(found.home.saved_prompts_bytes)} in "
        f"{found.home.saved_prompts} (safe to delete)",
    ]


def _memory_lines(memory: ModelMemory) -> list[str]:
    gpu = f", {gibibytes(memory.gpu_capacity_bytes)} of a GPU" if memory.gpu_capacity_bytes else ""
    together = (
        "all fit at once"
        if memory.fit
        else "they do not all fit at once: the least recently used leaves when another is needed"
    )
    return [
        f"{gibibytes(memory.capacity_bytes or 0)} at most{gpu}",
        *(f"{model.name}: {_need_words(model.need)}" for model in memory.models),
        f"Together: {together}",
        "What a call names besides, such as a ControlNet, is counted when it is loaded",
    ]


def _need_words(need: Need | None) -> str:
    if need is None:
        return "cannot be told, it is not here"
    where = " of a GPU" if need.pool == "gpu" else ""
    least = f", {gibibytes(need.bytes_at_least)} at least" if need.bytes_at_least < need.wanted_bytes else ""
    return f"{gibibytes(need.wanted_bytes)}{where}{least}"


def acceleration_lines(found: Diagnosis) -> list[str]:
    here = found.acceleration
    offload = {
        None: "llama.cpp is not installed",
        True: "llama.cpp: GPU offload is built in",
        False: "llama.cpp: GPU offload is not built in (`make gpu` builds it where there is a GPU)",
    }[here.llama_gpu_offload]
    if here.cuda_devices is None:
        return [offload, "torch is not installed"]
    seen = ", ".join(here.cuda_devices) or ("Apple's GPU (Metal)" if here.metal else "no GPU")
    return [offload, f"torch sees: {seen}"]


def _energy_lines(found: Diagnosis) -> list[str]:
    counted = ", ".join(counter.name for counter in found.energy.counters)
    return [*([f"Counted: {counted}"] if counted else []), *found.energy.missing]


def _speed_words(speed: Speed) -> str:
    where = f"{speed.layers} of {speed.total_layers} layers on a GPU"
    if speed.prompt_tokens_per_second is None or speed.generated_tokens_per_second is None:
        return f"{where}: {speed.note}"
    return (
        f"{where}: {speed.prompt_tokens_per_second:.1f} prompt tokens/s, "
        f"{speed.generated_tokens_per_second:.1f} generated tokens/s, "
        f"loaded in {speed.load_seconds or 0:.2f} s ({speed.note})"
    )
