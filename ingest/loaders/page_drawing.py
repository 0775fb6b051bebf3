"""Pages of PDF files and pictures drawn as a reader sees them, a page for each call.

It speaks as a `FileReader` does, so that the reading process with its limits can do it: the page comes as
the one file within the file. What is written is PPM, which takes no decoder to read back.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import UnreadableFile, UnsupportedFormat
from ingest.loaders.content import FileOnDisk
from ingest.loaders.images import draw_image
from ingest.loaders.pdf import open_pdf
from ingest.loaders.pdf_source import Unopened
from ingest.loaders.protocol import DEFAULT_OPTIONS, Closed, LoadOptions, MemberFound, ReadEvent
from ingest.media import JPEG, PDF, PNG, TIFF, tell_media_type_of_file
from ingest.settings import ReadingLimits

if TYPE_CHECKING:
    from ingest.loaders.recognition import Picture

#: The kinds of files whose pages can be drawn.
DRAWN_KINDS = frozenset({PDF, PNG, JPEG, TIFF})
_FILE_NAME = "page.ppm"


class PageDrawer:
    """A `FileReader` that draws page `first_page` into the scratch folder, and tells of that alone."""

    def read(
        self, file: FileOnDisk, options: LoadOptions = DEFAULT_OPTIONS, *, first_page: int = 1
    ) -> Iterator[ReadEvent]:
        if options.scratch is None:
            raise ValueError("a page is drawn into a scratch folder, and none was named")
        picture = _draw(file, options, first_page - 1)
        drawn = options.scratch / _FILE_NAME
        _write_ppm(drawn, picture)
        yield MemberFound(_FILE_NAME, drawn)
        yield Closed()

    def close(self) -> None:
        pass


def build_page_drawer(limits: ReadingLimits) -> PageDrawer:  # noqa: ARG001 - what a reading process calls
    return PageDrawer()


def _draw(file: FileOnDisk, options: LoadOptions, index: int) -> Picture:
    media_type = tell_media_type_of_file(file)
    if media_type not in DRAWN_KINDS:
        raise UnsupportedFormat(f"{file.name} has no pages that could be drawn ({media_type}).")
    if media_type != PDF:
        return draw_image(file, index)
    source, _ = open_pdf(file, options.passwords)
    try:
        drawn = source.draw_page(index)
    finally:
        source.close()
    if isinstance(drawn, Unopened):
        raise UnreadableFile(f"Page {index + 1} of {file.name} cannot be drawn: {drawn.reason}.")
    return drawn


def _write_ppm(path: Path, picture: Picture) -> None:
    height, width, _ = picture.shape
    path.write_bytes(f"P6\n{width} {height}\n255\n".encode() + picture.tobytes())
