"""`refdesk doctor`: what runs where, and what is wrong."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.boundary import PROBLEM, SCHEMA, errors_in_words
from apps.cli.context import AsJson, CollectionName, ModelEngine, Verbose
from apps.cli.models import model_as_json
from apps.cli.screen import note, one_line, wrapped, write, write_json
from apps.collection_settings import settings_for
from apps.diagnosis_words import sections

if TYPE_CHECKING:
    from apps.diagnosis import Diagnosis


def doctor(
    speed: Annotated[
        bool, typer.Option("--speed/--no-speed", help="Measure tokens per second (loads the model).")
    ] = True,
    model: ModelEngine = None,
    collection: CollectionName = "default",
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Say what runs where and what is wrong.

    Versions, extras and how each is added, memory and what the models of a collection's settings take of it,
    model files, GPU, speed, all collections. Every speed is measured now, on this machine, with none, half
    and all of the model's layers on a GPU; where one was never run on a GPU it says so. Exit code 1 if
    something is wrong.

    \b
    Examples:
      refdesk doctor
      refdesk doctor --no-speed --json
    """
    with errors_in_words(as_json, verbose):
        from apps.diagnosis import diagnose

        found = diagnose(settings_for(collection, model).settings, speed, _tell)
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
    for section in sections(found):
        write(section.title, bold=True)
        for line in section.lines:
            write(f"  {one_line(line)}")
        for line in section.prose:
            write(wrapped(line, indent="  "))
    if found.problems:
        write(f"\nWrong ({len(found.problems)}):", bold=True)
        for problem in found.problems:
            write(f"  {one_line(problem)}")
    else:
        write("\nAll is well.")


def _as_json(found: Diagnosis) -> dict[str, object]:
    from dataclasses import asdict

    return {
        "schema": SCHEMA,
        "versions": dict(found.versions),
        "extras": [
            {
                "name": extra.name,
                "adds": extra.adds,
                "here": not extra.missing,
                "packages": dict(extra.packages),
                "command": extra.command,
            }
            for extra in found.extras
        ],
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
