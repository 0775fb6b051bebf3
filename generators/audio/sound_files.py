"""Files of sound that say how they were made: WAV, FLAC, Ogg Vorbis."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from generators.audio.wav import WavWriter, read_wav_note
from generators.errors import EngineMissing, GenerationFailed, RequestUnusable
from generators.made_places import check_place, folder_above
from generators.making import Making, NoteUnreadable

if TYPE_CHECKING:
    from collections.abc import Callable

    from generators.audio.protocol import Samples

#: libsndfile's format and coding for each suffix. MP3 is not among them: its comments hold ASCII at best.
_COMPRESSED = {".flac": ("FLAC", "PCM_16"), ".ogg": ("OGG", "VORBIS")}
SUFFIXES = (".wav", *_COMPRESSED)
_BLOCK = 65_536  # samples


class SoundSink:
    """A sound on its way to a file: pieces go in one after another, and none of them is held."""

    def __init__(self, path: Path, wav: WavWriter, finish: Callable[[Making], None]) -> None:
        self.path = path
        self._wav = wav
        self._finish = finish

    @property
    def seconds(self) -> float:
        """How long the sound is so far."""
        return self._wav.frames / self._wav.sample_rate

    def write(self, samples: Samples) -> None:
        """Add float32 [samples] of -1..1, of two channels [samples, 2]."""
        self._wav.write(samples)

    def finish(self, making: Making) -> None:
        """Write the note and give the file its name, in one step: before that there is no such file."""
        self._finish(making)


def check_suffix(path: Path) -> None:
    """Raises RequestUnusable for a name whose ending says no kind that is written here, EngineMissing."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise RequestUnusable(
            f"{path.name} does not say which kind of sound file it should be. End its name in "
            f"{', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}."
        )
    if suffix in _COMPRESSED:
        _import_soundfile(suffix)


def check_sound_place(path: Path, *, overwrite: bool) -> None:
    """Before the work: raises what `check_suffix` and `check_place` raise."""
    check_suffix(path)
    check_place(path, overwrite=overwrite)


@contextmanager
def open_sound(path: Path, sample_rate: int, channels: int = 1) -> Iterator[SoundSink]:
    """A sink for one channel or two, of 16 bits. A file that was there stays as it was until `finish`.

    Folders that are missing are made with the file. Raises what `check_suffix` raises, and GenerationFailed
    where nothing can be written.
    """
    check_suffix(path)
    try:
        folder = Path(tempfile.mkdtemp(prefix=".refdesk-sound-", dir=folder_above(path)))
    except OSError as error:
        raise GenerationFailed(
            f"{path} cannot be written: {error.strerror or error}. Name a folder that is there and may be "
            "written."
        ) from error
    unfinished = folder / "sound.wav"
    try:
        with WavWriter(unfinished, sample_rate, channels) as wav:
            yield SoundSink(path, wav, lambda making: _publish(wav, unfinished, path, making))
    except OSError as error:
        raise GenerationFailed(
            f"{path} could not be written to its end: {error.strerror or error}. Make room on the disk, or "
            "name another place."
        ) from error
    finally:
        for left in (unfinished, folder / path.name):
            left.unlink(missing_ok=True)
        folder.rmdir()


def read_note(path: Path) -> Making:
    """How the sound in the file was made. Raises NoteUnreadable where it does not say, and OSError."""
    with path.open("rb") as file:
        is_wav = file.read(4) == b"RIFF"
    text = read_wav_note(path) if is_wav else _comment(path)
    if not text:
        raise NoteUnreadable(f"{path.name} does not say how it was made: it carries no note of Refdesk's")
    return Making.from_json(text)


def _publish(wav: WavWriter, unfinished: Path, path: Path, making: Making) -> None:
    wav.close(making.to_json())
    suffix = path.suffix.lower()
    ready = unfinished
    if suffix in _COMPRESSED:
        ready = unfinished.parent / path.name
        _compress(unfinished, ready, suffix, making)
    with ready.open("rb") as file:
        os.fsync(file.fileno())
    path.parent.mkdir(parents=True, exist_ok=True)
    ready.replace(path)


def _compress(source: Path, target: Path, suffix: str, making: Making) -> None:
    soundfile = _import_soundfile(suffix)
    kind, coding = _COMPRESSED[suffix]
    try:
        with soundfile.SoundFile(str(source)) as wav:
            form = (wav.samplerate, wav.channels, coding)
            with soundfile.SoundFile(str(target), "w", *form, format=kind) as compressed:
                compressed.comment = making.to_json()
                for block in wav.blocks(_BLOCK, dtype="float32"):
                    compressed.write(block)
    except soundfile.LibsndfileError as error:
        raise GenerationFailed(f"{target.name} could not be written: {error}. Try .wav.") from error


def _comment(path: Path) -> str:
    soundfile = _import_soundfile(path.suffix)
    try:
        with soundfile.SoundFile(str(path)) as sound:
            return str(sound.comment)
    except soundfile.LibsndfileError as error:
        raise NoteUnreadable(f"{path.name} is no sound file that can be read here: {error}") from error


def _import_soundfile(suffix: str):  # type: ignore[no-untyped-def]  # a module without types
    try:
        import soundfile
    except (ImportError, OSError) as error:  # OSError: libsndfile itself is not there
        raise EngineMissing(
            f"A sound file of the kind {suffix} needs soundfile, which cannot be imported here ({error}). "
            "Install it with `pip install 'refdesk[speech]'`, or end the name in .wav."
        ) from error
    return soundfile
