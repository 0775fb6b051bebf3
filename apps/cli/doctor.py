"""`refdesk doctor`: what runs where, and what is wrong."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.boundary import PROBLEM, SCHEMA, errors_in_words
from apps.cli.context import AsJson, ModelEngine, Verbose
from apps.cli.models import model_as_json
from apps.cli.screen import megabytes, note, one_line, wrapped, write, write_json
from apps.settings import settings_from

if TYPE_CHECKING:
    from apps.diagnosis import Diagnosis, ModelMemory
    from generators.text.speed import Speed
    from machine import Need


def doctor(
    speed: Annotated[
        bool, typer.Option("--speed/--no-speed", help="Measure tokens per second (loads the model).")
    ] = True,
    model: ModelEngine = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Say what runs where and what is wrong.

    Versions, memory and what models take of it, model files, GPU, speed, collections. Every speed is
    measured now, on this machine, with none, half and all of the model's layers on a GPU; where one was never
    run on a GPU it says so. Exit code 1 if something is wrong.

    \b
    Examples:
      refdesk doctor
      refdesk doctor --no-speed --json
    """
    with errors_in_words(as_json, verbose):
        from apps.diagnosis import diagnose

        found = diagnose(settings_from(model), speed, _tell)
        if as_json:
            write_json(_as_json(found))
        else:
            _write(found)
        if found.problems:
            raise typer.Exit(PROBLEM)


def _tell(what: str) -> None:
    if sys.stderr.isatty():
        note(f"{what} ...")


def _write(found: Diagnosis) -> None:
    write("Versions", bold=True)
    versions = [f"{name} {version or 'missing'}" for name, version in found.versions]
    write(wrapped(", ".join(versions), indent="  "))
    write("This machine", bold=True)
    for line in _machine_lines(found):
        write(f"  {one_line(line)}")
    write("Models", bold=True)
    for model, state in found.models:
        needed = ", needed by default" if model.default else ""
        write(f"  {state}: {model.id} ({megabytes(model.size_bytes)}{needed})")
    write("Memory for models", bold=True)
    for line in _memory_lines(found.memory):
        write(f"  {one_line(line)}")
    write("GPU", bold=True)
    for line in _acceleration_lines(found):
        write(f"  {one_line(line)}")
    write("Energy", bold=True)
    for line in _energy_lines(found):
        write(wrapped(line, indent="  "))
    write(f"Speed of {found.speed.engine}", bold=True)
    for one in found.speed.speeds:
        write(f"  {_speed_words(one)}")
    write(wrapped(found.speed.note, indent="  "))
    write("Collections", bold=True)
    for health in found.collections:
        write(f"  {one_line(health.name)}: {'; '.join(health.problems) or 'whole'}")
    if not found.collections:
        write("  none yet")
    if found.problems:
        write(f"\nWrong ({len(found.problems)}):", bold=True)
        for problem in found.problems:
            write(f"  {one_line(problem)}")
    else:
        write("\nAll is well.")


def _machine_lines(found: Diagnosis) -> list[str]:
    machine = found.machine
    return [
        machine.operating_system,
        f"{machine.cpu_name}: {machine.physical_cores} cores, {machine.logical_cores} logical, "
        f"{machine.usable_cores} usable here",
        f"Threads of the language model: {found.prompt_threads} for a prompt, "
        f"{' or '.join(map(str, found.token_threads))} for one token at a time, whichever is faster then",
        f"Memory: {_gib(machine.memory_available_bytes)} available of {_gib(machine.memory_total_bytes)}",
        f"Data home: {found.home.folder} ({_gib(found.home.free_bytes)} free on its disk)",
        f"Evaluated instructions, for a quicker start: {megabytes(found.home.saved_prompts_bytes)} in "
        f"{found.home.saved_prompts} (safe to delete)",
    ]


def _memory_lines(memory: ModelMemory) -> list[str]:
    gpu = f", {_gib(memory.gpu_capacity_bytes)} of a GPU" if memory.gpu_capacity_bytes else ""
    together = (
        "all fit at once"
        if memory.fit
        else "they do not all fit at once: the least recently used leaves when another is needed"
    )
    return [
        f"{_gib(memory.capacity_bytes)} at most{gpu}",
        *(f"{model.name}: {_need_words(model.need)}" for model in memory.models),
        f"Together: {together}",
    ]


def _need_words(need: Need | None) -> str:
    if need is None:
        return "cannot be told, it is not here"
    where = " of a GPU" if need.pool == "gpu" else ""
    least = f", {_gib(need.bytes_at_least)} at least" if need.bytes_at_least < need.wanted_bytes else ""
    return f"{_gib(need.wanted_bytes)}{where}{least}"


def _acceleration_lines(found: Diagnosis) -> list[str]:
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


def _gib(size_bytes: int) -> str:
    return f"{size_bytes / 2**30:.1f} GiB"


def _as_json(found: Diagnosis) -> dict[str, object]:
    from dataclasses import asdict

    return {
        "schema": SCHEMA,
        "versions": dict(found.versions),
        "home": {
            "folder": str(found.home.folder),
            "free_bytes": found.home.free_bytes,
            "saved_prompts": str(found.home.saved_prompts),
            "saved_prompts_bytes": found.home.saved_prompts_bytes,
        },
        "machine": asdict(found.machine),
        "threads": {"prompt": found.prompt_threads, "generation": list(found.token_threads)},
        "acceleration": asdict(found.acceleration),
        "energy": {
            "counted": [counter.name for counter in found.energy.counters],
            "missing": list(found.energy.missing),
        },
        "memory": asdict(found.memory),
        "models": [model_as_json(model, state) for model, state in found.models],
        "speed": {
            "engine": found.speed.engine,
            "note": found.speed.note,
            "measured": [asdict(speed) for speed in found.speed.speeds],
        },
        "collections": [
            {"name": health.name, "problems": list(health.problems)} for health in found.collections
        ],
        "problems": list(found.problems),
    }
