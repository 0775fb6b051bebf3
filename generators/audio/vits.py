"""VITS voices as transformers keeps them (MMS and the like): a folder with a tokenizer and weights."""

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

_ENGLISH = frozenset({"en", "eng", "en-us", "en-gb", ""})


class VitsSpeaker:
    """A Speaker for such a folder. The model and its tokenizer are loaded when they are first needed."""

    def __init__(self, folder: Path, *, id: str | None = None) -> None:
        self._folder = folder
        self._id = id or f"vits:{folder}"
        self._lock = threading.RLock()
        self._model: Any = None
        self._tokenizer: Any = None
        self._closed = False

    @property
    def id(self) -> str:
        return self._id

    @property
    def sample_rate(self) -> int:
        self._load()
        return int(self._model.config.sampling_rate)

    @property
    def weights(self) -> Path | None:
        file = self._folder / "model.safetensors"
        return file if file.is_file() else None

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
            self._closed, self._model, self._tokenizer = True, None, None

    def _pieces(self, text: str, speed: float, seed: int, cancelled: Callable[[], bool]) -> Iterator[Samples]:
        self._load()
        english = str(getattr(self._tokenizer, "language", None) or "").lower() in _ENGLISH
        for number, sentence in enumerate(spoken_sentences(text, in_words=english)):
            if cancelled():
                return
            with self._lock:
                piece = self._say(sentence, speed, seed + number)
            if piece.size:
                yield piece

    def _say(self, sentence: str, speed: float, seed: int) -> Samples:
        import numpy as np
        import torch

        try:
            inputs = self._tokenizer(sentence, return_tensors="pt")
            if inputs["input_ids"].shape[-1] < 2:  # not a letter that it knows
                return np.zeros(0, dtype=np.float32)
            self._model.speaking_rate = self._model.config.speaking_rate * speed
            with torch.inference_mode(), torch.random.fork_rng(devices=[]):
                torch.manual_seed(seed)
                sound = self._model(**inputs).waveform[0]
        except Exception as error:
            raise GenerationFailed(
                f"{self._id} could not speak {sentence[:80]!r}: {type(error).__name__}: {error}. Leave that "
                "out, or choose another voice."
            ) from error
        said: Samples = sound.clamp(-1.0, 1.0).float().cpu().numpy()
        return said

    def _load(self) -> None:
        with self._lock:
            if self._closed:
                raise GenerationFailed("This voice was closed. Build a new one.")
            if self._model is None:
                self._tokenizer, self._model = _opened(self._folder)


def _opened(folder: Path) -> tuple[Any, Any]:
    if not (folder / "config.json").is_file():
        raise ModelUnusable(
            f"There is no VITS voice in {folder}: it holds no config.json. Give the folder that transformers "
            "saved it in, or that was downloaded from the hub."
        )
    try:
        from transformers import AutoTokenizer, VitsModel
    except ImportError as error:
        raise EngineMissing(
            f"This voice needs torch and transformers, which cannot be imported here ({error}). Install "
            "refdesk anew."
        ) from error
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = VitsModel.from_pretrained(folder, local_files_only=True, use_safetensors=True).eval()
    except Exception as error:  # whatever a parser meets in a folder that is no voice
        raise ModelUnusable(
            f"{folder} does not open as a VITS voice: {type(error).__name__}: {error}. Get it anew; its "
            "weights must be in model.safetensors."
        ) from error
    return tokenizer, model
