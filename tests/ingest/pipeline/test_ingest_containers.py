"""Archives and what lies in them."""

from __future__ import annotations

import io
import zipfile

import pytest


def packed(**members: str | bytes) -> bytes:
    """A ZIP of these files; `__` in a name stands for a slash, `_` for its dot, `@` for `__`."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_", ".").replace("@", "__"), content)
    return data.getvalue()


class TestArchives:
    def test_each_member_is_a_document(self, desk) -> None:
        desk.write("a.zip", packed(gate_txt="The gate shuts.", notes__door_md="# Door\n\nThe door opens."))
        report = desk.ingest()
        assert desk.outcomes(report) == {"a.zip/gate.txt": "ingested", "a.zip/notes/door.md": "ingested"}
        assert desk.found("gate") == {"gate.txt"}
        assert desk.found("door") == {"door.md"}

    def test_an_unchanged_one_is_not_looked_into(self, desk, monkeypatch) -> None:
        desk.write("a.zip", packed(gate_txt="The gate shuts."))
        desk.ingest()
        monkeypatch.setattr("ingest.loaders.archive.ArchiveLoader.read", None)
        assert desk.outcomes(desk.ingest()) == {"a.zip/gate.txt": "unchanged"}

    def test_a_changed_one_is_followed_member_by_member(self, desk) -> None:
        desk.write(
            "a.zip", packed(gate_txt="The gate shuts.", door_txt="The door opens.", sea_txt="The sea.")
        )
        desk.ingest()
        desk.write("a.zip", packed(gate_txt="The gate shuts.", door_txt="The door is jammed."))
        report = desk.ingest()
        assert desk.outcomes(report) == {
            "a.zip/door.txt": "replaced",
            "a.zip/gate.txt": "unchanged",
            "a.zip/sea.txt": "removed",
        }
        assert desk.found("sea") == set()
        assert desk.found("jammed") == {"door.txt"}

    def test_sync_forgets_a_deleted_one_and_keeps_the_others(self, desk) -> None:
        gone = desk.write("a.zip", packed(gate_txt="The gate shuts."))
        desk.write("b.zip", packed(door_txt="The door opens."))
        desk.ingest()
        gone.unlink()
        report = desk.ingest(sync=True)
        assert desk.outcomes(report)["b.zip/door.txt"] == "unchanged"
        assert desk.outcomes(report)["a.zip/gate.txt"] == "removed"
        assert desk.found("gate") == set()
        assert desk.found("door") == {"door.txt"}
        assert list(desk.store.archives()) == [str(desk.docs / "b.zip")]

    def test_a_bad_member_is_named_and_looked_for_again(self, desk) -> None:
        desk.write("a.zip", packed(gate_txt="The gate shuts.", bad_pdf=b"%PDF-1.7\nnothing of the sort"))
        report = desk.ingest()
        assert desk.outcomes(report) == {"a.zip/bad.pdf": "failed", "a.zip/gate.txt": "ingested"}
        assert desk.store.archives() == {}
        assert desk.outcomes(desk.ingest()) == {"a.zip/bad.pdf": "failed", "a.zip/gate.txt": "unchanged"}

    def test_two_copies_of_one_share_their_documents(self, desk) -> None:
        content = packed(gate_txt="The gate shuts.")
        desk.write("a.zip", content)
        desk.write("b.zip", content)
        assert desk.outcomes(desk.ingest()) == {"a.zip/gate.txt": "ingested", "b.zip/gate.txt": "ingested"}
        assert desk.store.statistics().documents == 1

    def test_an_empty_one_fails_by_name(self, desk) -> None:
        desk.write("a.zip", packed())
        outcome = desk.of(desk.ingest(), "a.zip")
        assert outcome.outcome == "failed"
        assert "without any file" in str(outcome.reason)

    def test_one_of_hidden_entries_is_skipped_with_the_reason(self, desk) -> None:
        desk.write("a.zip", packed(**{"@MACOSX__gate_txt": "The gate shuts."}))
        outcome = desk.of(desk.ingest(), "a.zip")
        assert (outcome.outcome, outcome.reason) == ("skipped", "an archive that holds no file to read")
        assert desk.outcomes(desk.ingest()) == {"a.zip": "unchanged"}

    def test_a_damaged_one_fails_by_name(self, desk) -> None:
        desk.write("a.zip", packed(gate_txt="The gate shuts.")[:40])
        desk.write("b.txt", "The door opens.")
        outcomes = desk.outcomes(desk.ingest())
        assert outcomes.pop("b.txt") == "ingested"
        assert set(outcomes.values()) == {"failed"}

    def test_a_document_that_becomes_an_archive_gives_way_to_its_members(self, desk) -> None:
        desk.write("a.bin", "The gate shuts.")
        desk.ingest()
        desk.write("a.bin", packed(door_txt="The door opens."))
        desk.ingest()
        assert desk.found("gate") == set()
        assert [path.removeprefix(str(desk.docs)) for path in desk.store.sources()] == ["/a.bin/door.txt"]

    @pytest.mark.parametrize("sync", [False, True])
    def test_removing_a_member_by_hand_brings_it_back_with_the_next_run(self, desk, sync) -> None:
        path = desk.write("a.zip", packed(gate_txt="The gate shuts."))
        desk.ingest()
        desk.store.remove([f"{path}/gate.txt"])
        desk.ingest(sync=sync)
        assert desk.found("gate") == {"gate.txt"}
