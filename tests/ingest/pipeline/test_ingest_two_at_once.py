"""Two runs over the same folder at once, in one process or in two."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ingest.settings import IngestSettings
from ingest.store.store import Store

PAGES = [f"harbour{number} " + " ".join(f"w{number}x{word}" for word in range(200)) for number in range(150)]


class SecondDesk:
    """Another process's view of the same folder and collection."""

    def __new__(cls, desk, store):
        second = object.__new__(type(desk))
        second.docs, second.store = desk.docs, store
        return second


@pytest.mark.parametrize("stores", [1, 2])
def test_both_finish_the_same_large_file(desk, scripted_pages, stores: int) -> None:
    desk.script("large.bin")
    desk.write("small.txt", "The gate shuts at nine.")
    other = Store.open(desk.store.folder) if stores == 2 else desk.store
    desks = [desk, SecondDesk(desk, other)]

    def run(which):
        loader = scripted_pages(PAGES, lambda number: time.sleep(0.001))
        return which.ingest(page_loaders=[loader], settings=IngestSettings(embedding_stretch=50))

    with ThreadPoolExecutor(2) as threads:
        reports = list(threads.map(run, desks))
    if other is not desk.store:
        other.close()
    outcomes = {file.outcome for report in reports for file in report.files}
    assert outcomes <= {"ingested", "replaced", "unchanged", "skipped"}
    assert {Path(path).name for path in desk.store.sources()} == {"large.bin", "small.txt"}
    (document_id,) = desk.store.document_ids("*large.bin") or ()
    assert [page.text for page in desk.store.pages(document_id)] == PAGES
    assert desk.store.unfinished.count() == 0
    assert desk.store.check() == []
