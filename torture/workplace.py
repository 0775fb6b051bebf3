"""A script made ready: its files in place, a store from before it, and what a clean run makes of it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ingest.store.store import Store
from torture.children import call
from torture.contents import read_contents
from torture.ingestion import Acknowledge, acknowledging, open_or_create, run_ingest
from torture.material import write_folder
from torture.scripts import Script

_PREPARING_SECONDS = 600.0

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Workplace:
    """`template` is the store's folder before the script, or None where there is none yet.

    `before` and `after` give each path's fingerprint; `seconds` is what a clean run took.
    """

    script: Script
    documents: Path
    template: Path | None
    before: dict[str, str]
    after: dict[str, str]
    seconds: float

    def fresh_store(self, folder: Path) -> Path:
        """The store's folder as it is before the script, anew, for one trial."""
        shutil.rmtree(folder, ignore_errors=True)
        if self.template is not None:
            shutil.copytree(self.template, folder)
        return folder

    def run(self, folder: Path, acknowledge: Acknowledge = lambda _: None) -> None:
        """The script's run, on the store in that folder."""
        with open_or_create(folder) as store:
            self.script.run(acknowledging(store, acknowledge), self.documents, acknowledge)


def prepare(script: Script, place: Path) -> Workplace:
    """Build it below `place`. What touches the vector library is done in children: forks come after."""
    documents, template, finished = place / "documents", place / "template", place / "finished"
    for folder in (template, finished):
        shutil.rmtree(folder, ignore_errors=True)
    write_folder(documents, script.before, version=1)
    before = _in_child(lambda: _ingested(template, documents)) if script.before else {}
    write_folder(documents, script.after, version=2)
    bare = Workplace(script, documents, template if script.before else None, before, {}, 0.0)
    bare.fresh_store(finished)
    started = time.perf_counter()
    _in_child(lambda: bare.run(finished))
    seconds = time.perf_counter() - started
    after = _in_child(lambda: fingerprints(finished))
    return Workplace(script, documents, bare.template, before, after, seconds)


def fingerprints(folder: Path) -> dict[str, str]:
    """Each path of the store in the folder with its fingerprint."""
    with Store.open(folder) as store:
        return {held.path: held.fingerprint for held in read_contents(store).documents}


def _ingested(folder: Path, documents: Path) -> dict[str, str]:
    with open_or_create(folder) as store:
        run_ingest(store, [documents])
    return fingerprints(folder)


def _in_child(work: Callable[[], Result]) -> Result:
    ended = call(work, _PREPARING_SECONDS)
    trouble = ended.in_words(_PREPARING_SECONDS)
    if trouble:
        raise RuntimeError(f"The torture could not be prepared: {trouble}")
    result: Result = ended.result
    return result
