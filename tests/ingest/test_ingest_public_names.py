from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import ingest


def test_every_public_name_is_there() -> None:
    for name in ingest.__all__:
        assert getattr(ingest, name).__name__ == name


def test_what_type_checkers_see_is_what_there_is() -> None:
    tree = ast.parse(Path(ingest.__file__).read_text(encoding="utf-8"))
    seen = {
        alias.name: node.module
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == ingest._HOMES
    assert sorted(seen) == ingest.__all__


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'digest'"):
        _ = ingest.digest


def test_the_package_alone_imports_next_to_nothing() -> None:
    code = (
        "import sys, ingest, ingest.errors;"
        "print([name for name in ('numpy', 'sqlite3', 'ingest.pipeline') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
