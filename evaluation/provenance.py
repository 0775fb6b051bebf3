"""What made a run: code, models, versions, machine."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path

from machine import ModelMissing, describe_machine, file_sha256, resolve

#: The packages whose code decides what is found and what is answered, and what is measured how.
_PACKAGES = ("machine", "ingest", "generators", "rag", "evaluation")
#: What a run's surroundings call the runs that were asked each question in turns.
IN_TURNS = "asked in turns"
#: What they call gold that the system does not hold, or holds several documents of under that name.
NOT_HELD = "gold not held"
#: What they call what the energy was read from, and why where there is none.
ENERGY = "energy"

_LIBRARIES = (
    "refdesk",
    "faiss-cpu",
    "langchain",
    "llama-cpp-python",
    "numpy",
    "openvino",
    "pypdf",
    "pypdfium2",
    "pytrec-eval-terrier",
    "rouge-score",
    "sacrebleu",
    "sentence-transformers",
    "tokenizers",
    "torch",
)


@cache
def reading_sha256() -> str:
    """Of the source that decides what a file becomes."""
    return _source_sha256(("ingest",))


@cache
def code_sha256() -> str:
    """Of this project's own source, prompts included, but for the faces and the reports.

    A change anywhere in it makes earlier calls void: no one knows which of them it touches.
    """
    return _source_sha256(_PACKAGES)


def _source_sha256(packages: Sequence[str]) -> str:
    root = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for package in packages:
        for file in sorted((root / package).rglob("*")):
            if file.suffix in {".py", ".toml", ".npy"} and "report" not in file.relative_to(root).parts:
                digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def model_sha256(engine: str, cache_folder: Path) -> str:
    """Of the weights behind an engine such as `llama-cpp:<model>`; empty for one without, or not here."""
    kind, _, model = engine.partition(":")
    if kind not in {"llama-cpp", "scripted"} or not model:
        return ""
    try:
        file = Path(model).expanduser() if kind == "scripted" else resolve(model, kind="language")
        return file_sha256(file, cache_folder)
    except (ModelMissing, OSError):
        return ""


def machine_words() -> str:
    """What all of it is computed on, in words."""
    machine = describe_machine()
    return (
        f"{machine.cpu_name}, {machine.usable_cores} of {machine.logical_cores} cores, "
        f"{machine.memory_total_bytes / 2**30:.0f} GiB, {machine.operating_system}"
    )


def installed_versions() -> str:
    """Of Python and the libraries that compute."""
    found = [f"Python {platform.python_version()}"]
    for name in _LIBRARIES:
        with suppress(metadata.PackageNotFoundError):
            found.append(f"{name} {metadata.version(name)}")
    return ", ".join(found)


def fingerprint(facts: Mapping[str, str]) -> str:
    """Equal facts, and only those, have equal fingerprints."""
    return hashlib.sha256(json.dumps(dict(facts), sort_keys=True).encode()).hexdigest()
