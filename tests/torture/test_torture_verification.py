"""What would be a loss is told as one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.store import vectors
from ingest.store.store import Store
from torture.contents import read_contents
from torture.scripts import all_scripts
from torture.verification import dense_disagreements, violations, word_disagreements
from torture.workplace import Workplace, prepare


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vectors, "REWRITE_MINIMUM", 5)
        yield prepare(all_scripts(0, large_pages=4, small_files=3)[1], tmp_path_factory.mktemp("workplace"))


@pytest.fixture
def folder(workplace: Workplace, tmp_path: Path) -> Path:
    return workplace.fresh_store(tmp_path / "store")


def test_a_store_from_before_the_script_is_whole(workplace: Workplace, folder: Path) -> None:
    assert violations(workplace, folder, ()) == []


def test_a_finished_store_is_whole(workplace: Workplace, folder: Path) -> None:
    workplace.run(folder)
    assert violations(workplace, folder, tuple(workplace.after), done=True) == []


def test_every_change_is_acknowledged(workplace: Workplace, folder: Path) -> None:
    told: list[str] = []
    workplace.run(folder, told.append)
    changed = {path for path in workplace.after if workplace.after[path] != workplace.before.get(path)}
    assert changed <= set(told)


def test_an_acknowledged_change_that_is_not_there_is_a_loss(workplace: Workplace, folder: Path) -> None:
    path = str(workplace.documents / "large.pdf")
    assert violations(workplace, folder, [path]) == [f"{path} was acknowledged and is as before"]


def test_a_run_that_left_something_out_is_told(workplace: Workplace, folder: Path) -> None:
    found = violations(workplace, folder, (), done=True)
    assert f"{workplace.documents / 'small-000.txt'} is as before after a run that completed" in found


def test_a_document_that_is_gone_is_told(workplace: Workplace, folder: Path) -> None:
    path = str(workplace.documents / "small-001.txt")
    with Store.open(folder) as store:
        store.remove([path])
    assert violations(workplace, folder, ()) == [f"{path} is gone: neither as before nor as after"]


def test_a_store_that_is_gone_is_told(workplace: Workplace, folder: Path) -> None:
    shutil.rmtree(folder)
    assert violations(workplace, folder, ())[0].startswith("the store is gone")


def test_vectors_that_are_not_those_of_the_database_are_told(folder: Path) -> None:
    with Store.open(folder) as store:
        contents = read_contents(store)
        assert list(dense_disagreements(store, contents)) == []
        turned = type(contents)(contents.documents, contents.ids, -contents.vectors)
        assert list(dense_disagreements(store, turned)) != []


def test_hits_by_words_that_are_not_those_of_fts5_are_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.open(folder) as store:
        assert list(word_disagreements(store)) == []
        search = store.search_lexical
        monkeypatch.setattr(store, "search_lexical", lambda query, k: search(query, k)[::-1])
        assert any("where FTS5 gives" in line for line in word_disagreements(store))
        monkeypatch.setattr(
            store, "search_lexical", lambda query, k: [(hit, 2 * score) for hit, score in search(query, k)]
        )
        assert any("gives other scores" in line for line in word_disagreements(store))
