"""Pages as rows, and a document's text put together from them."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Sequence

import numpy as np

from ingest.types import PAGE_BREAK, Document, LineBox, Page

_BOX = np.dtype([("offsets", "<u4", (2,)), ("edges", "<f4", (4,))])


def write_pages(connection: sqlite3.Connection, document_id: int, document: Document) -> None:
    connection.executemany(
        """INSERT INTO page (document_id, number, start, length, label, headings, boxes, text)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            (
                document_id,
                page.number,
                start,
                len(page.text),
                page.label,
                json.dumps(page.headings, ensure_ascii=False),
                pack_boxes(page.boxes),
                page.text,
            )
            for page, start in zip(document.pages, document.page_starts(), strict=True)
        ),
    )


def read_pages(
    connection: sqlite3.Connection, document_id: int, number: int | None = None
) -> list[tuple[int, str, str, str, bytes]]:
    """The raw rows of a document's pages, or of one of them, for `page_from_row`."""
    return connection.execute(
        """SELECT number, text, label, headings, boxes FROM page
           WHERE document_id = ?1 AND (?2 IS NULL OR number = ?2) ORDER BY start""",
        (document_id, number),
    ).fetchall()


def page_from_row(row: tuple[int, str, str, str, bytes]) -> Page:
    number, text, label, headings, boxes = row
    return Page(number, text, label, tuple(json.loads(headings)), unpack_boxes(boxes))


def read_text(connection: sqlite3.Connection, document_id: int, start: int, end: int) -> str:
    """The document's text from `start` to `end`, verbatim, page breaks included, clipped like a slice."""
    start = max(start, 0)
    # A page that begins where the span ends brings the break before it.
    rows = connection.execute(
        """SELECT start, text FROM page
           WHERE document_id = ? AND start <= ? AND start + length >= ? ORDER BY start""",
        (document_id, end, start),
    ).fetchall()
    if not rows:
        return ""
    first = rows[0][0]
    return PAGE_BREAK.join(text for _, text in rows)[start - first : end - first]


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
