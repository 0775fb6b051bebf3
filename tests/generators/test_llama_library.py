"""What opening llama.cpp's library does, with one that is made up."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from generators.text import llama_library


def test_the_library_is_silent_before_it_looks_for_devices(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A CUDA build tells of its devices while it starts."""
    log = [lambda level, text, data: sys.stderr.write(text.decode())]
    functions = SimpleNamespace(
        llama_log_callback=lambda function: function,
        llama_log_set=lambda function, data: log.append(function),
        llama_backend_init=lambda: log[-1](2, b"found 1 CUDA devices\n", None),
    )
    monkeypatch.setitem(sys.modules, "llama_cpp", SimpleNamespace(llama_cpp=functions))
    monkeypatch.setattr(llama_library, "_log", llama_library._NativeLog())
    assert llama_library.open_library() is functions
    assert capfd.readouterr().err == ""
