"""Piper: voices of the VITS kind, one file each, in many languages. The package is under the GPL."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from generators.audio.speaking import ModelSpeaker
from generators.errors import EngineMissing, ModelUnusable

if TYPE_CHECKING:
    from generators.audio.protocol import Samples


class PiperSpeaker(ModelSpeaker):
    """A Speaker for a voice file and its settings file beside it (`<voice>.onnx.json`)."""

    def __init__(self, path: Path, *, id: str | None = None) -> None:
        super().__init__(id or f"piper:{path}")
        self._path = path

    @property
    def sample_rate(self) -> int:
        return int(self._loaded().config.sample_rate)

    @property
    def weights(self) -> Path:
        return self._path

    @property
    def repeatable(self) -> bool:
        """Its noise is drawn inside the model, where no seed reaches."""
        return False

    def _open(self) -> Any:
        return _opened(self._path)

    def _takes_words(self, model: Any) -> bool:
        return str(model.config.espeak_voice).lower().startswith("en")

    def _say(self, model: Any, sentence: str, speed: float, seed: int) -> Samples:
        del seed  # see `repeatable`
        import numpy as np
        from piper import SynthesisConfig

        # Without this every sentence would be made as loud as it can be, a whisper too.
        settings = SynthesisConfig(length_scale=model.config.length_scale / speed, normalize_audio=False)
        said = [chunk.audio_float_array for chunk in model.synthesize(sentence, settings)]
        return np.concatenate(said).astype(np.float32) if said else np.zeros(0, dtype=np.float32)


def _opened(path: Path) -> Any:
    try:
        from piper import PiperVoice
    except ImportError as error:
        raise EngineMissing(
            f"This voice needs Piper, which cannot be imported here ({error}). Install it with "
            "`pip install 'refdesk[piper]'`; it is under the GPL."
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
