"""Whisper models through faster-whisper (CTranslate2)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generators.audio.sound_stretches import SAMPLE_RATE, read_stretches
from generators.audio.transcription import Stretch, Utterance, check_language
from generators.errors import EngineMissing, GenerationFailed, ModelUnusable

if TYPE_CHECKING:
    from generators.audio.protocol import Samples

_INSTALL = "Install it with `pip install 'refdesk[speech]'`."


class WhisperTranscriber:
    """A Transcriber for a folder that holds a Whisper model converted for CTranslate2.

    Each stretch is heard by itself: a mistake in one does not go on in the next.
    """

    def __init__(self, folder: Path, *, id: str, language: str | None = None, threads: int = 0) -> None:
        self._folder = folder
        self._id = id
        self._language = language
        self._threads = threads
        self._lock = threading.RLock()
        self._model: Any = None
        self._closed = False

    @property
    def id(self) -> str:
        return self._id

    def transcribe(self, file: Path, *, skip: int = 0) -> Iterator[Stretch]:
        model = self._load()
        check_language(self._language, model.supported_languages, self._id)
        for number, (start, samples) in enumerate(read_stretches(file)):
            if number < skip:
                continue
            with self._lock:
                stretch = self._heard(model, samples, start)
            yield stretch

    def close(self) -> None:
        with self._lock:
            self._closed, self._model = True, None

    def _heard(self, model: Any, samples: Samples, start: float) -> Stretch:
        try:
            segments, info = model.transcribe(
                samples,
                language=self._language,
                vad_filter=True,  # in silence and music Whisper hears words that nobody said
                condition_on_previous_text=False,
            )
            end = start + len(samples) / SAMPLE_RATE
            utterances = tuple(
                Utterance(
                    min(start + each.start, end), min(start + each.end, end), " ".join(each.text.split())
                )
                for each in segments
                if each.text.strip()
            )
        except (RuntimeError, ValueError) as error:
            raise GenerationFailed(
                f"{self._id} could not write down what is said from second {start:.0f} on: {error}."
            ) from error
        return Stretch(start, end, utterances, info.language)

    def _load(self) -> Any:
        with self._lock:
            if self._closed:
                raise GenerationFailed("This transcriber was closed. Build a new one.")
            if self._model is None:
                self._model = _opened(self._folder, self._threads)
            return self._model


def _opened(folder: Path, threads: int) -> Any:
    try:
        from faster_whisper import WhisperModel
    except ImportError as error:
        raise EngineMissing(
            f"Writing down speech needs faster-whisper, which cannot be imported here ({error}). {_INSTALL}"
        ) from error
    if not (folder / "model.bin").is_file():
        raise ModelUnusable(
            f"There is no Whisper model in {folder}: it holds no model.bin. Give the folder of one that was "
            "converted for CTranslate2, or `refdesk models pull faster-whisper-tiny`."
        )
    try:
        return WhisperModel(
            str(folder), device="auto", compute_type="auto", cpu_threads=threads, local_files_only=True
        )
    except (RuntimeError, ValueError) as error:
        raise ModelUnusable(f"{folder} does not open as a Whisper model: {error}. Get it anew.") from error
