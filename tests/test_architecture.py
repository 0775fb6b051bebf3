"""Imports run one way, and what is heavy is imported late."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

#: What each package may import of the others. `ingest` and `generators` are neighbours.
ALLOWED = {
    "machine": set(),
    "ingest": {"machine"},
    "generators": {"machine"},
    "rag": {"machine", "ingest", "generators"},
    "evaluation": {"machine", "ingest", "generators", "rag"},
    "apps": {"machine", "ingest", "generators", "rag", "evaluation"},
}

#: Loaded where they are first used, never when a package is imported.
HEAVY = (
    "torch",
    "transformers",
    "peft",
    "sentence_transformers",
    "llama_cpp",
    "openvino",
    "faiss",
    "streamlit",
    "diffusers",
    "langchain",
    "langchain_core",
    "pypdfium2",
    "pypdf",
    "pydantic",
    "pytrec_eval",
    "sacrebleu",
    "rouge_score",
    "matplotlib",
    "scipy",
    "av",
    "faster_whisper",
    "hibari",
    "piper",
    "soundfile",
    "torchmetrics",
    "jiwer",
    "pyloudnorm",
)


def modules(package: str) -> Iterator[Path]:
    yield from sorted((ROOT / package).rglob("*.py"))


def imported_names(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def own_module(name: str) -> str | None:
    """The project's module behind a dotted name, as a path; None for anybody else's."""
    parts = name.split(".")
    if parts[0] not in ALLOWED:
        return None
    for length in range(len(parts), 0, -1):
        path = ROOT.joinpath(*parts[:length])
        if path.with_suffix(".py").is_file():
            return str(path.with_suffix(".py").relative_to(ROOT))
        if (path / "__init__.py").is_file():
            return str((path / "__init__.py").relative_to(ROOT))
    return None


@pytest.mark.parametrize("package", ALLOWED)
def test_a_package_imports_only_those_below_it(package: str) -> None:
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in modules(package)
        for name in sorted(imported_names(file))
        if (top := name.split(".")[0]) in ALLOWED and top != package and top not in ALLOWED[package]
    ]
    assert wrong == []


def test_no_module_imports_itself_in_a_circle() -> None:
    graph = {
        str(file.relative_to(ROOT)): {
            target for name in imported_names(file) if (target := own_module(name)) is not None
        }
        - {str(file.relative_to(ROOT))}
        for package in ALLOWED
        for file in modules(package)
    }
    # A package's __init__ gathers its modules' public names; that its modules name the package is no circle.
    graph = {
        file: {
            target
            for target in targets
            if not target.endswith("__init__.py") or target.split("/")[0] != file.split("/")[0]
        }
        for file, targets in graph.items()
    }
    done: set[str] = set()
    for start in graph:
        trail: list[str] = []

        def visit(file: str, trail: list[str] = trail) -> None:
            assert file not in trail, " -> ".join([*trail[trail.index(file) :], file])
            if file in done:
                return
            trail.append(file)
            for target in sorted(graph.get(file, ())):
                visit(target)
            trail.pop()
            done.add(file)

        visit(start)


def test_no_module_is_named_for_nothing() -> None:
    nameless = {"utils.py", "helpers.py", "common.py", "misc.py"}
    assert [str(file) for package in ALLOWED for file in modules(package) if file.name in nameless] == []


def test_no_module_is_longer_than_300_lines() -> None:
    long = [
        f"{file.relative_to(ROOT)}: {count}"
        for package in ALLOWED
        for file in modules(package)
        if (count := len(file.read_text(encoding="utf-8").splitlines())) > 300
    ]
    assert long == []


@pytest.mark.parametrize("package", ["machine", "ingest", "generators", "rag", "evaluation", "apps.cli.main"])
def test_importing_a_package_loads_nothing_heavy(package: str) -> None:
    program = f"import sys, {package}; print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True, timeout=60
    )
    assert done.stdout.split() == []
