"""A PDF whose end is missing, made to open again.

The end of a PDF says where its root object lies; everything else is found from there. Where the end was
cut off, the root is often still in the file, and a new end that names it is enough for pdfium to find the
rest by itself.
"""

from __future__ import annotations

import re

_OBJECT_START = re.compile(rb"(\d{1,10})\s+(\d{1,5})\s+obj\b")
_ROOT_TYPE = re.compile(rb"/Type\s*/Catalog\b")
_ROOT_WITHIN = 4000  # bytes between an object's start and its type
_MORE_OBJECTS_THAN_ANY = 8_388_607


def with_new_trailer(data: bytes) -> bytes | None:
    """The file with an end put on; None where no root is left, or the text would stay encrypted."""
    if b"/Encrypt" in data:
        return None
    starts = [
        start for root_type in _ROOT_TYPE.finditer(data) for start in _starts_before(data, root_type.start())
    ]
    if not starts:
        return None
    number, generation = (int(part) for part in starts[-1].groups())
    trailer = f"<< /Root {number} {generation} R /Size {_MORE_OBJECTS_THAN_ANY} >>"
    return data + f"\nendstream\nendobj\ntrailer\n{trailer}\nstartxref\n0\n%%EOF\n".encode()


def _starts_before(data: bytes, position: int) -> list[re.Match[bytes]]:
    """Starts of objects closely before a position, the nearest last."""
    return list(_OBJECT_START.finditer(data[max(0, position - _ROOT_WITHIN) : position]))
