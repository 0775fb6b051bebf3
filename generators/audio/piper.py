"""Piper: voices of the VITS kind, one file each, in many languages. The package is under the GPL."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generators.audio.protocol import check_speed
from generators.audio.spoken_text import spoken_sentences
from generators.errors import EngineMissing, GenerationFailed, ModelUnusable

if TYPE_CHECKING:
    from generators.audio.protocol import Samples


class PiperSpeaker:
    """A Speaker for a voice file and its settings file beside it (`<voice>.onnx.json`)."""

    def __init__(self, path: Path, *, id: str | None = None) -> None:
        self._path = path
        self._id = id or f"piper:{path}"
        self._lock = threading.RLock()
        self._voice: Any = None
        self._closed = False

    @property
    def id(self) -> str:
        return self._id

    @property
    def sample_rate(self) -> int:
        return int(self._load().config.sample_rate)

    @property
    def weights(self) -> Path:
        return self._path

    @property
    def repeatable(self) -> bool:
        """Its noise is drawn inside the model, where no seed reaches."""
        return False

    def speak(
        self,
        text: str,
        speed: float = 1.0,
        seed: int = 0,  # noqa: ARG002 - the protocol's; see `repeatable`
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Samples]:
        check_speed(speed)
        return self._pieces(text, speed, cancelled)

    def close(self) -> None:
        with self._lock:
            self._closed, self._voice = True, None

    def _pieces(self, text: str, speed: float, cancelled: Callable[[], bool]) -> Iterator[Samples]:
        voice = self._load()
        english = str(voice.config.espeak_voice).lower().startswith("en")
        for sentence in spoken_sentences(text, in_words=english):
            if cancelled():
                return
            with self._lock:
                piece = self._say(voice, sentence, speed)
            if piece.size:
                yield piece

    def _say(self, voice: Any, sentence: str, speed: float) -> Samples:
        import numpy as np
        from piper import SynthesisConfig

        # Without this every sentence would be made as loud as it can be, a whisper too.
        settings = SynthesisConfig(length_scale=voice.config.length_scale / speed, normalize_audio=False)
        try:
            said = [chunk.audio_float_array for chunk in voice.synthesize(sentence, settings)]
        except Exception as error:
            raise GenerationFailed(
                f"Piper could not speak {sentence[:80]!r}: {type(error).__name__}: {error}. Leave that out, "
                "or choose another voice."
            ) from error
        return np.concatenate(said).astype(np.float32) if said else np.zeros(0, dtype=np.float32)

    def _load(self) -> Any:
        with self._lock:
            if self._closed:
                raise GenerationFailed("This voice was closed. Build a new one.")
            if self._voice is None:
                self._voice = _opened(self._path)
            return self._voice


def _opened(path: Path) -> Any:
    try:
        from piper import PiperVoice
    except ImportError as error:
        raise EngineMissing(
            f"This voice needs Piper, which cannot be imported here ({error}). Install it with "
            "`pip install refdesk[piper]`; it is under the GPL."
        ) from error
    for file in (path, Path(f"{path}.json")):
        if not file.is_file():
            raise ModelUnusable(
                f"There is no {file}. A Piper voice is a .onnx file with its settings beside it, in a file "
                "of the same name and .json behind. `refdesk models pull piper-en-us-joe-medium` fetches one."
            )
    try:
        return PiperVoice.load(path)
    except Exception as error:  # whatever a parser meets in a file that is no voice
        raise ModelUnusable(
            f"{path} does not open as a Piper voice: {type(error).__name__}: {error}. Get it anew."
        ) from error
