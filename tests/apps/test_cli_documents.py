"""Documents in, listed, shown, out again."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from ingest.progress import Progress
from ingest.store.store import Store
from ingest.types import Document, Page


def test_ingest_reports_files_pages_and_chunks(refdesk, folder: Path) -> None:
    said = refdesk("ingest", folder)
    assert (said.exit_code, said.stderr) == (0, "")
    # fees.md has two sections, each of the others one page
    assert "Collection 'default': 3 files: 3 ingested." in said.stdout
    assert "4 pages in 4 chunks" in said.stdout


def test_ingest_json_is_the_contract(refdesk, folder: Path) -> None:
    report = refdesk("ingest", folder, "-c", "work", "--json").json()
    assert report["schema"] == 1
    assert [file["outcome"] for file in report["files"]] == ["ingested"] * 3
    assert set(report["files"][0]) == {
        "path", "outcome", "reason", "pages", "chunks", "seconds", "recognised_pages", "wants_password",
    }  # fmt: skip
    assert (report["totals"]["files"], report["totals"]["pages"]) == (3, 4)
    assert refdesk("ingest", folder, "-c", "work", "--json").json()["totals"]["unchanged"] == 3


def test_include_and_exclude_choose(refdesk, folder: Path) -> None:
    (folder / "drafts").mkdir()
    (folder / "drafts" / "later.md").write_text("# Later\n\nNothing is decided.", encoding="utf-8")
    said = refdesk("ingest", folder, "--include", "*.md", "--exclude", "drafts", "--json").json()
    assert {Path(file["path"]).name: file["outcome"] for file in said["files"]} == {
        "drafts": "skipped", "fees.md": "ingested", "hours.txt": "skipped", "rules.html": "skipped",
    }  # fmt: skip


def test_reembed_makes_the_index_anew(refdesk, folder: Path) -> None:
    refdesk("ingest", folder)
    said = refdesk("reembed", "--embedder", "hashing", "--json").json()
    assert said == {"schema": 1, "collection": "default", "complete": True, "chunks": 4}
    assert refdesk("search", "fee", "--json").json()["hits"]


def test_reembed_of_nothing_is_wrong_use(refdesk) -> None:
    assert refdesk("reembed").exit_code == 2


def test_a_failed_file_is_named_and_stops_nothing(refdesk, folder: Path) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    said = refdesk("ingest", folder)
    assert said.exit_code == 1
    assert "3 ingested, 1 failed" in said.stdout
    assert f"Failed:\n  {folder / 'broken.pdf'}: " in said.stdout


def test_a_skipped_file_is_listed_with_its_reason(refdesk, folder: Path) -> None:
    (folder / ".hidden.md").write_text("secret")
    said = refdesk("ingest", folder)
    assert said.exit_code == 0
    assert f"Skipped:\n  {folder / '.hidden.md'}: hidden" in said.stdout


def test_nothing_to_ingest_is_wrong_use(refdesk, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    said = refdesk("ingest", empty, "--json")
    assert said.exit_code == 2
    assert said.json()["error"]["kind"] == "NothingToIngest"
    assert said.stderr.startswith("refdesk: ")


def test_sync_forgets_what_is_gone_and_ingest_does_not(refdesk, filled: Path) -> None:
    (filled / "hours.txt").unlink()
    refdesk("ingest", filled)
    assert len(refdesk("documents", "--json").json()["documents"]) == 3
    said = refdesk("sync", filled)
    assert "1 removed" in said.stdout
    assert len(refdesk("documents", "--json").json()["documents"]) == 2
    assert "nine" not in refdesk("search", "when does the library open", "--json").stdout


@pytest.fixture
def ctrl_c_while_reading(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Presses Ctrl-C so many times when the first file is taken up."""

    def arrange(times: int) -> None:
        pressed: list[str] = []

        @contextmanager
        def pressing() -> Iterator[Callable[[Progress], None]]:
            def listen(progress: Progress) -> None:
                if progress.stage == "reading" and not pressed:
                    pressed.append("pressed")
                    for _ in range(times):
                        signal.raise_signal(signal.SIGINT)

            yield listen

        monkeypatch.setattr("apps.cli.ingest.shown_progress", pressing)

    return arrange


def test_ctrl_c_ends_cleanly_and_says_the_command_that_goes_on(
    refdesk, folder: Path, ctrl_c_while_reading
) -> None:
    ctrl_c_while_reading(1)
    said = refdesk("ingest", folder, "-c", "my.work", "--password", "hush", "--json")
    assert said.exit_code == 130
    assert said.json()["interrupted"] is True
    assert said.json()["totals"]["left"] > 0
    assert f"to go on: refdesk ingest {folder} -c my.work --password ..." in said.stderr
    assert "hush" not in said.stderr
    assert refdesk("collections", "--json").json()["collections"][0]["problem"] is None
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_ctrl_c_stops_at_once(refdesk, folder: Path, ctrl_c_while_reading) -> None:
    ctrl_c_while_reading(2)
    said = refdesk("ingest", folder, "--json")
    assert said.exit_code == 130
    assert said.json()["error"]["kind"] == "Interrupted"
    assert f"to go on: refdesk ingest {folder} -c default" in said.stderr
    assert refdesk("documents", "--json").json()["documents"] == []


def test_documents_are_listed(refdesk, filled: Path) -> None:
    listing = refdesk("documents", "--json").json()["documents"]
    assert [entry["path"] for entry in listing] == [
        str(filled / name) for name in ("fees.md", "hours.txt", "rules.html")
    ]
    assert (listing[0]["pages"], listing[2]["title"]) == (2, "Rules")
    assert str(filled / "hours.txt") in refdesk("documents").stdout


def test_the_environment_names_the_collection(refdesk, filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFDESK_COLLECTION", "elsewhere")
    assert "'elsewhere'" in refdesk("documents").stderr
    assert refdesk("documents", "-c", "default").exit_code == 0


def test_show_gives_the_pages_as_they_were_read(refdesk, filled: Path) -> None:
    said = refdesk("show", "fees.md")
    assert "[section Returns]" in said.stdout
    page = refdesk("show", "fees.md", "--page", "2", "--json").json()
    assert page["document"] == str(filled / "fees.md")
    assert [one["page"] for one in page["pages"]] == [2]
    assert "Books go back on Friday." in page["pages"][0]["text"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nosuch"], "No document matches 'nosuch'"),
        (["*"], "3 documents match"),
        (["fees.md", "--page", "9"], "there is no page 9"),
    ],
)
def test_what_cannot_be_shown_is_wrong_use(refdesk, filled: Path, arguments: list[str], words: str) -> None:
    said = refdesk("show", *arguments)
    assert said.exit_code == 2
    assert words in said.stderr


def test_remove_says_what_is_gone(refdesk, filled: Path) -> None:
    said = refdesk("remove", "fees.md", "*.html", "--yes", "--json")
    assert said.json()["removed"] == [str(filled / "fees.md"), str(filled / "rules.html")]
    assert (filled / "fees.md").exists()
    assert "12 euros" not in refdesk("search", "annual fee", "--json").stdout


def test_remove_is_all_or_nothing(refdesk, filled: Path) -> None:
    said = refdesk("remove", "fees.md", "nosuch", "--yes")
    assert said.exit_code == 2
    assert "nothing was removed" in said.stderr
    assert len(refdesk("documents", "--json").json()["documents"]) == 3


def test_remove_without_anybody_to_ask_wants_yes(refdesk, filled: Path) -> None:
    said = refdesk("remove", "fees.md")
    assert said.exit_code == 2
    assert "--yes" in said.stderr
    assert len(refdesk("documents", "--json").json()["documents"]) == 3


@pytest.mark.parametrize(("typed", "left"), [("y\n", 2), ("n\n", 3), ("\n", 3)])
def test_remove_asks(refdesk, filled: Path, monkeypatch: pytest.MonkeyPatch, typed: str, left: int) -> None:
    monkeypatch.setattr("typer.testing._NamedTextIOWrapper.isatty", lambda stream: stream.name == "<stdin>")
    said = refdesk("remove", "fees.md", typed=typed)
    assert said.exit_code == 0
    assert str(filled / "fees.md") in said.stderr
    assert len(refdesk("documents", "--json").json()["documents"]) == left


def test_collections_are_listed_with_what_does_not_open(refdesk, filled: Path, modelless: Path) -> None:
    broken = modelless / "collections" / "broken"
    broken.mkdir()
    (broken / "store.sqlite3").write_bytes(b"no database at all" * 500)
    said = refdesk("collections", "--json")
    assert said.exit_code == 1
    listing = {entry["name"]: entry for entry in said.json()["collections"]}
    assert (listing["default"]["documents"], listing["default"]["problem"]) == (3, None)
    assert listing["broken"]["documents"] is None
    assert "broken does not open: " in refdesk("collections").stdout


def test_collections_delete(refdesk, filled: Path) -> None:
    assert refdesk("collections", "delete", "default").exit_code == 2
    assert refdesk("collections", "delete", "default", "--yes").stdout == "Deleted 'default'.\n"
    assert refdesk("collections", "--json").json()["collections"] == []
    assert refdesk("collections", "delete", "default", "--yes").exit_code == 2
    assert refdesk("collections", "delete", "../x", "--yes").exit_code == 2


def test_show_lists_what_matches_where_one_is_needed(refdesk, folder: Path) -> None:
    for number in range(9):  # 3 + 9 files, of which 10 are named
        (folder / f"more {number}.txt").write_text(f"This is note number {number}.")
    refdesk("ingest", folder)
    said = refdesk("show", str(folder))
    assert said.exit_code == 2
    assert "12 documents match" in said.stderr
    assert f"\n  {folder / 'fees.md'}\n" in said.stderr
    assert said.stderr.count(f"\n  {folder}/") == 10
    assert said.stderr.endswith("\n  and 2 more\n")


def test_what_was_read_by_ocr_says_so(refdesk, filled: Path, modelless: Path) -> None:
    with Store.open(modelless / "collections" / "default") as store:
        held = store.sources()[str(filled / "hours.txt")]
        page = Page(1, "The library opens at nine.", "page 1", recognised=True)
        document = Document(held.sha256, "text/plain", "Hours", (page,), language="en")
        vectors = np.zeros((0, store.identity.dimension), dtype=np.float32)
        store.put(document, [], vectors, held)
    assert "[page 1, read by OCR]\n" in refdesk("show", "hours.txt").stdout
    assert "OCR" not in refdesk("show", "fees.md").stdout
    assert [one["recognised"] for one in refdesk("show", "hours.txt", "--json").json()["pages"]] == [True]
    fees, hours, _ = refdesk("documents", "--json").json()["documents"]
    assert (fees["recognised_pages"], hours["recognised_pages"], hours["language"]) == (0, 1, "en")
    assert "1 (1 by OCR)  " in refdesk("documents").stdout
