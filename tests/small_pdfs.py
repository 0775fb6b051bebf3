"""Small PDF files, made on the spot."""

from __future__ import annotations

import io
from collections.abc import Sequence

Line = tuple[float, float, str]


def pdf_bytes(
    *pages: Sequence[Line],
    title: str | None = None,
    page_entries: str = "",
    outline: Sequence[tuple[str, int]] = (),
) -> bytes:
    """A PDF with pages of 200 x 100 units, each line (left, baseline from below, text) in 10 point Helvetica.

    `outline` holds (heading, page index) pairs. All objects lie bare, so a test can read and cut the file.
    """
    first_page = 10
    first_bookmark = first_page + 2 * len(pages)
    kids = " ".join(f"{first_page + 2 * index} 0 R" for index in range(len(pages)))
    objects = {
        1: "<< /Type /Catalog /Pages 2 0 R" + (" /Outlines 5 0 R >>" if outline else " >>"),
        2: f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>",
        3: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        4: f"<< /Title ({title or ''}) /Author (Ada Example) >>",
    }
    for index, lines in enumerate(pages):
        drawing = "".join(f"BT /F1 10 Tf {left} {bottom} Td ({text}) Tj ET\n" for left, bottom, text in lines)
        number = first_page + 2 * index
        objects[number] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] {page_entries} "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {number + 1} 0 R >>"
        )
        objects[number + 1] = f"<< /Length {len(drawing.encode('cp1252'))} >>\nstream\n{drawing}endstream"
    if outline:
        last = first_bookmark + len(outline) - 1
        objects[5] = (
            f"<< /Type /Outlines /First {first_bookmark} 0 R /Last {last} 0 R /Count {len(outline)} >>"
        )
        for index, (heading, page) in enumerate(outline):
            number = first_bookmark + index
            following = f"/Next {number + 1} 0 R" if number < last else ""
            objects[number] = (
                f"<< /Title ({heading}) /Parent 5 0 R {following} "
                f"/Dest [{first_page + 2 * page} 0 R /XYZ 0 100 0] >>"
            )
    return _assembled(objects)


def _assembled(objects: dict[int, str]) -> bytes:
    data = io.BytesIO(b"%PDF-1.4\n")
    data.seek(0, io.SEEK_END)
    offsets = {}
    for number, body in sorted(objects.items()):
        offsets[number] = data.tell()
        data.write(f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252"))
    start = data.tell()
    size = max(objects) + 1
    data.write(f"xref\n0 {size}\n0000000000 65535 f \n".encode())
    for number in range(1, size):
        in_use = number in offsets
        data.write(f"{offsets.get(number, 0):010d} {'00000 n' if in_use else '65535 f'} \n".encode())
    data.write(f"trailer\n<< /Size {size} /Root 1 0 R /Info 4 0 R >>\nstartxref\n{start}\n%%EOF\n".encode())
    return data.getvalue()
