"""What the voices have in common that speak with a model of their own, sentence by sentence."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generators.audio.protocol import check_speed
from generators.audio.spoken_text import spoken_sentences
from generators.errors import GenerationFailed

if TYPE_CHECKING:
    from generators.audio.protocol import Samples


class ModelSpeaker(ABC):
    """A Speaker over one model, which is loaded when it is first needed and used by one at a time.

    Sentence number n (from 0) is spoken with `seed + n`.
    """

    def __init__(self, id: str) -> None:
        self._id = id
        self._lock = threading.RLock()
        self._model: Any = None
        self._closed = False

    @property
    def id(self) -> str:
        return self._id

    @property
    @abstractmethod
    def sample_rate(self) -> int: ...

    @property
    @abstractmethod
    def weights(self) -> Path | None: ...

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
            self._closed, self._model = True, None

    @abstractmethod
    def _open(self) -> Any:
        """The model. Raises EngineMissing and ModelUnusable."""

    @abstractmethod
    def _takes_words(self, model: Any) -> bool:
        """Whether figures and dates are to be written out for it, in English."""

    @abstractmethod
    def _say(self, model: Any, sentence: str, speed: float, seed: int) -> Samples:
        """The sentence's sound, empty where nothing of it can be said. May raise anything."""

    def _pieces(self, text: str, speed: float, seed: int, cancelled: Callable[[], bool]) -> Iterator[Samples]:
        model = self._loaded()
        for number, sentence in enumerate(spoken_sentences(text, in_words=self._takes_words(model))):
            if cancelled():
                return
            with self._lock:
                piece = self._said(model, sentence, speed, seed + number)
            if piece.size:
                yield piece

    def _said(self, model: Any, sentence: str, speed: float, seed: int) -> Samples:
        try:
            return self._say(model, sentence, speed, seed)
        except Exception as error:  # whatever a model's library makes of a text
            raise GenerationFailed(
                f"{self._id} could not speak {sentence[:80]!r}: {type(error).__name__}: {error}. Leave that "
                "out, or choose another voice."
            ) from error

    def _loaded(self) -> Any:
        with self._lock:
            if self._closed:
                raise GenerationFailed("This voice was closed. Build a new one.")
            if self._model is None:
                self._model = self._open()
            return self._model
