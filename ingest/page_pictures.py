"""A page of a file as a picture: drawn in the reading process, believed only as far as its numbers fit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import DamagedFile
from ingest.file_reader import FileReader
from ingest.loaders.content import FileOnDisk
from ingest.loaders.protocol import LoadOptions, MemberFound
from ingest.loaders.recognition_pages import PIXELS_PER_POINT
from ingest.scratch import scratch_folder
from ingest.snapshot import refuse_changed, status_of

__all__ = ["PIXELS_PER_POINT", "PagePicture", "draw_page"]

_HEADER = re.compile(rb"P6\n([1-9]\d{0,5}) ([1-9]\d{0,5})\n255\n")
_MOST_BYTES = 64 * 1024**2


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page as a reader sees it: cropped and upright. `pixels` are rows from the top, 3 bytes (RGB) each."""

    width: int
    height: int
    pixels: bytes


def draw_page(
    file: FileOnDisk, number: int, drawer: FileReader, passwords: tuple[str, ...] = ()
) -> PagePicture:
    """Page `number` (from 1) of a PDF or a picture, drawn by `ingest.assembly.build_page_drawer`.

    Raises a kind of `UnreadableFile`, also where the file changes meanwhile.
    """
    taken = status_of(file)
    with scratch_folder() as scratch:
        events = drawer.read(file, LoadOptions(passwords, scratch=scratch), first_page=number)
        drawn = [event.file for event in events if isinstance(event, MemberFound)]
        if not drawn:
            raise _no_picture(file, number)
        picture = _parse(drawn[0])
    refuse_changed(file, taken)
    if picture is None:
        raise _no_picture(file, number)
    return picture


def _parse(path: Path) -> PagePicture | None:
    if path.stat().st_size > _MOST_BYTES:
        return None
    data = path.read_bytes()
    header = _HEADER.match(data)
    if header is None:
        return None
    width, height = int(header[1]), int(header[2])
    pixels = data[header.end() :]
    return PagePicture(width, height, pixels) if len(pixels) == 3 * width * height else None


def _no_picture(file: FileOnDisk, number: int) -> DamagedFile:
    return DamagedFile(
        f"Page {number} of {file.name} was drawn as what is no picture. Report this as a fault."
    )
