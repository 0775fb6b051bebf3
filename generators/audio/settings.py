"""What can be set about speaking, listening and music. Building these loads nothing."""

from __future__ import annotations

from dataclasses import dataclass

from generators.audio.protocol import check_speed
from generators.devices import Device

DEFAULT_VOICE = "hibari"
DEFAULT_TRANSCRIBER = "faster-whisper-tiny"


@dataclass(frozen=True, slots=True)
class SpeechSettings:
    """`voice` is `hibari` or `hibari:<voice>`, `piper:<model id or path to a .onnx file>`, `vits:<folder>`,
    or `scripted`, which is tones.

    Raises ValueError for values that cannot be meant.
    """

    voice: str = DEFAULT_VOICE
    speed: float = 1.0
    """As a multiple of the voice's own pace."""
    seed: int = 0
    pause_seconds: float = 0.2
    """Silence between two sentences, besides what the voice leaves there by itself."""

    def __post_init__(self) -> None:
        check_speed(self.speed)
        if not 0 <= self.seed < 2**32:
            raise ValueError(f"seed is {self.seed}; it must be from 0 to {2**32 - 1}")
        if not 0 <= self.pause_seconds <= 10:
            raise ValueError(f"pause_seconds is {self.pause_seconds:g}; it must be from 0 to 10")


@dataclass(frozen=True, slots=True)
class TranscriptionSettings:
    """`model` is a catalogued id or the folder of a Whisper model converted for CTranslate2."""

    model: str = DEFAULT_TRANSCRIBER
    language: str | None = None
    """ISO 639-1 ("en"); None where the model is to tell."""
    threads: int = 0
    """0: as many as the environment says (OMP_NUM_THREADS), else four."""

    def __post_init__(self) -> None:
        if self.threads < 0:
            raise ValueError(f"threads is {self.threads}; it must be at least 0, which leaves the choice")


@dataclass(frozen=True, slots=True)
class MusicSettings:
    """`model` is `musicgen:<folder>` or `musicgen:<owner/name on the hub>`; or `scripted`, which is tones."""

    model: str
    device: Device = "auto"
    fetch: bool = False
    """Whether a model on the hub may be fetched. Without it nothing opens a connection."""
