"""hibari-tts: a small English voice whose model lies in its own package."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generators.audio.protocol import check_speed
from generators.audio.spoken_text import spoken_sentences
from generators.audio.written_out import written_out
from generators.errors import EngineMissing, GenerationFailed, ModelUnusable

if TYPE_CHECKING:
    from generators.audio.protocol import Samples

DEFAULT_VOICE = "heart"


class HibariSpeaker:
    """A Speaker; the voice is loaded when it is first needed. It writes out figures and dates by itself.

    Only `heart` comes with the package. Another voice is used where its file is, and never fetched from here.
    """

    def __init__(self, voice: str = DEFAULT_VOICE) -> None:
        self._voice = voice
        self._lock = threading.RLock()
        self._engine: Any = None
        self._closed = False

    @property
    def id(self) -> str:
        return "hibari" if self._voice == DEFAULT_VOICE else f"hibari:{self._voice}"

    @property
    def sample_rate(self) -> int:
        return int(self._load().sample_rate)

    @property
    def weights(self) -> Path:
        return Path(self._load().model_path)

    @property
    def repeatable(self) -> bool:
        return True

    def speak(
        self,
        text: str,
        speed: float = 1.0,
        seed: int = 0,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Samples]:
        check_speed(speed)
        return self._pieces(text, speed, seed, cancelled)

    def close(self) -> None:
        with self._lock:
            self._closed, self._engine = True, None

    def _pieces(self, text: str, speed: float, seed: int, cancelled: Callable[[], bool]) -> Iterator[Samples]:
        engine = self._load()
        for sentence in spoken_sentences(text, in_words=False):
            if cancelled():
                return
            with self._lock:
                piece = self._say(engine, sentence, speed, seed)
            if piece.size:
                yield piece

    def _say(self, engine: Any, sentence: str, speed: float, seed: int) -> Samples:
        try:
            try:
                said: Samples = engine(sentence, speed=speed, seed=seed)
            except (IndexError, KeyError, ValueError):  # its own writing out of figures has bounds
                said = engine(written_out(sentence), speed=speed, seed=seed)
        except Exception as error:
            raise GenerationFailed(
                f"hibari could not speak {sentence[:80]!r}: {type(error).__name__}: {error}. Leave that out, "
                "or choose another voice."
            ) from error
        return said

    def _load(self) -> Any:
        with self._lock:
            if self._closed:
                raise GenerationFailed("This voice was closed. Build a new one.")
            if self._engine is None:
                self._engine = _opened(self._voice)
            return self._engine


def _opened(voice: str) -> Any:
    try:
        from hibari import Hibari
        from hibari.voices import VOICES, voice_path
    except ImportError as error:
        raise EngineMissing(
            f"Speaking needs hibari-tts, which cannot be imported here ({error}). Install it with "
            "`pip install refdesk[speech]`."
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
