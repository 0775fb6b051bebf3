"""What ingestion costs beyond pages per second: memory, and folders of which little or nothing changed.

    python -m benchmarks.ingestion FOLDER_OF_PDFS [--files N] [--pages N]

Each ingest runs in a process of its own. Memory is the largest resident set (what the system counts as
in memory at one moment), of the main process and of its reading process, sampled every 50 ms; the pages
of files that are mapped count, so part of it can be shared and given back.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.machine_facts import machine_facts
from machine import cache_folder, models_folder

_MEGABYTE = 1024 * 1024
_SAMPLE_SECONDS = 0.05
_SMALL_PAGES = 100


@dataclass(frozen=True, slots=True)
class Measured:
    """One `refdesk ingest`: its report's totals, wall-clock seconds and peaks in bytes."""

    pages: int
    chunks: int
    seconds: float
    main_bytes: int
    child_bytes: int

    def __str__(self) -> str:
        return (
            f"{self.pages:,} pages, {self.chunks:,} chunks in {self.seconds:.2f} s; "
            f"main process {self.main_bytes / _MEGABYTE:.0f} MiB, "
            f"reading process {self.child_bytes / _MEGABYTE:.0f} MiB"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("pdfs", type=Path, help="a folder of PDF files")
    parser.add_argument("--files", type=int, default=10_000, help="small files, all but one unchanged")
    parser.add_argument("--pages", type=int, default=3000, help="pages of the one large PDF")
    arguments = parser.parse_args()
    print(machine_facts()["machine"])
    with tempfile.TemporaryDirectory(prefix="refdesk-bench-") as workspace:
        home = Path(workspace) / "home"
        home.mkdir()
        (home / "models").symlink_to(models_folder(), target_is_directory=True)
        (home / "cache").symlink_to(cache_folder(), target_is_directory=True)
        os.environ["REFDESK_HOME"] = str(home)
        _large_file(arguments.pdfs, arguments.pages, Path(workspace))
        _unchanged_files(arguments.files, Path(workspace))
        print(f"all of {arguments.pdfs.name}: {_ingest(arguments.pdfs, 'all')}", flush=True)


def _large_file(pdfs: Path, pages: int, workspace: Path) -> None:
    small, large = workspace / "small.pdf", workspace / "large.pdf"
    _join(pdfs, _SMALL_PAGES, small)
    _join(pdfs, pages, large)
    few, many = _ingest(small, "small"), _ingest(large, "large")
    print(f"a PDF of {_SMALL_PAGES} pages: {few}")
    print(f"a PDF of {pages:,} pages ({large.stat().st_size / _MEGABYTE:.0f} MiB): {many}")
    print(
        f"memory, large to small: main {many.main_bytes / few.main_bytes:.2f} times, "
        f"reading {many.child_bytes / few.child_bytes:.2f} times",
        flush=True,
    )


def _join(pdfs: Path, pages: int, target: Path) -> None:
    """The first pages of the files one after the other, over again if there are too few."""
    from pypdfium2 import PdfDocument

    joined = PdfDocument.new()
    files = sorted(pdfs.glob("*.pdf"))
    while len(joined) < pages:
        for file in files:
            with PdfDocument(file) as source:
                joined.import_pages(source, list(range(min(len(source), pages - len(joined)))))
            if len(joined) >= pages:
                break
    joined.save(target)
    joined.close()


def _unchanged_files(count: int, workspace: Path) -> None:
    folder = workspace / "files"
    for number, text in enumerate(_texts(count)):
        path = folder / f"{number // 100:03d}" / f"note-{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        long_past = path.stat().st_mtime_ns - 10**12
        os.utime(path, ns=(long_past, long_past))
    first = _ingest(folder, "files")
    again = [_ingest(folder, "files").seconds for _ in range(3)]
    one = folder / "000" / "note-0.txt"
    alone = [_ingest_changed(one, one, f"alone{turn}") for turn in range(3)]
    among = [_ingest_changed(one, folder, "files") for _ in range(3)]
    empty = _ingest(_one_file(workspace / "nothing"), "nothing").seconds
    print(f"{count:,} small files: {first}")
    print(f"the same again: {_spread(again)}, {100 * sorted(again)[1] / first.seconds:.2f}% of the first run")
    print(f"one of them changed, ingested by itself into a new collection: {_spread(alone)}")
    print(
        f"one of them changed, found among all: {_spread(among)}, "
        f"{sorted(among)[1] / sorted(alone)[1]:.2f} times (a single small file takes {empty:.2f} s)",
        flush=True,
    )


def _one_file(folder: Path) -> Path:
    folder.mkdir()
    (folder / "note.txt").write_text("A note of one line.", encoding="utf-8")
    return folder


def _ingest_changed(file: Path, named: Path, collection: str) -> float:
    file.write_text(f"{file.read_text(encoding='utf-8')} It changed at {time.time_ns()}.", encoding="utf-8")
    return _ingest(named, collection).seconds


def _spread(seconds: list[float]) -> str:
    low, middle, high = sorted(seconds)
    return f"{middle:.2f} s ({low:.2f} to {high:.2f})"


def _texts(count: int) -> Iterator[str]:
    """Made-up notes of a few lines, each different from every other."""
    import numpy as np

    draw = np.random.default_rng(0)
    for number in range(count):
        words = " ".join(f"word{word}" for word in draw.zipf(1.3, 60) % 5000)
        yield f"Note {number}.\n\n{words}."


def _ingest(path: Path, collection: str) -> Measured:
    refdesk = Path(sys.executable).with_name("refdesk")
    command = [str(refdesk), "ingest", str(path), "-c", collection, "--json"]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        peaks = _Peaks(process.pid)
        assert process.stdout is not None
        output = process.stdout.read()
    seconds = time.perf_counter() - started
    peaks.stop()
    totals = json.loads(output)["totals"]
    return Measured(totals["pages"], totals["chunks"], seconds, peaks.main_bytes, peaks.child_bytes)


class _Peaks:
    """Watches a process and those it starts."""

    def __init__(self, pid: int) -> None:
        self.main_bytes = self.child_bytes = 0
        self._process = psutil.Process(pid)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.wait(_SAMPLE_SECONDS):
            try:
                self.main_bytes = max(self.main_bytes, self._process.memory_info().rss)
                for child in self._process.children(recursive=True):
                    self.child_bytes = max(self.child_bytes, child.memory_info().rss)
            except psutil.Error:
                continue


if __name__ == "__main__":
    main()
