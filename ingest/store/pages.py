"""Pages as rows, and a document's text put together from them."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from ingest.types import PAGE_BREAK, LineBox, Page

#: A page as it is kept: number, start, length, label, headings, recognised, boxes, text. `start` is
#: the offset of its first character in the document's text.
PageRow = tuple[int, int, int, str, str, bool, bytes, str]

COLUMNS = "number, start, length, label, headings, recognised, boxes, text"

_BOX = np.dtype([("offsets", "<u4", (2,)), ("edges", "<f4", (4,))])


def page_rows(pages: Iterable[Page], start: int = 0) -> Iterator[PageRow]:
    """The rows of pages that follow each other, the first of which begins at that offset."""
    for page in pages:
        yield (
            page.number,
            start,
            len(page.text),
            page.label,
            json.dumps(page.headings, ensure_ascii=False),
            page.recognised,
            pack_boxes(page.boxes),
            page.text,
        )
        start = next_start(start, page)


def next_start(start: int, page: Page) -> int:
    """Where the page after this one begins."""
    return start + len(page.text) + len(PAGE_BREAK)


def page_from_row(row: PageRow) -> Page:
    number, _, _, label, headings, recognised, boxes, text = row
    return Page(number, text, label, tuple(json.loads(headings)), unpack_boxes(boxes), bool(recognised))


def write_pages(connection: sqlite3.Connection, document_id: int, rows: Iterable[PageRow]) -> None:
    connection.executemany(
        f"INSERT INTO page (document_id, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - a constant
        ((document_id, *row) for row in rows),
    )


def read_page(connection: sqlite3.Connection, document_id: int, number: int) -> PageRow | None:
    row: PageRow | None = connection.execute(
        f"SELECT {COLUMNS} FROM page WHERE document_id = ? AND number = ?",  # noqa: S608 - a constant
        (document_id, number),
    ).fetchone()
    return row


def read_pages(
    connection: sqlite3.Connection, document_id: int, *, above: int = 0, limit: int = -1
) -> Iterator[PageRow]:
    """The rows of a document's pages with a number above that, so many of them (-1: all), in order."""
    yield from connection.execute(
        f"""SELECT {COLUMNS} FROM page WHERE document_id = ? AND number > ?
            ORDER BY number LIMIT ?""",  # noqa: S608 - a constant
        (document_id, above, limit),
    )


def read_text(connection: sqlite3.Connection, document_id: int, start: int, end: int) -> str:
    """The document's text from `start` to `end`, verbatim, page breaks included, clipped like a slice."""
    start = max(start, 0)
    # A page that begins where the span ends brings the break before it.
    rows = connection.execute(
        """SELECT start, text FROM page
           WHERE document_id = ?1 AND start <= ?3 AND start >=
               (SELECT max(start) FROM page WHERE document_id = ?1 AND start <= ?2)
           ORDER BY start""",
        (document_id, start, end),
    ).fetchall()
    if not rows:
        return ""
    first = rows[0][0]
    return PAGE_BREAK.join(text for _, text in rows)[start - first : end - first]


def read_touched(connection: sqlite3.Connection, document_id: int, start: int, end: int) -> list[PageRow]:
    """The rows of the pages that hold any character of the document's text from `start` to `end`."""
    return connection.execute(
        f"""SELECT {COLUMNS} FROM page
            WHERE document_id = ?1 AND start < ?3 AND start + length > ?2 AND start >=
                (SELECT max(start) FROM page WHERE document_id = ?1 AND start <= ?2)
            ORDER BY start""",  # noqa: S608 - a constant
        (document_id, max(start, 0), end),
    ).fetchall()


def pack_boxes(boxes: Sequence[LineBox]) -> bytes:
    """Offsets exactly, edges as 32-bit floats (a page is told apart to its ten-millionth), compressed."""
    packed = np.empty(len(boxes), dtype=_BOX)
    packed["offsets"] = np.array([(box.start, box.end) for box in boxes], dtype=np.uint32).reshape(-1, 2)
    packed["edges"] = np.array(
        [(box.left, box.top, box.right, box.bottom) for box in boxes], dtype=np.float32
    ).reshape(-1, 4)
    return zlib.compress(packed.tobytes())


def unpack_boxes(packed: bytes) -> tuple[LineBox, ...]:
    boxes = np.frombuffer(zlib.decompress(packed), dtype=_BOX)
    offsets, edges = boxes["offsets"].tolist(), boxes["edges"].tolist()
    return tuple(LineBox(*span, *box) for span, box in zip(offsets, edges, strict=True))
