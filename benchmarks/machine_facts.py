"""The machine and the versions that a figure came from."""

from __future__ import annotations

import platform
from importlib import metadata

from machine import describe_machine

_LIBRARIES = (
    "refdesk",
    "torch",
    "sentence-transformers",
    "openvino",
    "faiss-cpu",
    "llama-cpp-python",
    "pypdf",
    "pypdfium2",
)


def machine_facts() -> dict[str, object]:
    """What to print beside a figure."""
    machine = describe_machine()
    return {
        "system": platform.platform(),
        "python": platform.python_version(),
        "machine": str(machine),
        "versions": {name: metadata.version(name) for name in _LIBRARIES},
    }
