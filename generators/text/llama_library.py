"""llama.cpp's library: imported once, silent, and asked what it was built for."""

from __future__ import annotations

import ctypes
import os
import sys
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generators.errors import EngineMissing

#: ggml's own numbers (ggml.h): 3 is a warning, 4 an error, 5 goes on with the line before.
_ERROR, _CONTINUED = 4, 5
#: How often llama.cpp's threads look whether the others are done before they sleep. libgomp's own
#: 300,000 make it nearly stand still when another process is busy: beside one, on two cores, 2.4
#: generated tokens/s against 13 with 1,000, and no difference (28 and 29) on an idle machine.
_SPIN_COUNT = "1000"
_GPU_KINDS = (1, 2)  # ggml_backend_dev_type: GPU, integrated GPU


@dataclass(frozen=True, slots=True)
class Device:
    """A device that layers can be put on."""

    description: str
    free_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class LlamaBuild:
    """What the installed llama-cpp-python is."""

    version: str
    can_offload: bool
    devices: tuple[Device, ...]
    processor_features: str


class _NativeLog:
    """Keeps the last error lines of llama.cpp for messages; shows nothing unless told to."""

    def __init__(self) -> None:
        self.echo = False
        self._lines: deque[str] = deque(maxlen=8)
        self._level = 0
        #: ctypes does not keep the callback alive; llama.cpp calls it until the process ends.
        self.callback: Any = None

    def take(self, level: int, text: bytes, _data: object) -> None:
        if level != _CONTINUED:
            self._level = level
        if self._level != _ERROR:
            return
        line = text.decode("utf-8", "replace")
        if level == _CONTINUED and self._lines:
            self._lines[-1] += line
        else:
            self._lines.append(line)
        if self.echo:
            sys.stderr.write(line)
            sys.stderr.flush()

    def drain(self) -> tuple[str, ...]:
        lines = tuple(line.strip() for line in self._lines if line.strip())
        self._lines.clear()
        return lines


_log = _NativeLog()


def open_library(*, echo_errors: bool = False) -> Any:
    """The functions of llama.h. Raises EngineMissing."""
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", _SPIN_COUNT)  # read when libgomp is loaded
    try:
        from llama_cpp import llama_cpp as library
    except (ImportError, OSError, RuntimeError) as error:
        raise EngineMissing(
            f"llama-cpp-python is not installed or does not load here ({error}). "
            "Install it with `pip install llama-cpp-python`, or set the engine to `extractive`."
        ) from error
    _log.echo = _log.echo or echo_errors
    first = _log.callback is None
    if first:
        _log.callback = library.llama_log_callback(_log.take)
    # Set at each opening: importing llama_cpp's own Llama class elsewhere sets another one.
    library.llama_log_set(_log.callback, ctypes.c_void_p(0))
    if first:
        library.llama_backend_init()  # a CUDA build lists its devices here
    return library


def taken_errors() -> tuple[str, ...]:
    """The error lines since the last call, oldest first."""
    return _log.drain()


def read_build() -> LlamaBuild:
    """Raises EngineMissing."""
    import llama_cpp

    library = open_library()
    return LlamaBuild(
        version=str(llama_cpp.__version__),
        can_offload=bool(library.llama_supports_gpu_offload()),
        devices=_read_devices(),
        processor_features=library.llama_print_system_info().decode("utf-8", "replace").strip(" |"),
    )


def build_fingerprint() -> str:
    """Changes with all of the library that may change, in the last digits, what a model computes.

    Its version, its files' names, sizes and times, the processor's features that it uses, and the GPUs it
    sees. Raises EngineMissing.
    """
    import llama_cpp

    build = read_build()
    files = []
    for file in sorted((Path(llama_cpp.__file__).parent / "lib").glob("*")):
        status = file.stat()
        files.append(f"{file.name} {status.st_size} {status.st_mtime_ns}")
    devices = [device.description for device in build.devices]
    return "\n".join([build.version, build.processor_features, *devices, *files])


def _read_devices() -> tuple[Device, ...]:
    """The GPUs that ggml sees; none where its functions cannot be reached."""
    try:
        from llama_cpp._ggml import libggml as ggml

        ggml.ggml_backend_dev_count.restype = ctypes.c_size_t
        ggml.ggml_backend_dev_get.argtypes = [ctypes.c_size_t]
        ggml.ggml_backend_dev_get.restype = ctypes.c_void_p
        ggml.ggml_backend_dev_type.argtypes = [ctypes.c_void_p]
        ggml.ggml_backend_dev_description.argtypes = [ctypes.c_void_p]
        ggml.ggml_backend_dev_description.restype = ctypes.c_char_p
        size = ctypes.POINTER(ctypes.c_size_t)
        ggml.ggml_backend_dev_memory.argtypes = [ctypes.c_void_p, size, size]
    except (ImportError, AttributeError):  # a private corner of llama-cpp-python, which may move
        return ()
    devices = []
    for index in range(ggml.ggml_backend_dev_count()):
        device = ggml.ggml_backend_dev_get(index)
        if ggml.ggml_backend_dev_type(device) in _GPU_KINDS:
            free, total = ctypes.c_size_t(), ctypes.c_size_t()
            ggml.ggml_backend_dev_memory(device, ctypes.byref(free), ctypes.byref(total))
            description = ggml.ggml_backend_dev_description(device).decode("utf-8", "replace")
            devices.append(Device(description, free.value, total.value))
    return tuple(devices)
