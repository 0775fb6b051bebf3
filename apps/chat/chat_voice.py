"""A question that is spoken: what was said in a recording, in words."""

from __future__ import annotations

import tempfile
from pathlib import Path

from apps.chat.chat_making import workshop


def heard(recording: bytes) -> str:
    """What was said. Raises EngineMissing, ModelUnusable, MachineError and SoundUnreadable, in words."""
    with (
        tempfile.TemporaryDirectory(prefix="refdesk-heard-") as folder,
        workshop(None, lambda: False) as bench,
    ):
        file = Path(folder) / "question.wav"
        file.write_bytes(recording)
        said = [stretch.text.strip() for stretch in bench.transcriber().transcribe(file)]
    return " ".join(part for part in said if part)
