"""Folders made on the spot: small text files and one large PDF, each page with a word found nowhere else."""

from __future__ import annotations

import os
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

#: Long before any run, so that no file counts as just written.
_LONG_AGO_NS = 1_600_000_000_000_000_000

_SYLLABLES = ("ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zu")
_WORDS = "the store keeps each page that was read and gives it back whole when somebody asks for it".split()


def unique_word(number: int) -> str:
    """A word for each number from 0, none the beginning or stem of another."""
    return "q" + "".join(_SYLLABLES[int(digit)] for digit in f"{number:06d}") + "x"


def page_text(word: str, chance: random.Random, words: int = 60) -> str:
    """A paragraph with the word in it twice."""
    filler = [chance.choice(_WORDS) for _ in range(words)]
    return f"{word} {' '.join(filler)} {word}."


def small_file(number: int, chance: random.Random) -> bytes:
    """A text file of one page."""
    return (page_text(unique_word(number), chance) + "\n").encode()


def large_file(number: int, pages: int, chance: random.Random) -> bytes:
    """A PDF; page p holds the unique word `number + p`."""
    return write_pdf([page_text(unique_word(number + page), chance) for page in range(pages)])


def write_pdf(pages: Sequence[str], line_words: int = 12) -> bytes:
    """A PDF with these pages in Helvetica. Texts are of letters, digits, spaces and full stops."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>"
        % (len(pages), b" ".join(b"%d 0 R" % (4 + 2 * page) for page in range(len(pages)))),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for page, text in enumerate(pages):
        words = text.split()
        lines = [" ".join(words[start : start + line_words]) for start in range(0, len(words), line_words)]
        shown = " ".join(f"({line}) Tj T*" for line in lines)
        content = f"BT /F1 11 Tf 14 TL 60 760 Td {shown} ET".encode()
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * page)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    return _assembled(objects)


def write_folder(folder: Path, files: Mapping[str, bytes], version: int) -> None:
    """Make the folder hold exactly these files; those of another version have another time."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file() and path.relative_to(folder).as_posix() not in files:
            path.unlink()
    for name, data in files.items():
        path = folder / name
        if path.is_file() and path.read_bytes() == data:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        written_ns = _LONG_AGO_NS + version * 1_000_000_000
        os.utime(path, ns=(written_ns, written_ns))


def _assembled(objects: Sequence[bytes]) -> bytes:
    parts, offsets, length = [b"%PDF-1.4\n"], [], 9
    for number, body in enumerate(objects, start=1):
        offsets.append(length)
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        length += len(parts[-1])
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    parts.append(
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, table, len(objects) + 1, length)
    )
    return b"".join(parts)
