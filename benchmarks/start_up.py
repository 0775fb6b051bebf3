"""What starting costs: `refdesk --help`, opening 10,000 chunks, and a cold `refdesk ask`.

    python -m benchmarks.start_up [--repeats N]

The cold question runs in new processes against `examples/documents`, ingested into a data home of the
run's own that shares the models. Memory is the largest resident set of the process, as the system counts
it; the model's file is mapped, so most of it can be shared and given back.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.machine_facts import machine_facts
from benchmarks.spread import quartiles
from ingest.embedding.protocol import EmbedderIdentity
from ingest.store.records import SourceFile
from ingest.store.store import Store
from ingest.types import Chunk, Document, Page
from machine import cache_folder, models_folder

_QUESTION = "What does an aerotow to 500 metres cost a guest?"
_DOCUMENTS = 100
_CHUNKS = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parser.parse_args().repeats
    print(machine_facts()["machine"])
    refdesk = Path(sys.executable).with_name("refdesk")
    _report("refdesk --help", repeats, lambda: _run([str(refdesk), "--help"]))
    with tempfile.TemporaryDirectory(prefix="refdesk-bench-") as workspace:
        folder = _make_store(Path(workspace) / "large")
        vector = np.random.default_rng(1).standard_normal(384).astype(np.float32)
        vector /= np.linalg.norm(vector)

        def open_and_search() -> float:
            started = time.perf_counter()
            with Store.open(folder) as store:
                store.search_dense(vector, 10)
                store.search_lexical("word17 word3", 10)
                return time.perf_counter() - started

        _report(
            f"opening {_DOCUMENTS * _CHUNKS:,} chunks and the first search of both arms",
            repeats,
            open_and_search,
        )
        home = Path(workspace) / "home"
        home.mkdir()
        (home / "models").symlink_to(models_folder(), target_is_directory=True)
        (home / "cache").symlink_to(cache_folder(), target_is_directory=True)
        os.environ["REFDESK_HOME"] = str(home)
        _run([str(refdesk), "ingest", "examples/documents"])
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        _report("cold `refdesk ask`, shell to first text", repeats, lambda: _ask(refdesk))
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        # The ingest's own peak hides a smaller one; it says so then.
        print(f"largest resident set of those processes: {peak / 1024:.0f} MiB (ingest: {before / 1024:.0f})")


def _report(what: str, repeats: int, measure: Callable[[], float]) -> None:
    low, middle, high = quartiles([measure() for _ in range(repeats)])
    print(f"{what}: median {middle:.3f} s (quartiles {low:.3f} to {high:.3f}, {repeats} runs)", flush=True)


def _run(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


def _ask(refdesk: Path) -> float:
    """Seconds from starting the process to the first character on its standard output."""
    started = time.perf_counter()
    with subprocess.Popen([str(refdesk), "ask", _QUESTION], stdout=subprocess.PIPE, bufsize=0) as process:
        assert process.stdout is not None
        process.stdout.read(1)
        first = time.perf_counter() - started
        process.stdout.read()
    if process.returncode:
        raise RuntimeError(f"refdesk ask ended with {process.returncode}")
    return first


def _make_store(folder: Path) -> Path:
    """A store of made-up text: what matters here is its size."""
    draw = np.random.default_rng(0)
    with Store.create(folder, EmbedderIdentity("made-up", "", 384), "made-up") as store:
        for number in range(_DOCUMENTS):
            texts = [" ".join(f"word{word}" for word in draw.zipf(1.3, 150) % 50_000) for _ in range(_CHUNKS)]
            pages = tuple(Page(i, text, f"page {i}") for i, text in enumerate(texts, start=1))
            sha256 = f"{number:064x}"
            document = Document(sha256, "text/plain", f"Document {number}", pages)
            chunks = [
                Chunk(i, start, start + len(page.text), page.number, page.number, (), page.text)
                for i, (start, page) in enumerate(zip(document.page_starts(), pages, strict=True))
            ]
            vectors = draw.standard_normal((_CHUNKS, 384)).astype(np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            store.put(document, chunks, vectors, SourceFile(f"/made-up/{number}.txt", sha256, 1, 1))
    return folder


if __name__ == "__main__":
    main()
