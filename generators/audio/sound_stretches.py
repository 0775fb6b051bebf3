"""A sound file of any kind, as stretches of about a minute that fit in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generators.errors import EngineMissing, SoundUnreadable

if TYPE_CHECKING:
    from generators.audio.protocol import Samples

SAMPLE_RATE = 16_000  # what speech recognition hears
#: A stretch ends at the quietest moment between these, in seconds.
LEAST_SECONDS, MOST_SECONDS = 45, 70
_QUIET_SECONDS = 0.3


def read_stretches(file: Path) -> Iterator[tuple[float, Samples]]:
    """Yield (where it begins in seconds, float32 [samples] at SAMPLE_RATE, one channel) for each stretch.

    The same file is always cut in the same places. Raises EngineMissing and SoundUnreadable.
    """
    import numpy as np

    waiting: list[Any] = []
    count, start = 0, 0
    most = MOST_SECONDS * SAMPLE_RATE
    for samples in _decoded(file):
        waiting.append(samples)
        count += len(samples)
        while count >= most:
            joined = np.concatenate(waiting)
            end = _quietest(joined[:most])
            yield start / SAMPLE_RATE, _float(joined[:end])
            waiting, count, start = [joined[end:]], count - end, start + end
    if count:
        yield start / SAMPLE_RATE, _float(np.concatenate(waiting))
    elif not start:
        raise SoundUnreadable(f"{file.name} holds no sound.")


def _float(samples: Any) -> Samples:
    import numpy as np

    sound: Samples = samples.astype(np.float32) / np.float32(32768)
    return sound


def _quietest(samples: Any) -> int:
    """Where to cut: the middle of the quietest moment behind LEAST_SECONDS, the last of equally quiet
    ones."""
    import numpy as np

    width = round(_QUIET_SECONDS * SAMPLE_RATE)
    first = LEAST_SECONDS * SAMPLE_RATE
    count = (len(samples) - first) // width
    windows = samples[first : first + count * width].astype(np.float64).reshape(count, width)
    loudness = (windows**2).mean(axis=1)
    quietest = count - 1 - int(np.argmin(loudness[::-1]))
    return int(first + quietest * width + width // 2)


def _decoded(file: Path) -> Iterator[Any]:
    """int16 [samples] at SAMPLE_RATE, one channel, as they are decoded. What is broken in between is left
    out."""
    try:
        import av
    except ImportError as error:
        raise EngineMissing(
            f"Reading sound files needs PyAV, which cannot be imported here ({error}). Install it with "
            "`pip install 'refdesk[speech]'`."
        ) from error
    try:
        with av.open(str(file), mode="r", metadata_errors="ignore") as container:
            if not container.streams.audio:
                raise SoundUnreadable(f"{file.name} holds no sound.")
            resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
            for frame in _frames(container, av.error.InvalidDataError):
                if frame is not None:
                    frame.pts = None  # broken time stamps are not worth a file
                for resampled in resampler.resample(frame):
                    yield resampled.to_ndarray()[0]
    except (av.error.FFmpegError, ValueError) as error:
        raise SoundUnreadable(
            f"{file.name} is no sound that can be read, or is damaged ({_reason(error)}). Play it in another "
            "program and save it anew."
        ) from error


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)


def _frames(container: Any, broken: type[Exception]) -> Iterator[Any]:
    """The frames, and None at the end, which lets the resampler give what it holds."""
    frames = iter(container.decode(audio=0))
    while True:
        try:
            yield next(frames)
        except StopIteration:
            break
        except broken:
            continue
    yield None
