"""The tool that speaks a text into a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from generators.audio.assembly import open_speaker
from generators.audio.protocol import Speaker
from generators.audio.settings import SpeechSettings
from generators.audio.sound_files import SoundSink, check_sound_place, open_sound
from generators.audio.spoken_text import spoken_sentences
from generators.effort import EffortMeter
from generators.errors import GenerationFailed, NothingToSay
from generators.making import Making
from machine import EnergyMeter, cache_folder, file_sha256, memory_broker, resolve

_DEFAULT = SpeechSettings()


@dataclass(frozen=True, slots=True)
class SpokenFile:
    """A file of speech. `seconds` is how long it sounds; what the work took stands in `making`."""

    path: Path
    seconds: float
    sentences: int
    making: Making


def speak(
    text: str,
    path: Path,
    settings: SpeechSettings = _DEFAULT,
    *,
    sources: Sequence[str] = (),
    speaker: Speaker | None = None,
    overwrite: bool = False,
    cancelled: Callable[[], bool] = lambda: False,
    spoken: Callable[[int, float], None] = lambda *_: None,
    meter: EnergyMeter | None = None,
) -> SpokenFile:
    """Speak the text, sentence by sentence, into a WAV, FLAC or Ogg file (by its suffix) that says how it
    was made.

    A text of any length takes the memory of a sentence. `sources` says in words what the text was taken from.
    `speaker` is a voice that is there already, and stays open; without it the settings' voice is loaded.
    `spoken` hears after each sentence how many were spoken, and how many seconds they last. Where it is
    cancelled, or fails, no file is left and one that was there stays. Raises RequestUnusable for a file that
    is there already and for a place that takes none, NothingToSay, and whatever the voice and the file raise;
    GenerationFailed where it was cancelled.
    """
    check_sound_place(path, overwrite=overwrite)
    if next(spoken_sentences(text, in_words=False), None) is None:
        raise NothingToSay(
            "There is nothing to say: without marks, markup and addresses the text is empty. Give it some "
            "words."
        )
    text = text.encode("utf-8", errors="replace").decode("utf-8")  # no half characters in the file's note
    voice = speaker or open_speaker(settings, lambda id: resolve(id, kind="voice"), memory_broker())
    effort = EffortMeter(meter)
    try:
        with open_sound(path, voice.sample_rate) as sink:  # which loads the voice
            effort.begun()
            return _spoken(text, sink, settings, tuple(sources), voice, cancelled, spoken, effort)
    finally:
        if speaker is None:
            voice.close()


def _spoken(
    text: str,
    sink: SoundSink,
    settings: SpeechSettings,
    sources: tuple[str, ...],
    voice: Speaker,
    cancelled: Callable[[], bool],
    spoken: Callable[[int, float], None],
    effort: EffortMeter,
) -> SpokenFile:
    import numpy as np

    pause = np.zeros(round(settings.pause_seconds * voice.sample_rate), dtype=np.float32)
    sentences = 0
    for piece in voice.speak(text, settings.speed, settings.seed, cancelled):
        if sentences:
            sink.write(pause)
        sink.write(piece)
        sentences += 1
        effort.look()
        spoken(sentences, sink.seconds)
    if cancelled():
        raise GenerationFailed(
            f"Speaking was stopped after {sentences} sentences: {sink.path} was not written."
        )
    if not sentences:
        raise NothingToSay(
            f"The voice {voice.id} can say nothing of this text: it may be in a language or script that it "
            "does not speak. Choose another voice."
        )
    weights, speaking, loading = voice.weights, effort.making(), effort.loading
    making = Making(
        maker="speech",
        model=voice.id,
        prompt=text,
        settings={"speed": f"{settings.speed:g}", "pause_seconds": f"{settings.pause_seconds:g}"},
        seed=settings.seed if voice.repeatable else None,
        sources=sources,
        model_sha256=None if weights is None else file_sha256(weights, cache_folder()),
        seconds=speaking.seconds,
        energy_joules=speaking.energy.joules,
        energy_of=speaking.energy.of,
        loading_seconds=loading.seconds,
        loading_energy_joules=loading.energy.joules,
    )
    seconds = sink.seconds
    sink.finish(making)
    return SpokenFile(sink.path, seconds, sentences, making)
