"""A PDF whose end is missing, made to open again.

The end of a PDF says where its root object lies; everything else is found from there. Where the end was
cut off, the root is often still in the file, and a new end that names it is enough for pdfium to find the
rest by itself.
"""

from __future__ import annotations

import mmap
import re
import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO

_OBJECT_START = re.compile(rb"(\d{1,10})\s+(\d{1,5})\s+obj\b")
_ROOT_TYPE = re.compile(rb"/Type\s*/Catalog\b")
_ROOT_WITHIN = 4000  # bytes between an object's start and its type
_MORE_OBJECTS_THAN_ANY = 8_388_607


def with_new_trailer(path: Path) -> BinaryIO | None:
    """A copy of the file with an end put on, gone once it is closed.

    None where no root is left, or the text would stay encrypted.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data.find(b"/Encrypt") >= 0:
            return None
        root = _last_root(data)
        if root is None:
            return None
        number, generation = root
        trailer = f"<< /Root {number} {generation} R /Size {_MORE_OBJECTS_THAN_ANY} >>"
        mended = tempfile.TemporaryFile()  # noqa: SIM115 - it stays open for the reader it is returned to
        shutil.copyfileobj(file, mended)
        mended.write(f"\nendstream\nendobj\ntrailer\n{trailer}\nstartxref\n0\n%%EOF\n".encode())
    mended.seek(0)
    return mended


def _last_root(data: mmap.mmap) -> tuple[int, int] | None:
    root = None
    for root_type in _ROOT_TYPE.finditer(data):
        before = data[max(0, root_type.start() - _ROOT_WITHIN) : root_type.start()]
        for start in _OBJECT_START.finditer(before):
            root = int(start[1]), int(start[2])
    return root
