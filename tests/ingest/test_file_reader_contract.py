"""What every file reader promises, in this process or another."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.errors import DamagedFile, EmptyFile, UnreadableFile, UnsupportedFormat
from ingest.file_reader import FileReader, InProcessReader
from ingest.isolation.reader import IsolatedReader
from ingest.loaders.content import FileOnDisk
from ingest.loaders.protocol import Closed, Opened, PageRead
from ingest.loaders.text import TextLoader

Write = Callable[..., FileOnDisk]
PARTS = 4
#: More than one part of a text holds, so that four of them make four pages or more.
PARAGRAPH = "Returns are free. " * 160 + "\n\n"


def in_process() -> FileReader:
    return InProcessReader([TextLoader()])


def isolated() -> FileReader:
    return IsolatedReader(
        factory="hostile_readers:text_reader", python_path=[Path(__file__).parent / "isolation"]
    )


@pytest.fixture(scope="module", params=[in_process, isolated])
def reader(request: pytest.FixtureRequest) -> Iterator[FileReader]:
    made = request.param()
    yield made
    made.close()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(data: bytes | str, name: str = "terms.txt", known_as: Path | None = None) -> FileOnDisk:
        path = tmp_path / name
        raw = data.encode() if isinstance(data, str) else data
        path.write_bytes(raw)
        return FileOnDisk(known_as or path, path, hashlib.sha256(raw).hexdigest(), len(raw))

    return write


class TestFileReaderContract:
    def test_it_opens_reads_each_page_in_order_and_closes(self, reader: FileReader, write: Write) -> None:
        events = list(reader.read(write(PARAGRAPH * PARTS)))
        pages = [event.page for event in events if isinstance(event, PageRead)]
        assert isinstance(events[0], Opened)
        assert events[0].page_count == len(pages) == PARTS
        assert [page.number for page in pages] == [1, 2, 3, 4]
        assert isinstance(events[-1], Closed)
        assert len(events) == 1 + PARTS + 1

    def test_the_document_is_the_file_s_content_without_its_pages(self, reader, write) -> None:
        file = write("Returns are free.")
        opened = next(iter(reader.read(file)))
        assert (opened.document.sha256, opened.document.pages) == (file.sha256, ())
        assert opened.document.title == "terms"

    def test_texts_arrive_character_for_character(self, reader, write) -> None:
        text = "Größe, 価格, עברית, 🙂 “quoted” <b>&amp;</b> \\u0041"
        [page] = [event.page for event in reader.read(write(text)) if isinstance(event, PageRead)]
        assert page.text == text

    def test_it_begins_at_the_page_asked_for(self, reader, write) -> None:
        file = write(PARAGRAPH * PARTS)
        whole = list(reader.read(file))
        assert list(reader.read(file, first_page=3)) == [whole[0], *whole[3:]]

    def test_a_page_that_is_not_reached_gives_no_page(self, reader, write) -> None:
        opened, closed = reader.read(write("one page"), first_page=9)
        assert (type(opened), type(closed)) == (Opened, Closed)

    def test_an_iterator_may_be_left_early(self, reader, write) -> None:
        file = write(PARAGRAPH * PARTS)
        events = reader.read(file)
        next(events)
        events.close()
        assert len(list(reader.read(file))) == 1 + PARTS + 1

    @pytest.mark.parametrize(
        ("data", "kind"), [(b"\x00\x01\xff" * 50, UnsupportedFormat), (" \n ", EmptyFile)]
    )
    def test_what_cannot_be_read_is_a_kind_of_unreadable_file(self, reader, write, data, kind) -> None:
        with pytest.raises(kind, match=r"terms\.txt"):
            list(reader.read(write(data)))

    def test_a_huge_file_of_no_known_kind_is_refused_by_its_beginning(self, reader, write) -> None:
        file = write("", name="disk.img")
        os.truncate(file.file, 64 * 1024**3)  # more than any memory here holds
        with pytest.raises(UnsupportedFormat, match=r"disk\.img is of a kind that is not read here"):
            list(reader.read(file))

    def test_a_file_that_is_gone_is_told(self, reader, write) -> None:
        file = write("gone")
        file.file.unlink()
        with pytest.raises(UnreadableFile, match=r"terms\.txt could not be read"):
            list(reader.read(file))

    def test_a_file_may_be_known_by_another_name(self, reader, write) -> None:
        file = write("inside", name="member-000001", known_as=Path("/archive.zip/Terms of sale.txt"))
        assert next(iter(reader.read(file))).document.title == "Terms of sale"

    def test_names_that_are_no_utf_8_are_fine(self, reader, write) -> None:
        events = list(reader.read(write("Returns", name="caf\udce9.txt")))
        assert [event.page.text for event in events if isinstance(event, PageRead)] == ["Returns"]
        with pytest.raises((DamagedFile, UnsupportedFormat), match="caf\udce9"):
            list(reader.read(write(b"\x00\x01\xff" * 50, name="caf\udce9.txt")))

    def test_closing_twice_is_allowed(self, write) -> None:
        for make in (in_process, isolated):
            made = make()
            made.close()
            made.close()
