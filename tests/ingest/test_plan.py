from __future__ import annotations

import os
import socket
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest.errors import NothingToIngest
from ingest.plan import (
    UNSETTLED_MODIFIED_NS,
    Plan,
    PlannedFile,
    plan_ingest,
    recorded_source,
    source_path,
)
from ingest.store.records import SourceFile


def write(path: Path, text: str = "text") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def known_as(path: Path, **changed: int) -> dict[str, SourceFile]:
    status = path.stat()
    facts = {"size_bytes": status.st_size, "modified_ns": status.st_mtime_ns} | changed
    return {str(path): SourceFile(str(path), "sha", **facts)}


def names(files: Sequence[PlannedFile], root: Path) -> list[str]:
    return [file.path.relative_to(root).as_posix() for file in files]


def reasons(plan: Plan, root: Path) -> dict[str, str]:
    return {Path(other.path).relative_to(root).as_posix(): other.reason for other in plan.passed_over}


class TestWhatIsFound:
    def test_a_folder_is_walked_in_the_order_of_its_paths(self, tmp_path: Path) -> None:
        for name in ("b.txt", "a/z.txt", "a/b/c.md", "a.txt", "c/a.txt"):
            write(tmp_path / name)
        plan = plan_ingest([tmp_path], {})
        assert names(plan.new, tmp_path) == ["a/b/c.md", "a/z.txt", "a.txt", "b.txt", "c/a.txt"]
        assert names(plan.to_read, tmp_path) == names(plan.new, tmp_path)
        assert not any(file.named for file in plan.new)

    def test_a_file_is_found_with_its_size_and_time(self, tmp_path: Path) -> None:
        file = write(tmp_path / "a.txt", "12345")
        assert plan_ingest([file], {}).new == (PlannedFile(file, 5, file.stat().st_mtime_ns, named=True),)

    def test_a_file_is_met_once_however_often_it_is_named(self, tmp_path: Path) -> None:
        file = write(tmp_path / "docs" / "a.txt")
        for paths in ([tmp_path, file, tmp_path / "docs"], [file, tmp_path], [file, file]):
            plan = plan_ingest(paths, {})
            assert plan.new == (PlannedFile(file, 4, file.stat().st_mtime_ns, named=True),)

    def test_relative_paths_become_absolute(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(tmp_path / "docs" / "a.txt")
        write(tmp_path / "b.txt")
        monkeypatch.chdir(tmp_path / "docs")
        plan = plan_ingest(["a.txt", "../b.txt", "../docs/a.txt"], {})
        assert names(plan.new, tmp_path) == ["b.txt", "docs/a.txt"]


class TestWhatIsPassedOver:
    def test_hidden_entries_are_passed_over_and_said(self, tmp_path: Path) -> None:
        write(tmp_path / "a.txt")
        write(tmp_path / ".secret.txt")
        write(tmp_path / ".git" / "config")
        plan = plan_ingest([tmp_path], {})
        assert names(plan.new, tmp_path) == ["a.txt"]
        assert sorted(reasons(plan, tmp_path)) == [".git", ".secret.txt"]
        assert all("hidden" in reason for reason in reasons(plan, tmp_path).values())
        assert not any(other.failed for other in plan.passed_over)

    def test_what_is_hidden_is_read_when_it_is_named(self, tmp_path: Path) -> None:
        write(tmp_path / "a.txt")
        file = write(tmp_path / ".secret.txt")
        folder = write(tmp_path / ".hidden" / "b.txt").parent
        for paths in ([tmp_path, file, folder], [file, folder, tmp_path]):
            plan = plan_ingest(paths, {})
            assert names(plan.new, tmp_path) == [".hidden/b.txt", ".secret.txt", "a.txt"]
            assert plan.passed_over == ()

    def test_a_folder_below_a_hidden_one_may_be_named(self, tmp_path: Path) -> None:
        write(tmp_path / ".hidden" / "docs" / "b.txt")
        assert names(plan_ingest([tmp_path / ".hidden" / "docs"], {}).new, tmp_path) == [".hidden/docs/b.txt"]

    @pytest.mark.parametrize("name", ["~$report.docx", "Thumbs.db", "desktop.ini"])
    def test_files_of_programs_are_passed_over(self, name: str, tmp_path: Path) -> None:
        write(tmp_path / "a.txt")
        write(tmp_path / name)
        assert list(reasons(plan_ingest([tmp_path], {}), tmp_path)) == [name]

    def test_a_link_that_leads_out_is_not_followed(self, tmp_path: Path) -> None:
        outside = write(tmp_path / "outside" / "b.txt")
        inside = write(tmp_path / "docs" / "a.txt").parent
        (inside / "file-link").symlink_to(outside)
        (inside / "folder-link").symlink_to(outside.parent)
        plan = plan_ingest([inside], {})
        assert names(plan.new, inside) == ["a.txt"]
        assert {name: "leads out" in reason for name, reason in reasons(plan, inside).items()} == {
            "file-link": True,
            "folder-link": True,
        }

    def test_a_link_in_a_circle_is_not_followed(self, tmp_path: Path) -> None:
        write(tmp_path / "a" / "a.txt")
        (tmp_path / "a" / "up").symlink_to(tmp_path)
        (tmp_path / "itself").symlink_to(tmp_path / "itself")
        (tmp_path / "nowhere").symlink_to(tmp_path / "missing")
        plan = plan_ingest([tmp_path], {})
        assert names(plan.new, tmp_path) == ["a/a.txt"]
        found = reasons(plan, tmp_path)
        assert "leads back" in found["a/up"]
        assert "in a circle" in found["itself"]
        assert "leads nowhere" in found["nowhere"]

    def test_links_within_a_folder_give_a_second_name_only_to_files(self, tmp_path: Path) -> None:
        write(tmp_path / "a" / "a.txt")
        (tmp_path / "b").symlink_to(tmp_path / "a")
        (tmp_path / "c.txt").symlink_to(tmp_path / "a" / "a.txt")
        plan = plan_ingest([tmp_path], {})
        assert names(plan.new, tmp_path) == ["a/a.txt", "c.txt"]
        assert "read under its own path" in reasons(plan, tmp_path)["b"]

    def test_a_link_that_is_named_is_followed_and_keeps_its_name(self, tmp_path: Path) -> None:
        write(tmp_path / "real" / "a.txt")
        (tmp_path / "link").symlink_to(tmp_path / "real")
        assert names(plan_ingest([tmp_path / "link"], {}).new, tmp_path) == ["link/a.txt"]

    def test_a_pipe_or_socket_is_never_opened(self, tmp_path: Path) -> None:
        write(tmp_path / "a.txt")
        os.mkfifo(tmp_path / "pipe")
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(tmp_path / "s"))
            plan = plan_ingest([tmp_path, tmp_path / "pipe"], {})
        assert names(plan.new, tmp_path) == ["a.txt"]
        failed = {Path(other.path).name: other.failed for other in plan.passed_over}
        assert failed == {"pipe": True, "s": False}

    def test_a_folder_that_may_not_be_read_failed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(tmp_path / "a.txt")
        write(tmp_path / "closed" / "b.txt")
        scandir = os.scandir

        def refuse(folder: Path) -> object:
            if folder.name == "closed":
                raise PermissionError(13, "Permission denied")
            return scandir(folder)

        monkeypatch.setattr(os, "scandir", refuse)
        plan = plan_ingest([tmp_path], {})
        assert names(plan.new, tmp_path) == ["a.txt"]
        (closed,) = plan.passed_over
        assert closed.failed
        assert "Permission denied" in closed.reason


class TestWhatIsKnown:
    def test_equal_size_and_time_is_unchanged(self, tmp_path: Path) -> None:
        file = write(tmp_path / "a.txt")
        plan = plan_ingest([tmp_path], known_as(file))
        assert names(plan.unchanged, tmp_path) == ["a.txt"]
        assert plan.to_read == ()

    @pytest.mark.parametrize("changed", [{"size_bytes": 5}, {"modified_ns": 5}])
    def test_another_size_or_time_is_possibly_changed(self, changed: dict[str, int], tmp_path: Path) -> None:
        file = write(tmp_path / "a.txt")
        plan = plan_ingest([tmp_path], known_as(file, **changed))
        assert names(plan.changed, tmp_path) == ["a.txt"]
        assert plan.unchanged == ()

    def test_a_file_read_just_after_it_was_written_is_read_again(self, tmp_path: Path) -> None:
        """It could be written once more within the same tick of the clock (git calls this racy)."""
        file = write(tmp_path / "a.txt")
        status = file.stat()
        soon, later = status.st_mtime_ns + 1_999_999_999, status.st_mtime_ns + 2_000_000_001
        unsettled = recorded_source(file, "sha", status, soon)
        assert unsettled.modified_ns == UNSETTLED_MODIFIED_NS
        assert names(plan_ingest([file], {str(file): unsettled}).changed, tmp_path) == ["a.txt"]
        settled = recorded_source(file, "sha", status, later)
        assert settled == SourceFile(str(file), "sha", 4, status.st_mtime_ns)
        assert names(plan_ingest([file], {str(file): settled}).unchanged, tmp_path) == ["a.txt"]

    def test_a_time_in_the_future_is_never_trusted(self, tmp_path: Path) -> None:
        file = write(tmp_path / "a.txt")
        ahead = time.time_ns() + 3600 * 10**9
        os.utime(file, ns=(ahead, ahead))
        assert recorded_source(file, "sha", file.stat(), time.time_ns()).modified_ns == UNSETTLED_MODIFIED_NS


class TestSync:
    def test_what_vanished_from_a_named_folder_is_gone(self, tmp_path: Path) -> None:
        file = write(tmp_path / "docs" / "a.txt")
        known = known_as(file)
        for name in ("docs/b.txt", "docs/deep/c.txt", "docs-2/d.txt", "e.txt"):
            path = str(tmp_path / name)
            known[path] = SourceFile(path, "sha", 1, 1)
        plan = plan_ingest([tmp_path / "docs"], known, sync=True)
        assert plan.gone == (str(tmp_path / "docs/b.txt"), str(tmp_path / "docs/deep/c.txt"))
        assert plan_ingest([tmp_path / "docs"], known).gone == ()

    def test_what_is_still_there_but_not_met_is_not_gone(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hidden = write(tmp_path / ".hidden.txt")
        closed = write(tmp_path / "closed" / "b.txt")
        write(tmp_path / "a.txt")
        scandir = os.scandir

        def refuse(folder: Path) -> object:
            if folder.name == "closed":
                raise PermissionError(13, "Permission denied")
            return scandir(folder)

        monkeypatch.setattr(os, "scandir", refuse)
        assert plan_ingest([tmp_path], known_as(hidden) | known_as(closed), sync=True).gone == ()

    def test_a_folder_that_may_not_be_entered_proves_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(tmp_path / "a.txt")
        unseen = tmp_path / "closed" / "b.txt"
        known = {str(unseen): SourceFile(str(unseen), "sha", 1, 1)}
        look = Path.stat

        def refuse(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
            if path == unseen:
                raise PermissionError(13, "Permission denied")
            return look(path, follow_symlinks=follow_symlinks)

        monkeypatch.setattr(Path, "stat", refuse)
        assert plan_ingest([tmp_path], known, sync=True).gone == ()

    def test_a_folder_that_was_emptied_is_work_to_do(self, tmp_path: Path) -> None:
        path = str(tmp_path / "a.txt")
        plan = plan_ingest([tmp_path], {path: SourceFile(path, "sha", 1, 1)}, sync=True)
        assert plan.gone == (path,)


class TestNothingToIngest:
    def test_a_missing_path(self, tmp_path: Path) -> None:
        with pytest.raises(NothingToIngest, match=r"missing\.pdf does not exist"):
            plan_ingest([tmp_path / "missing.pdf"], {})

    def test_an_empty_folder(self, tmp_path: Path) -> None:
        with pytest.raises(NothingToIngest, match=f"{tmp_path} holds no file to read"):
            plan_ingest([tmp_path], {})

    def test_a_folder_that_holds_only_hidden_files(self, tmp_path: Path) -> None:
        write(tmp_path / ".a.txt")
        with pytest.raises(NothingToIngest, match="1 passed over: hidden, linked"):
            plan_ingest([tmp_path], {})

    def test_nothing_named(self) -> None:
        with pytest.raises(NothingToIngest, match="Name a file"):
            plan_ingest([], {})

    def test_a_missing_path_beside_a_good_one_failed(self, tmp_path: Path) -> None:
        write(tmp_path / "a.txt")
        plan = plan_ingest([tmp_path / "a.txt", tmp_path / "missing.pdf"], {})
        assert names(plan.new, tmp_path) == ["a.txt"]
        (missing,) = plan.passed_over
        assert missing.failed
        assert "does not exist" in missing.reason

    def test_a_missing_path_that_was_read_before_says_what_is_held(self, tmp_path: Path) -> None:
        write(tmp_path / "a.txt")
        held = str(tmp_path / "old" / "b.txt")
        plan = plan_ingest([tmp_path / "a.txt", tmp_path / "old"], {held: SourceFile(held, "sha", 1, 1)})
        assert "(1 file) stays until `refdesk remove`" in plan.passed_over[0].reason


class TestSourcePath:
    def test_takes_out_what_only_leads_back(self, tmp_path: Path) -> None:
        (tmp_path / "docs").mkdir()
        assert source_path(tmp_path / "docs" / ".." / "." / "docs") == tmp_path / "docs"

    def test_keeps_the_name_of_a_link(self, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(write(tmp_path / "a.txt"))
        assert source_path(tmp_path / "link") == tmp_path / "link"

    def test_goes_up_from_where_a_link_leads(self, tmp_path: Path) -> None:
        file = write(tmp_path / "real" / "a.txt")
        (tmp_path / "real" / "deep").mkdir()
        (tmp_path / "link").symlink_to(tmp_path / "real" / "deep")
        assert source_path(tmp_path / "link" / ".." / "a.txt") == file


def test_a_folder_that_is_suddenly_empty_is_not_forgotten(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    beside = tmp_path / "a.txt"
    beside.write_text("here", encoding="utf-8")
    known = {
        path: SourceFile(path, "sha", 1, 1)
        for path in (f"{tmp_path}/disk/{number}.txt" for number in range(10))
    }
    plan = plan_ingest([tmp_path / "disk", beside], known, sync=True)
    assert plan.gone == ()
    (empty,) = plan.passed_over
    assert empty.failed
    assert "Is its disk mounted?" in empty.reason
    few = dict(list(known.items())[:9])
    assert len(plan_ingest([tmp_path / "disk", beside], few, sync=True).gone) == 9
