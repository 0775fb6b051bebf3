"""A sound file as its samples, neither resampled nor mixed: what was clipped stays to be seen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from generators.errors import EngineMissing, SoundUnreadable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    #: float32 [samples, channels], -1..1 where the file holds whole numbers.
    Channels: TypeAlias = NDArray[np.float32]

SUFFIXES = (".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff")
#: All of a sound is held at once, several times over.
_MOST_SAMPLES = 100_000_000


@dataclass(frozen=True, slots=True)
class Sound:
    """`sample_rate` is samples a second of each channel."""

    samples: Channels
    sample_rate: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.sample_rate


def read_sound(path: Path) -> Sound:
    """Raises EngineMissing, and SoundUnreadable for what is no sound, empty, or too long to be held."""
    try:
        import soundfile
    except (ImportError, OSError) as error:  # OSError: libsndfile itself is not there
        raise EngineMissing(
            f"Measuring sounds needs soundfile, which cannot be imported here ({error}). Install it with "
            "`pip install 'refdesk[eval-sounds]'`."
        ) from error
    try:
        with soundfile.SoundFile(str(path)) as file:
            if (length := file.frames * file.channels) > _MOST_SAMPLES:
                raise SoundUnreadable(
                    f"{path.name} has {length:,} samples; measured are {_MOST_SAMPLES:,} at most. Cut it in "
                    "parts."
                )
            sound = Sound(file.read(dtype="float32", always_2d=True), file.samplerate)
    except (soundfile.LibsndfileError, RuntimeError) as error:
        raise SoundUnreadable(
            f"{path.name} is no sound that can be read, or is damaged ({error})."
        ) from error
    if not len(sound.samples):
        raise SoundUnreadable(f"{path.name} holds no sound: it has no samples.")
    return sound
