"""What this machine has to compute with: cores, memory, and GPUs that an installed engine can really use."""

from __future__ import annotations

import importlib.util
import math
import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class MachineDescription:
    """Processor and memory, as far as this process may use them.

    `usable_cores` counts logical cores within affinity and container quota; the memory figures stay within a
    container's limit.
    """

    operating_system: str
    cpu_name: str
    logical_cores: int
    physical_cores: int
    usable_cores: int
    memory_total_bytes: int
    memory_available_bytes: int


@dataclass(frozen=True, slots=True)
class Acceleration:
    """What the installed engines can use besides the processor. None: that engine is not installed."""

    llama_gpu_offload: bool | None
    """Whether llama.cpp was built with a GPU backend; not whether a GPU is there."""
    cuda_devices: tuple[str, ...] | None
    """Names of the GPUs that torch sees."""
    metal: bool | None


def describe_machine() -> MachineDescription:
    """Processor and memory now. Takes milliseconds."""
    import psutil

    memory = psutil.virtual_memory()
    logical = psutil.cpu_count() or 1
    total, available = _within_container(memory.total, memory.available)
    return MachineDescription(
        operating_system=platform.platform(terse=True),
        cpu_name=_cpu_name(),
        logical_cores=logical,
        physical_cores=psutil.cpu_count(logical=False) or logical,
        usable_cores=usable_cores(),
        memory_total_bytes=total,
        memory_available_bytes=available,
    )


def describe_acceleration() -> Acceleration:
    """What llama.cpp and torch say of themselves. Imports both, which takes seconds."""
    cuda, metal = _torch_devices()
    return Acceleration(_llama_offload(), cuda, metal)


def usable_cores() -> int:
    """Cores that this process may run on, as affinity and control groups allow."""
    allowed = os.cpu_count() or 1
    if sys.platform == "linux":
        allowed = len(os.sched_getaffinity(0))
    return max(1, min(allowed, math.ceil(_cpu_quota(_read(Path("/sys/fs/cgroup/cpu.max"))))))


def _cpu_name() -> str:
    if sys.platform == "linux":
        for line in _read(Path("/proc/cpuinfo")).splitlines():
            key, _, value = line.partition(":")
            if key.strip() in {"model name", "Model"}:
                return value.strip()
    if sys.platform == "darwin":
        import subprocess

        command = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
        asked = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 # fixed words
        if asked.stdout.strip():
            return asked.stdout.strip()
    return platform.processor() or platform.machine() or "unknown"


def _cpu_quota(text: str) -> float:
    """Cores that a control group's `cpu.max` allows: "<microseconds or max> <period>"; no file, no limit."""
    fields = text.split()
    if len(fields) != 2 or not fields[0].isdigit():
        return sys.maxsize
    return int(fields[0]) / int(fields[1])


def _within_container(total: int, available: int) -> tuple[int, int]:
    limit = _read(Path("/sys/fs/cgroup/memory.max")).strip()
    used = _read(Path("/sys/fs/cgroup/memory.current")).strip()
    if not limit.isdigit() or not used.isdigit():
        return total, available
    return min(total, int(limit)), max(0, min(available, int(limit) - int(used)))


def _read(path: Path) -> str:
    """The file's text; empty where the system has no such file."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _llama_offload() -> bool | None:
    if importlib.util.find_spec("llama_cpp") is None:
        return None
    import llama_cpp

    return bool(llama_cpp.llama_supports_gpu_offload())


def _torch_devices() -> tuple[tuple[str, ...] | None, bool | None]:
    if importlib.util.find_spec("torch") is None:
        return None, None
    import torch

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    names = tuple(str(torch.cuda.get_device_name(number)) for number in range(count))
    return names, bool(torch.backends.mps.is_available())
