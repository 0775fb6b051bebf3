"""Several processes that stage large documents at once, and are killed while they do."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import ingest
from ingest.embedding.protocol import EmbedderIdentity
from ingest.store.store import Store

ROOT = Path(ingest.__file__).parents[1]

#: Stages and finishes one document after the other, going on with what it finds, and says so.
STAGER = """
import hashlib, itertools, sys
from pathlib import Path
import numpy as np
from ingest.store.records import ReadingKey
from ingest.store.store import SourceFile, Store
from ingest.types import Chunk, Document, Page

with Store.open(Path(sys.argv[1])) as store:
    print("open", flush=True)
    for version in itertools.count():
        path = f"/{sys.argv[2]}-{version}.txt"
        sha256 = hashlib.sha256(path.encode()).hexdigest()
        if store.document_of(sha256) is not None:
            continue
        key, document = ReadingKey(sha256, "reader"), Document(sha256, "text/plain", "T", ())
        at = store.unfinished.find(key) or store.unfinished.begin(key, document)
        number, start = at.next_page, at.text_length
        if number > 1:
            print("resumed", path, flush=True)
        while number <= 40:
            text = f"page {number} " + "filling " * 100
            chunk = Chunk(number - 1, start, start + len(text), number, number, (), text)
            vector = np.eye(8, dtype=np.float32)[[number % 8]]
            at = store.unfinished.append(at, [Page(number, text, f"page {number}")], [], [chunk], vector)
            number, start = number + 1, start + len(text) + 1
        store.finish(at, document, SourceFile(path, sha256, 1, version))
        print("finished", path, flush=True)
"""


def test_killed_stagers_lose_nothing_and_go_on_inside_their_documents(
    folder: Path, identity: EmbedderIdentity
) -> None:
    Store.create(folder, identity, "by page").close()
    moments = random.Random(5)
    finished, resumed = set(), 0
    for _ in range(3):
        stagers = [
            subprocess.Popen(
                [sys.executable, "-c", STAGER, str(folder), name], cwd=ROOT, stdout=subprocess.PIPE, text=True
            )
            for name in ("one", "two")
        ]
        for stager in stagers:
            assert stager.stdout is not None
            while not (line := stager.stdout.readline()).startswith("finished"):
                assert line, "it died of itself"
                resumed += line.startswith("resumed")
            finished.add(line.split()[1])
        time.sleep(moments.uniform(0.03, 0.2))
        for stager in stagers:
            with stager:
                stager.kill()
                assert stager.stdout is not None
                for line in stager.stdout.readlines():
                    if line.endswith("\n"):
                        what, path = line.split()
                        finished |= {path} if what == "finished" else set()
                        resumed += what == "resumed"
        with Store.open(folder, identity, "by page") as store:
            assert store.check() == []
            assert finished <= set(store.sources())
            assert {(info.page_count, info.chunk_count) for info in store.documents()} == {(40, 40)}
    assert resumed, "some document was cut short inside, or this proves nothing"
