"""Pages of a collection's documents as pictures, with what is cited marked on them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from ingest.errors import UnreadableFile
from ingest.file_reader import FileReader
from ingest.loaders.content import FileOnDisk
from ingest.loaders.page_drawing import DRAWN_KINDS
from ingest.page_pictures import PIXELS_PER_POINT, PagePicture, draw_page
from ingest.snapshot import take_snapshot
from ingest.store.store import Store
from rag.errors import NoPagePicture
from rag.highlights import Box

#: Pixels per point of a page, unless something else is asked for: 108 to the inch.
DEFAULT_SCALE = 1.5
SMALLEST_SCALE, LARGEST_SCALE = 0.25, PIXELS_PER_POINT

_MARKER = (255, 235, 90)
_MARGIN = 0.12  # of a line's height, around its letters


class PagePictures:
    """Draws pages of the files that documents were read from, while those are there and unchanged.

    They are drawn in a process of their own with the limits that hold for reading. Close it, or use `with`.
    """

    def __init__(self, store: Store, drawer: FileReader, most_file_bytes: int) -> None:
        self._store = store
        self._drawer = drawer
        self._most_file_bytes = most_file_bytes

    def png(
        self,
        document: str,
        page_number: int,
        boxes: Sequence[Box] = (),
        *,
        scale: float = DEFAULT_SCALE,
        passwords: Sequence[str] = (),
    ) -> bytes:
        """A page of a PDF or of a picture as a PNG file, with these boxes marked as by a felt pen.

        `document` is a path as the collection holds it, `scale` pixels per point (1/72 inch) of a PDF page.
        Raises NoPagePicture where the file is gone, was changed or has no pages to draw; ValueError for a
        scale that is not within 0.25 and 2.
        """
        if not SMALLEST_SCALE <= scale <= LARGEST_SCALE:
            raise ValueError(f"scale is {scale:g}; it must be from {SMALLEST_SCALE:g} to {LARGEST_SCALE:g}")
        file = self._original(document)
        try:
            picture = draw_page(file, page_number, self._drawer, tuple(passwords))
        except UnreadableFile as error:
            raise NoPagePicture(str(error)) from error
        return _marked(picture, boxes, scale / PIXELS_PER_POINT)

    def close(self) -> None:
        self._drawer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _original(self, document: str) -> FileOnDisk:
        """A file that the document was read from, as long as its bytes are those; a copy will do."""
        sources = self._store.sources()
        if document not in sources:
            raise NoPagePicture(
                f"The collection holds no document {document}. `refdesk documents` lists them."
            )
        sha256 = sources[document].sha256
        document_id = self._store.document_of(sha256)
        if document_id is None or self._store.head(document_id).media_type not in DRAWN_KINDS:
            raise NoPagePicture(
                f"{Path(document).name} has no pages that could be drawn: PDF files and pictures have. "
                "`refdesk show` shows its text."
            )
        copies = [path for path, source in sources.items() if source.sha256 == sha256 and path != document]
        troubles = []
        for path in map(Path, (document, *copies)):
            try:
                return self._unchanged(path, sha256)
            except NoPagePicture as error:
                troubles.append(error)
        raise troubles[0]

    def _unchanged(self, path: Path, sha256: str) -> FileOnDisk:
        container = next((each for each in path.parents if each.is_file()), None)
        if container is not None:
            raise NoPagePicture(
                f"{path.name} lies in {container.name}, and pages are drawn of files on the disk alone. Take "
                "it out and ingest it by itself."
            )
        try:
            file, _ = take_snapshot(path, self._most_file_bytes)
        except UnreadableFile as error:
            raise NoPagePicture(str(error)) from error
        if file.sha256 != sha256:
            raise NoPagePicture(
                f"{path.name} was changed since it was ingested, so its pages may not be those that are "
                "cited. Ingest it again."
            )
        return file


def _marked(picture: PagePicture, boxes: Sequence[Box], zoom: float) -> bytes:
    """A PNG, `zoom` times as large. The marker's colour is multiplied in: black letters stay black."""
    from PIL import Image, ImageChops, ImageDraw

    page = Image.frombytes("RGB", (picture.width, picture.height), picture.pixels)
    if zoom != 1.0:
        size = (max(1, round(page.width * zoom)), max(1, round(page.height * zoom)))
        page = page.resize(size, Image.Resampling.LANCZOS)
    if boxes:
        marks = Image.new("RGB", page.size, "white")
        pen = ImageDraw.Draw(marks)
        for box in boxes:
            left, top = box.left * page.width, box.top * page.height
            right, bottom = box.right * page.width, box.bottom * page.height
            margin = max(1.0, _MARGIN * min(right - left, bottom - top))
            pen.rectangle((left - margin, top - margin, right + margin, bottom + margin), fill=_MARKER)
        page = ImageChops.multiply(page, marks)
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()
