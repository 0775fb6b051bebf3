"""WAV files (RIFF) of one channel or two and 16 bits, with a note among their information.

A chunk is a name of four letters, its length and its bytes, padded to an even count. The note is the comment
(ICMT) in a LIST of the kind INFO behind the samples: RIFF Multimedia Programming Interface and Data
Specifications 1.0 (1991), chapter 2.
"""

from __future__ import annotations

import struct
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from generators.errors import GenerationFailed

if TYPE_CHECKING:
    from generators.audio.protocol import Samples

_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
_SAMPLE_BYTES = 2
_MOST_BYTES = 2**32 - 2**24  # lengths have 32 bits; the note needs room, too
_LONGEST_NOTE = 2**24
_SOFTWARE = b"Refdesk\0"


class WavWriter:
    """Writes samples as they come; the header is put right at the end."""

    def __init__(self, path: Path, sample_rate: int, channels: int = 1) -> None:
        self.sample_rate = sample_rate
        self._frame_bytes = channels * _SAMPLE_BYTES
        self.frames = 0
        self._file = path.open("wb")
        self._file.write(self._header(0))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, samples: Samples) -> None:
        """Add float32 [samples], of two channels [samples, 2]; what is beyond -1..1 is cut off.

        Raises GenerationFailed when full.
        """
        import numpy as np

        if (self.frames + len(samples)) * self._frame_bytes > _MOST_BYTES:
            hours = _MOST_BYTES / self._frame_bytes / self.sample_rate / 3600
            raise GenerationFailed(
                f"The sound is longer than the {hours:.0f} hours that a WAV file holds. Divide the text."
            )
        sound = np.clip(np.nan_to_num(samples), -1.0, 1.0)
        self._file.write((sound * 32767.0).round().astype("<i2").tobytes())
        self.frames += len(samples)

    def close(self, note: str) -> None:
        """Add the note and put the header right."""
        content = b"INFO" + _chunk(b"ISFT", _SOFTWARE) + _chunk(b"ICMT", note.encode("utf-8") + b"\0")
        listed = _chunk(b"LIST", content)
        self._file.write(listed)
        self._file.seek(0)
        self._file.write(self._header(len(listed)))
        self._file.close()

    def _header(self, behind_bytes: int) -> bytes:
        data_bytes = self.frames * self._frame_bytes
        riff_bytes = _HEADER.size - 8 + data_bytes + behind_bytes
        rate = self.sample_rate
        form = (
            b"RIFF",
            riff_bytes,
            b"WAVE",
            b"fmt ",
            16,
            1,
            self._frame_bytes // _SAMPLE_BYTES,
            rate,
            rate * self._frame_bytes,
            self._frame_bytes,
            16,
        )
        return _HEADER.pack(*form, b"data", data_bytes)


def read_wav_note(path: Path) -> str | None:
    """The file's comment; None where it has none or is no WAV file. Of hostile lengths none is believed."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(12)  # RIFF, length, WAVE
        while file.tell() + 8 <= size:
            name, length = struct.unpack("<4sI", file.read(8))
            at = file.tell()
            if name == b"LIST" and length <= _LONGEST_NOTE:
                comment = _comment_of(file.read(length))
                if comment is not None:
                    return comment
            file.seek(at + length + length % 2)
    return None


def _comment_of(content: bytes) -> str | None:
    if not content.startswith(b"INFO"):
        return None
    at = 4
    while at + 8 <= len(content):
        name, length = struct.unpack_from("<4sI", content, at)
        if name == b"ICMT":
            return content[at + 8 : at + 8 + length].rstrip(b"\0").decode("utf-8", errors="replace")
        at += 8 + length + length % 2
    return None


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
