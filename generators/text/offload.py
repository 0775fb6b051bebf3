"""How many of a model's layers go to the GPU: tried, not guessed, and never silently fewer."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, Protocol

from generators.text.gguf import read_gguf_header
from generators.text.llama_library import LlamaBuild, read_build
from generators.text.probe import Probe, Trial, try_in_child

GpuLayers = int | Literal["auto"]

#: Raise it when what a remembered plan means changes.
_FORMAT = 1
_FILE = "offload-plans.json"
#: With this much more memory free than when a plan was made, more layers may fit.
_WORTH_ANOTHER_TRY = 1.25


@dataclass(frozen=True, slots=True)
class Attempt:
    """One number of layers, tried."""

    layers: int
    worked: bool
    reason: str


@dataclass(frozen=True, slots=True)
class OffloadPlan:
    """`layers` of `total_layers` go to the GPU; `reason` says why in words, `attempts` what was tried.

    The total counts the output layer, as llama.cpp does. `remembered` plans were not tried anew.
    """

    layers: int
    total_layers: int
    can_offload: bool
    reason: str
    attempts: tuple[Attempt, ...] = ()
    remembered: bool = False


class Planner(Protocol):
    """Makes the plan when the model is about to be loaded; `fresh` distrusts what was remembered."""

    def __call__(self, *, fresh: bool) -> OffloadPlan: ...


def processor_only(*, fresh: bool) -> OffloadPlan:  # noqa: ARG001 - the Planner seam's argument
    """The Planner for those who want no GPU."""
    return OffloadPlan(0, 0, False, "All layers run on the processor: no offload was asked for.")


def fit_gpu_layers(
    path: Path,
    context_tokens: int,
    cache_folder: Path,
    *,
    wanted: GpuLayers = "auto",
    fresh: bool = False,
    probe: Probe = try_in_child,
    build: Callable[[], LlamaBuild] = read_build,
) -> OffloadPlan:
    """All layers where the build can offload and memory allows, fewer where not, none on a processor.

    `auto` tries all, three quarters, half, a quarter, each in a child process, until one works; the
    result is remembered in `cache_folder` for this file, library, context and device. A number is
    taken as it is. Raises ModelUnusable for a file that is no model.
    """
    total = read_gguf_header(path).layers + 1
    here = build()
    if not here.can_offload:
        reason = (
            f"This llama-cpp-python ({here.version}) is built without GPU support: the processor does all."
        )
        if wanted != "auto" and wanted > 0:
            reason = f"{wanted} layers on the GPU were asked for. {reason} `make gpu` builds it anew."
        return OffloadPlan(0, total, False, reason)
    if wanted != "auto":
        layers = max(0, min(wanted, total))
        return OffloadPlan(layers, total, True, f"{layers} of {total} layers on the GPU, as set; not tried.")
    if not here.devices:
        return OffloadPlan(
            0, total, True, "The build can use a GPU, but found none here: the processor does all."
        )
    memory = _PlanMemory(cache_folder / _FILE, _key(path, context_tokens, here))
    free_bytes = sum(device.free_bytes for device in here.devices)
    if not fresh and (known := memory.recall(total, free_bytes)):
        return known
    plan = _try_out(Trial(path, total, context_tokens), probe)
    problem = memory.keep(plan, free_bytes)
    return replace(plan, reason=f"{plan.reason} {problem}".strip())


def _try_out(all_layers: Trial, probe: Probe) -> OffloadPlan:
    total = all_layers.layers
    attempts: list[Attempt] = []
    for layers in sorted({total, total * 3 // 4, total // 2, total // 4} - {0}, reverse=True):
        result = probe(replace(all_layers, layers=layers))
        attempts.append(Attempt(layers, result.worked, result.reason))
        if result.worked:
            return OffloadPlan(layers, total, True, _explain(layers, total, attempts), tuple(attempts))
    return OffloadPlan(0, total, True, _explain(0, total, attempts), tuple(attempts))


def _explain(layers: int, total: int, attempts: list[Attempt]) -> str:
    taken = f"{layers} of {total} layers on the GPU" if layers else "No layer on the GPU"
    failures = "; ".join(f"{attempt.layers} {attempt.reason}" for attempt in attempts if not attempt.worked)
    return f"{taken}. Tried before: {failures}." if failures else f"{taken}: tried, and they fit."


def _key(path: Path, context_tokens: int, build: LlamaBuild) -> str:
    facts = path.stat()
    devices = ", ".join(f"{device.description} {device.total_bytes}" for device in build.devices)
    return (
        f"{path.name} {facts.st_size} {facts.st_mtime_ns} | llama-cpp-python {build.version} | "
        f"{context_tokens} | {devices}"
    )


class _PlanMemory:
    """Plans in a small JSON file. A file that is missing or makes no sense is as good as empty."""

    def __init__(self, path: Path, key: str) -> None:
        self._path = path
        self._key = key

    def recall(self, total_layers: int, free_bytes: int) -> OffloadPlan | None:
        """The plan, unless so much less or more memory is free now that it may not hold."""
        try:
            entry = self._read()[self._key]
            layers, then_free = entry["layers"], entry["free_bytes"]
            attempts = tuple(
                Attempt(int(item["layers"]), item["worked"] is True, str(item["reason"]))
                for item in entry["attempts"]
            )
            reason = str(entry["reason"])
        except (KeyError, TypeError, ValueError):
            return None
        if not isinstance(layers, int) or not 0 <= layers <= total_layers or free_bytes < then_free:
            return None
        if layers < total_layers and free_bytes > then_free * _WORTH_ANOTHER_TRY:
            return None
        reason = f"{reason} Remembered from an earlier start."
        return OffloadPlan(layers, total_layers, True, reason, attempts, remembered=True)

    def keep(self, plan: OffloadPlan, free_bytes: int) -> str:
        """Write the plan; words for the plan's reason where that fails."""
        try:
            entries = self._read()
        except ValueError:
            entries = {}
        entries[self._key] = {
            "layers": plan.layers,
            "free_bytes": free_bytes,
            "reason": plan.reason,
            "attempts": [asdict(attempt) for attempt in plan.attempts],
        }
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            _write_whole(self._path, json.dumps({"format": _FORMAT, "plans": entries}, indent=1))
        except OSError as error:
            return f"It could not be remembered in {self._path}: {error.strerror}."
        return ""

    def _read(self) -> dict[str, Any]:
        """Raises ValueError where the file is no such file."""
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
        except OSError:
            return {}
        if not isinstance(content, dict) or content.get("format") != _FORMAT:
            raise ValueError("another format")
        plans = content.get("plans")
        if not isinstance(plans, dict):
            raise ValueError("no plans")
        return plans


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that no reader ever sees half of it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
