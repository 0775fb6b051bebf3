"""How much memory there is for models: the machine's own, and the GPU's."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import Literal, Protocol

from machine.devices import describe_machine
from machine.errors import MachineError

#: `memory` is what the processor works in.
Pool = Literal["memory", "gpu"]
POOLS: tuple[Pool, ...] = ("memory", "gpu")
#: Gigabytes of main memory that models may take together.
LIMIT_VARIABLE = "REFDESK_MODEL_MEMORY_GB"

#: Left to the rest of the process and the system.
_SHARE_FOR_MODELS = 0.9
_MIB = 2**20


@dataclass(frozen=True, slots=True)
class Need:
    """What a model takes of one pool once it is loaded.

    `least_bytes`: with how little it still works, slower, where files are read as they are needed or parts
    stay off the GPU. None: with all of it or not at all.
    """

    wanted_bytes: int
    least_bytes: int | None = None
    pool: Pool = "memory"

    @property
    def bytes_at_least(self) -> int:
        return self.wanted_bytes if self.least_bytes is None else min(self.least_bytes, self.wanted_bytes)


class MemoryBudget(Protocol):
    """What models may take, asked anew each time one is to be loaded."""

    def capacity_bytes(self, pool: Pool) -> int | None:
        """All that models may ever take of the pool together; None where nobody can say."""
        ...

    def free_bytes(self, pool: Pool) -> int | None:
        """What nobody has taken now, other programs counted."""
        ...


class MachineBudget:
    """This machine's: nine tenths of its memory, or what the environment says; all of a GPU.

    The GPU is NVIDIA's, asked through `nvidia-smi`: no library need be loaded to know how full it is. Of
    others (Vulkan, ROCm) nobody can say.
    """

    def capacity_bytes(self, pool: Pool) -> int | None:
        if pool == "gpu":
            return _gpu_bytes("memory.total")
        said = os.environ.get(LIMIT_VARIABLE)
        return int(_SHARE_FOR_MODELS * describe_machine().memory_total_bytes) if not said else _limit(said)

    def free_bytes(self, pool: Pool) -> int | None:
        return _gpu_bytes("memory.free") if pool == "gpu" else describe_machine().memory_available_bytes


def gpu_pool() -> Pool:
    """What a model on a GPU is counted in: Apple's GPUs share the machine's memory."""
    return "memory" if sys.platform == "darwin" else "gpu"


def give_back() -> None:
    """Hand what freed models leave in the libraries' own stores back to the system and the driver."""
    gc.collect()  # pipelines of models hold themselves in circles
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        torch.cuda.empty_cache()
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # other C libraries than glibc have no such call
            ctypes.CDLL(None).malloc_trim(0)


def _limit(said: str) -> int:
    try:
        gigabytes = float(said)
    except ValueError:
        gigabytes = 0.0
    if not 0.0 < gigabytes < 1e6:  # which NaN is not either
        raise MachineError(f"{LIMIT_VARIABLE} is {said!r}; it must be a number of gigabytes above 0.")
    return int(gigabytes * 1e9)


def _gpu_bytes(what: Literal["memory.total", "memory.free"]) -> int | None:
    """Of the first GPU that this process may use, which torch and llama.cpp take first."""
    command = shutil.which("nvidia-smi")
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    first = None if visible is None else visible.partition(",")[0].strip()
    if command is None or first in ("", "-1"):
        return None
    which = [] if first is None else [f"--id={first}"]
    try:
        asked = subprocess.run(  # noqa: S603 # fixed words, and the name of a device
            [command, *which, f"--query-gpu={what}", "--format=csv,noheader,nounits"],
            capture_output=True,
            text=True,
            check=False,
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    told = asked.stdout.strip().partition("\n")[0].strip()
    return int(told) * _MIB if asked.returncode == 0 and told.isdigit() else None
