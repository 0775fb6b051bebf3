"""hibari-tts: a small English voice whose model lies in its own package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from generators.audio.speaking import ModelSpeaker
from generators.audio.written_out import written_out
from generators.errors import EngineMissing, ModelUnusable

if TYPE_CHECKING:
    from generators.audio.protocol import Samples

DEFAULT_VOICE = "heart"


class HibariSpeaker(ModelSpeaker):
    """A Speaker; the voice is loaded when it is first needed. It writes out figures and dates by itself.

    Only `heart` comes with the package. Another voice is used where its file is, and never fetched from here.
    """

    def __init__(self, voice: str = DEFAULT_VOICE) -> None:
        super().__init__("hibari" if voice == DEFAULT_VOICE else f"hibari:{voice}")
        self._voice = voice

    @property
    def sample_rate(self) -> int:
        return int(self._loaded().sample_rate)

    @property
    def weights(self) -> Path:
        return Path(self._loaded().model_path)

    def _open(self) -> Any:
        return _opened(self._voice)

    def _takes_words(self, model: Any) -> bool:
        del model
        return False

    def _say(self, model: Any, sentence: str, speed: float, seed: int) -> Samples:
        try:
            said: Samples = model(sentence, speed=speed, seed=seed)
        except (IndexError, KeyError, ValueError):  # its own writing out of figures has bounds
            said = model(written_out(sentence), speed=speed, seed=seed)
        return said


def _opened(voice: str) -> Any:
    try:
        from hibari import Hibari
        from hibari.voices import VOICES, voice_path
    except ImportError as error:
        raise EngineMissing(
            f"Speaking needs hibari-tts, which cannot be imported here ({error}). Install it with "
            "`pip install 'refdesk[speech]'`."
        ) from error
    if voice not in VOICES:
        raise ModelUnusable(f"hibari has no voice {voice!r}. It has {', '.join(sorted(VOICES))}.")
    try:
        path = voice_path(voice, download_missing=False)
    except FileNotFoundError as error:
        megabytes = VOICES[voice]["bytes"] / 1e6
        raise ModelUnusable(
            f"hibari's voice {voice} ({megabytes:.1f} MB, Apache-2.0) is not on this machine. Fetch it with "
            f"`hibari --voice {voice} -o {voice}.wav hello`, hibari's own command."
        ) from error
    return Hibari(voice=voice, model=path)
