"""What reaches the terminal, and in what form.

Documents and file names are data: whatever in them could steer a terminal is shown, never sent.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import textwrap
from collections.abc import Mapping, Sequence

import typer

from apps.sizes import megabytes as megabytes

#: Characters that move the cursor, change colours, reorder letters, or cannot be written as UTF-8.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LINE_BREAK = re.compile("\r\n|[\r\f\v\x85\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")
#: Harmless as JSON, but not if that JSON is read in a terminal. They stand in strings only.
_UNPRINTED_IN_JSON = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_REPLACEMENT = "\ufffd"
_WIDEST_LINE = 100


def printable(text: str) -> str:
    """The text with line breaks and tabs kept and every control character made visible."""
    return _CONTROL.sub(_picture, _LINE_BREAK.sub("\n", text))


def sound(text: str) -> str:
    """What was typed, without the half characters that stand for bytes that are no UTF-8."""
    return _SURROGATE.sub(_REPLACEMENT, text)


def one_line(text: str) -> str:
    """The text as part of one line: white space is one space, control characters are visible."""
    return " ".join(printable(text).split())


def file_name(path: str) -> str:
    """The last part of a document's path, for one line."""
    return one_line(path.replace("\\", "/").rstrip("/").rpartition("/")[2] or path)


def write(text: str = "", *, bold: bool = False, dim: bool = False, end: str = "\n") -> None:
    """Text for people, on standard output; styled only where that is a terminal."""
    shown = printable(text)
    if shown and (bold or dim) and is_styled():
        shown = typer.style(shown, bold=bold or None, dim=dim or None)
    typer.echo(shown + end, nl=False)


def note(text: str) -> None:
    """A line about the work itself, on standard error."""
    typer.echo(f"refdesk: {printable(text)}", err=True)


def note_from_signal(text: str) -> None:
    """A line like `note`'s, for a signal's handler: it may come while another line is being written."""
    with contextlib.suppress(OSError, ValueError):  # a standard error that is closed or no file
        os.write(sys.stderr.fileno(), f"\nrefdesk: {text}\n".encode())


def write_json(content: Mapping[str, object]) -> None:
    """One JSON object on standard output: valid UTF-8 whatever the texts in it hold."""
    text = json.dumps(content, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None)
    text = _UNPRINTED_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    typer.echo(sound(text).encode("utf-8"))


def write_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns side by side under a header. Nothing is cut off; the last column may be of any length."""
    lines = [list(header), *([one_line(cell) for cell in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    for number, line in enumerate(lines):
        cells = [cell.ljust(width) for cell, width in zip(line, widths, strict=True)]
        write("  ".join(cells).rstrip(), bold=number == 0)


def wrapped(text: str, indent: str = "", most_lines: int | None = None) -> str:
    """The text in lines that fit the terminal, an ellipsis where lines were left out."""
    lines = textwrap.wrap(one_line(text), width=line_width(), initial_indent=indent, subsequent_indent=indent)
    if most_lines is not None and len(lines) > most_lines:
        lines = [*lines[:most_lines], f"{indent}…"]
    return "\n".join(lines)


def line_width() -> int:
    """Columns to write in: the terminal's, within what is read with ease."""
    import shutil

    return max(40, min(shutil.get_terminal_size().columns, _WIDEST_LINE))


def is_styled() -> bool:
    """Whether standard output is a terminal that may be sent colours."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def count_of(count: int, noun: str) -> str:
    """ "1 page", "2 pages"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def duration(seconds: float) -> str:
    """Seconds as people say them: "0.42 s", "48 s", "3 min 5 s", "2 h 10 min"."""
    if seconds < 10:
        return f"{seconds:.2f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _picture(found: re.Match[str]) -> str:
    """Unicode has a picture of each of the first 32 control characters."""
    code = ord(found[0])
    return chr(0x2400 + code) if code < 0x20 else "␡" if code == 0x7F else _REPLACEMENT
