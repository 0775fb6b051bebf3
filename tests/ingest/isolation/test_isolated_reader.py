"""A file may do to its reading process what it will: it is told, and the next one is read."""

from __future__ import annotations

import gc
import hashlib
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from ingest import errors
from ingest.errors import DamagedFile, EncryptedFile, ReadingStopped, UnreadableFile
from ingest.isolation.reader import IsolatedReader
from ingest.loaders.content import FileOnDisk
from ingest.loaders.protocol import (
    Closed,
    LoadOptions,
    MemberFound,
    Opened,
    PageLost,
    PageRead,
    ReadEvent,
)
from ingest.settings import ReadingLimits

HERE = Path(__file__).parent
LIMITS = ReadingLimits(open_seconds=30, page_seconds=30, stuck_pages=2, memory_bytes=400 * 1024**2)
HASTY = replace(LIMITS, page_seconds=0.5)
MEBIBYTE = 1024 * 1024
linux = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's own limits are Linux's")

Script = Callable[..., FileOnDisk]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """A file whose lines tell the hostile reader what to do."""

    def write(*lines: str, name: str = "script.txt") -> FileOnDisk:
        path = tmp_path / name
        data = "\n".join(lines).encode()
        path.write_bytes(data)
        return FileOnDisk(path, path, hashlib.sha256(data).hexdigest(), len(data))

    return write


@pytest.fixture(scope="module")
def reader() -> Iterator[IsolatedReader]:
    reader = scripted()
    yield reader
    reader.close()


@pytest.fixture(scope="module")
def hasty_reader() -> Iterator[IsolatedReader]:
    """A reader with little patience."""
    reader = scripted(HASTY)
    yield reader
    reader.close()


@pytest.fixture
def own_reader() -> Iterator[IsolatedReader]:
    """A reader of the test's own, without a child yet."""
    reader = scripted()
    yield reader
    reader.close()


def scripted(limits: ReadingLimits = LIMITS, factory: str = "scripted_reader") -> IsolatedReader:
    return IsolatedReader(limits, factory=f"hostile_readers:{factory}", python_path=[HERE])


def told(events: list[ReadEvent]) -> list[str]:
    """Events as short words: the page's text, or its number and why it was lost."""
    words = []
    for event in events:
        match event:
            case PageRead(page):
                words.append(page.text)
            case PageLost(number, reason):
                words.append(f"{number} lost: {reason}")
            case Opened() | Closed() | MemberFound():
                words.append(type(event).__name__)
    return words


def child_of(reader: IsolatedReader) -> psutil.Process:
    assert reader._idle is not None
    return psutil.Process(reader._idle.pid)


def is_gone(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


class TestPagesThatAreLost:
    def test_a_page_that_hangs_is_lost_and_the_next_is_read(self, hasty_reader, script):
        assert told(list(hasty_reader.read(script("one", "hang", "three")))) == [
            "Opened",
            "one",
            "2 lost: reading it took longer than 0.5 seconds (page_seconds)",
            "three",
            "Closed",
        ]

    def test_so_is_one_that_never_lets_go_of_the_interpreter(self, hasty_reader, script):
        events = told(list(hasty_reader.read(script("hang-holding-the-interpreter", "two"))))
        assert events[1:] == [
            "1 lost: reading it took longer than 0.5 seconds (page_seconds)",
            "two",
            "Closed",
        ]

    def test_a_page_that_kills_its_process_is_lost_with_the_reason(self, own_reader, script):
        deaths = {
            "die SIGSEGV": "its reading process died (SIGSEGV)",
            "die SIGABRT": "its reading process died (SIGABRT)",
            "die SIGKILL": "its reading process was killed from outside (SIGKILL), as happens when a machine "
            "runs out of memory",
            "exit 0": "its reading process ended by itself (exit status 0)",
            "raise-memory-in-other-words": "it took more than 0.39 GiB of memory (memory_bytes)",
            "exit 3": "its reading process ended by itself (exit status 3)",  # and the last page is lost
        }
        events = told(list(own_reader.read(script(*[line for deed in deaths for line in ("words", deed)]))))
        pages = [
            ("words", f"{number} lost: {reason}")
            for number, reason in zip(range(2, 13, 2), deaths.values(), strict=True)
        ]
        assert events == ["Opened", *[line for pair in pages for line in pair], "Closed"]

    @linux
    def test_a_page_that_wants_too_much_memory_is_lost(self, reader, script):
        assert told(list(reader.read(script("allocate 100", "allocate 600", "three")))) == [
            "Opened",
            "got 100 MiB",
            f"2 lost: it took more than {400 / 1024:.2g} GiB of memory (memory_bytes)",
            "three",
            "Closed",
        ]

    def test_memory_is_watched_from_outside_too(self, script):
        limits = ReadingLimits(memory_bytes=200 * MEBIBYTE)
        reader = scripted(limits)
        [lost] = [each for each in reader.read(script("share 190", "two")) if isinstance(each, PageLost)]
        assert lost == PageLost(1, "it took more than 0.2 GiB of memory (memory_bytes)")
        reader.close()

    def test_a_page_too_long_for_a_frame_is_lost(self, reader, script):
        assert told(list(reader.read(script("large 33", "two")))) == [
            "Opened",
            "1 lost: its text is longer than any page's (MOST_FRAME_BYTES)",
            "two",
            "Closed",
        ]

    def test_pages_out_of_order_are_not_believed(self, reader, script):
        events = told(list(reader.read(script("one", "two", "wrong-number 1", "four"))))
        assert events[3].startswith("3 lost: its reading process answered what cannot be")
        assert events[4:] == ["four", "Closed"]

    def test_a_file_is_given_up_after_so_many_pages_in_a_row(self, reader, script):
        events = []
        with pytest.raises(
            ReadingStopped, match=r"2 pages in a row could not be read \(stuck_pages is 2"
        ) as stopped:
            events.extend(reader.read(script("one", "exit 1", "three", "exit 1", "exit 1", "six")))
        assert "given up at page 5" in str(stopped.value)
        assert "script.txt" in str(stopped.value)

    def test_a_file_is_given_up_after_ten_times_so_many_in_all(self, script):
        reader = scripted(ReadingLimits(stuck_pages=1))
        with pytest.raises(ReadingStopped, match="one page could not be read"):
            list(reader.read(script("exit 1", "two")))
        reader.close()


class TestFilesThatDoNotOpen:
    def test_a_file_that_hangs_at_its_opening_names_the_limit(self, script):
        reader = scripted(ReadingLimits(open_seconds=0.3))
        with pytest.raises(
            ReadingStopped, match=r"script.txt was not read: opening it took longer than 0.3 seconds"
        ):
            list(reader.read(script("opening: hang", "one")))
        assert told(list(reader.read(script("one")))) == ["Opened", "one", "Closed"]
        reader.close()

    def test_a_file_that_kills_at_its_opening_says_so(self, reader, script):
        with pytest.raises(ReadingStopped, match=r"its reading process died \(SIGSEGV\)"):
            list(reader.read(script("opening: die SIGSEGV", "one")))

    @pytest.mark.parametrize("kind", sorted(each.__name__ for each in UnreadableFile.__subclasses__()))
    def test_errors_arrive_as_what_they_were(self, reader, script, kind):
        with pytest.raises(UnreadableFile) as caught:
            list(reader.read(script(f"opening: raise {kind} in these words")))
        assert type(caught.value) is getattr(errors, kind)
        assert str(caught.value) == "in these words"

    def test_an_error_of_a_kind_of_its_own_arrives_as_the_nearest_known(self, reader, script):
        with pytest.raises(EncryptedFile, match=r"^locked$"):
            list(reader.read(script("raise-subclass locked")))

    def test_an_error_that_was_never_promised_is_damage_in_words(self, reader, script):
        with pytest.raises(DamagedFile, match=r"script.txt could not be read: Strange: why"):
            list(reader.read(script("raise Strange why")))

    def test_a_reader_that_just_stops_is_told(self, reader, script):
        file = script("one")
        file.file.write_text("opening: raise StopIteration now", encoding="utf-8")
        with pytest.raises(UnreadableFile):
            list(reader.read(file))

    def test_words_with_half_characters_arrive(self, reader, script):
        with pytest.raises(DamagedFile) as caught:
            list(reader.read(script("raise DamagedFile ok", name="caf\udce9.txt")))
        assert str(caught.value) == "ok"
        with pytest.raises(DamagedFile, match="caf\udce9"):
            list(reader.read(script("raise Strange why", name="caf\udce9.txt")))

    def test_a_process_that_cannot_start_says_why(self, script):
        reader = scripted(factory="no_reader")
        with pytest.raises(
            ReadingStopped, match=r"(?s)no process to read it in could be started.*a library is missing"
        ):
            list(reader.read(script("one")))
        reader.close()


class TestTheChild:
    def test_one_child_reads_file_after_file(self, own_reader, script):
        assert isinstance(closed := list(own_reader.read(script("one")))[-1], Closed)
        pid = child_of(own_reader).pid
        again = list(own_reader.read(script("two")))[-1]
        assert closed.notes == (f"file 1 of this process {pid}",)
        assert again == Closed((f"file 2 of this process {pid}",))

    def test_a_used_child_that_dies_costs_nothing_if_a_fresh_one_does_not(self, reader, script):
        list(reader.read(script("one")))
        assert told(list(reader.read(script("one", "die-in-second-file", "three")))) == [
            "Opened",
            "one",
            "die-in-second-file",
            "three",
            "Closed",
        ]

    def test_a_child_killed_while_idle_is_replaced(self, reader, script):
        list(reader.read(script("one")))
        child_of(reader).kill()
        assert told(list(reader.read(script("two")))) == ["Opened", "two", "Closed"]

    def test_a_child_that_has_grown_is_replaced(self, script):
        reader = scripted(ReadingLimits(memory_bytes=200 * MEBIBYTE))
        list(reader.read(script("one")))
        first = child_of(reader).pid
        assert told(list(reader.read(script("keep 110")))) == ["Opened", "keep 110", "Closed"]
        assert reader._idle is None
        assert is_gone(first)

    def test_what_libraries_print_disturbs_nothing(self, reader, script, capfd):
        events = told(list(reader.read(script("print hello", "complain 3000", "three"))))
        assert events == ["Opened", "print hello", "complain 3000", "three", "Closed"]
        assert capfd.readouterr() == ("", "")

    def test_its_last_words_are_for_the_log_and_few(self, own_reader, script, caplog):
        caplog.set_level(logging.DEBUG, logger="ingest.isolation")
        list(own_reader.read(script("complain 3000", "exit 1", "three")))
        [words] = [record for record in caplog.records if "last words" in record.message]
        assert "all is lost" in words.message
        assert len(words.message) < 20 * 2000 + 100

    def test_programs_it_started_end_with_it(self, hasty_reader, script, tmp_path):
        list(hasty_reader.read(script(f"spawn {tmp_path / 'pid'}", "hang")))
        assert is_gone(int((tmp_path / "pid").read_text()))

    def test_they_end_also_when_it_dies_by_itself(self, own_reader, script, tmp_path):
        list(own_reader.read(script(f"spawn {tmp_path / 'pid'}", "die SIGSEGV", "three")))
        assert is_gone(int((tmp_path / "pid").read_text()))

    def test_its_temporary_files_go_with_it(self, own_reader, script):
        list(own_reader.read(script("one")))
        folder = Path(child_of(own_reader).environ()["TMPDIR"])
        assert folder.is_dir()
        own_reader.close()
        assert not folder.exists()

    def test_it_gets_no_secrets(self, reader, script, monkeypatch):
        monkeypatch.setenv("MY_TOKEN", "secret")
        names = told(list(reader.read(script("environment"))))[1].split()
        assert "MY_TOKEN" not in names
        assert {"PATH", "OMP_NUM_THREADS", "TMPDIR"} <= set(names)

    @linux
    def test_its_limits_hold_and_it_yields_to_others(self, reader, script):
        core, data, files, niceness, ignores, leads = told(list(reader.read(script("limits"))))[1].split()
        assert (core, data, files) == ("0", str(LIMITS.memory_bytes), "512")
        assert int(niceness) >= 10
        assert (ignores, leads) == ("True", "True")

    def test_it_ends_with_the_reader(self, script):
        reader = scripted()
        list(reader.read(script("one")))
        pid = child_of(reader).pid
        del reader
        gc.collect()
        assert is_gone(pid)

    @pytest.mark.parametrize("deed", ["", "hang-holding-the-interpreter"])
    def test_it_ends_with_its_parent(self, script, tmp_path, deed):
        file = script("one", deed)
        program = f"""
import os, sys
from pathlib import Path
from ingest.isolation.reader import IsolatedReader
from ingest.loaders.content import FileOnDisk
path = Path({str(file.path)!r})
reader = IsolatedReader(factory="hostile_readers:scripted_reader", python_path=[Path({str(HERE)!r})])
events = reader.read(FileOnDisk(path, path, "", 1))
next(events), next(events)
[child] = reader._children
print(child.pid, flush=True)
sys.stdin.read()
"""
        with subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": str(tmp_path)},  # what a killed process leaves behind
        ) as parent:
            pid = int(parent.stdout.readline())
            assert psutil.pid_exists(pid)
            parent.kill()
        assert is_gone(pid)

    def test_it_outlives_the_thread_that_first_used_it(self, own_reader, script):
        thread = threading.Thread(target=lambda: list(own_reader.read(script("one"))))
        thread.start()
        thread.join()
        pid = child_of(own_reader).pid
        assert list(own_reader.read(script("two")))[-1] == Closed((f"file 2 of this process {pid}",))


class TestUse:
    def test_closing_an_iterator_early_leaves_the_reader_usable(self, reader, script):
        events = reader.read(script("one", "hang", "three"))
        assert isinstance(next(events), Opened)
        events.close()
        assert told(list(reader.read(script("two")))) == ["Opened", "two", "Closed"]

    def test_leaving_after_the_last_event_keeps_the_child(self, reader, script):
        events = reader.read(script("one"))
        while not isinstance(next(events), Closed):
            pass
        events.close()
        assert child_of(reader).is_running()

    def test_a_file_may_be_read_while_another_is_open(self, reader, script):
        outer = reader.read(script("one", "two", name="outer.txt"))
        next(outer)
        assert told(list(reader.read(script("inner", name="inner.txt")))) == ["Opened", "inner", "Closed"]
        assert told(list(outer)) == ["one", "two", "Closed"]

    def test_threads_read_at_the_same_time(self, reader, script):
        files = [script(f"file {number}", name=f"{number}.txt") for number in range(4)]
        found = {}
        threads = [
            threading.Thread(target=lambda file=file: found.update({file.name: list(reader.read(file))}))
            for file in files
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {name: told(events)[1] for name, events in found.items()} == {
            f"{number}.txt": f"file {number}" for number in range(4)
        }

    def test_closing_stops_a_reading_in_another_thread(self, script):
        reader = scripted(ReadingLimits())
        file, errors_met = script("hang"), []

        def read() -> None:
            with pytest.raises(ReadingStopped, match="its reader was closed") as caught:
                list(reader.read(file))
            errors_met.append(caught.value)

        thread = threading.Thread(target=read)
        thread.start()
        while not reader._children:
            time.sleep(0.01)
        time.sleep(0.3)
        reader.close()
        thread.join(5)
        assert len(errors_met) == 1

    def test_the_child_does_not_run_far_ahead(self, own_reader, script, tmp_path):
        count = tmp_path / "count"
        page = f"count-into {count}"
        events = own_reader.read(script(*[page + " " * 0] * 2000))
        next(events), next(events)
        time.sleep(0.3)
        # What fits a pipe of 16 KiB and the frames on their way; a page takes more than 100 bytes here.
        assert count.stat().st_size < 16_384 / 100 + 8
        events.close()

    def test_reading_begins_at_the_page_asked_for(self, reader, script):
        assert told(list(reader.read(script("one", "two", "three"), first_page=3))) == [
            "Opened",
            "three",
            "Closed",
        ]

    def test_impossible_characters_cannot_break_offsets(self, reader, script):
        [page] = [each.page for each in reader.read(script("surrogate")) if isinstance(each, PageRead)]
        assert page.text == "a\ufffdb\ufffdc\ufffdd\ufffde"

    def test_members_lie_in_the_scratch_folder(self, reader, script, tmp_path):
        scratch = tmp_path / "scratch"
        scratch.mkdir()
        options = LoadOptions(scratch=scratch)
        events = list(reader.read(script("opening: archive", "member a.txt"), options))
        assert events[0] == MemberFound("a.txt", scratch / "a.txt")

    def test_members_that_lie_elsewhere_are_not_believed(self, reader, script, tmp_path):
        scratch = tmp_path / "scratch"
        scratch.mkdir()
        outside = tmp_path / "secret.txt"
        outside.write_text("secret")
        (scratch / "link").symlink_to(outside)
        for stray in (outside, scratch / "link", scratch / ".." / "secret.txt", scratch / "missing"):
            with pytest.raises(ReadingStopped, match="answered what cannot be"):
                list(
                    reader.read(
                        script("opening: archive", f"stray-member {stray}"), LoadOptions(scratch=scratch)
                    )
                )

    def test_an_archive_that_stops_half_way_is_not_begun_again(self, reader, script, tmp_path):
        options, events = LoadOptions(scratch=tmp_path), []
        with pytest.raises(ReadingStopped, match="was read only in part"):
            events.extend(reader.read(script("opening: archive", "member a.txt", "exit 1"), options))

    def test_a_loss_behind_the_last_page_costs_no_page(self, reader, script, tmp_path):
        events = list(reader.read(script("one", "member a.txt", "exit 1"), LoadOptions(scratch=tmp_path)))
        assert [type(each) for each in events] == [Opened, PageRead, MemberFound, Closed]
        assert "exit status 1" in events[-1].notes[0]


class TestNoNetwork:
    def test_a_child_reaches_not_even_this_machine(self, reader, script):
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(0.2)
            port = server.getsockname()[1]
            deeds = [f"connect {port}", f"connect-by-another-program {port}"]
            _, own, other, _ = told(list(reader.read(script(*deeds))))
            with pytest.raises(TimeoutError):
                server.accept()
        assert own.startswith("PermissionError; no socket" if sys.platform == "linux" else "PermissionError")
        assert other == "exit status 1"
