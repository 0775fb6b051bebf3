"""The textbook pipeline as a system that `evaluation` measures."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from benchmarks.textbook import PROMPT, TOP, Textbook
from evaluation.provenance import installed_versions
from evaluation.system import HeldChunk
from evaluation.types import FoundChunk, Reply, Retrieval, ShownPassage


class TextbookSystem:
    """What `Textbook` read from a folder of files, asked like any other system. It never refuses by a flag:
    what it says is read as a refusal or not by the scorer."""

    def __init__(self, textbook: Textbook, files: Path) -> None:
        self._textbook = textbook
        self._files = files
        self._first_of_equals = _first_of_equals(files)

    def facts(self, *, answers: bool) -> Mapping[str, str]:
        code = Path(__file__).with_name("textbook.py").read_bytes()
        facts = {
            "system": "textbook",
            "code": hashlib.sha256(code).hexdigest(),
            "embedder": "all-minilm-l6-v2 float32",
            "splitter": "RecursiveCharacterTextSplitter(1000, 200)",
            "versions": installed_versions(),
            "files": ", ".join(sorted(file.name for file in self._files.iterdir())),
        }
        return facts | ({"prompt": PROMPT, "top": str(TOP)} if answers else {})

    def surroundings(self) -> Mapping[str, str]:
        return {"size": f"{len(self._textbook.chunks):,} chunks"}

    def held_name(self, document: str) -> str | None:
        """Of equal files the first, as a collection has it: gold is then the same in both."""
        return self._first_of_equals.get(document.rpartition("/")[2])

    def chunks(self, document: str) -> Iterable[HeldChunk]:
        return [
            HeldChunk(page, page, text)
            for name, page, text in self._textbook.chunks
            if self._first_of_equals.get(name, name) == document
        ]

    def load(self, *, answers: bool) -> None:
        """Everything was loaded with the pipeline."""

    def search(self, question: str, count: int, document: str | None = None) -> Retrieval:
        started = time.perf_counter()
        hits = self._textbook.search(question, count, document)
        seconds = time.perf_counter() - started
        return Retrieval(
            tuple(
                FoundChunk(rank, -distance, self._first_of_equals.get(name, name), page, page, text)
                for rank, (distance, name, page, text) in enumerate(hits, start=1)
            ),
            seconds,
        )

    def ask(self, question: str, document: str | None = None) -> Reply:
        answer = self._textbook.ask(question, document)
        return Reply(
            text=answer.text,
            short_answer=None,
            refusal=None,
            sentences=(),
            passages=tuple(
                ShownPassage(number, name, page, page, name, text)
                for number, (_, name, page, text) in enumerate(answer.shown, start=1)
            ),
            first_text_seconds=answer.first_text_seconds,
            first_checked_seconds=None,
            total_seconds=answer.total_seconds,
            prompt_tokens=answer.prompt_tokens,
            reused_tokens=0,
            completion_tokens=answer.completion_tokens,
        )

    def close(self) -> None:
        """Python frees it."""


def _first_of_equals(folder: Path) -> dict[str, str]:
    """For each file's name that of the first file, by name, with the same content."""
    first: dict[str, str] = {}
    names: dict[str, str] = {}
    for file in sorted(path for path in folder.iterdir() if path.is_file()):
        names[file.name] = first.setdefault(hashlib.sha256(file.read_bytes()).hexdigest(), file.name)
    return names
