"""Processes of our own: this interpreter, a module of this project, nothing of the folder it starts in."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_INSTALLED = frozenset({"site-packages", "dist-packages"})


def python_module(module: str) -> list[str]:
    """What runs the module; arguments follow.

    A folder of the same name where a person happens to be is not taken for it (`-P`).
    """
    return [sys.executable, "-P", "-m", module]


def environment_of_ours() -> dict[str, str]:
    """This process's, in which the project is found also where it is not installed."""
    root = Path(__file__).resolve().parents[1]
    own = [] if root.name in _INSTALLED else [str(root)]
    paths = [*own, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
