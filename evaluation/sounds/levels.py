"""How loud a sound is, how much of it is cut off at the top, and how much is silent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evaluation.sounds.samples import Sound
from generators.errors import EngineMissing

if TYPE_CHECKING:
    from evaluation.sounds.samples import Channels

#: The highest value that 16 bits hold, a little below to forgive rounding: 32766.5 / 32768.
FULL_SCALE = 32766.5 / 32768
#: So many samples in a row at full scale are no peak but a cut one.
CLIPPED_RUN = 3
#: Silent is a window whose root mean square is below: the bound of FFmpeg's silencedetect.
SILENCE_DBFS = -60.0
SILENCE_WINDOW_SECONDS = 0.02
_LOUDNESS_BLOCK_SECONDS = 0.4
_LOWEST_LOUDNESS_RATE = 4_000  # below, half the rate comes too near the filter's shelf at 1,682 Hz
_MOST_LOUDNESS_CHANNELS = 5


@dataclass(frozen=True, slots=True)
class Levels:
    """`loudness_lufs` is None where there is none: silence, less than 0.4 s, or a form the Recommendation
    does not know. Shares are of the sound's length; a sound that is silent throughout is all leading silence.
    """

    loudness_lufs: float | None
    clipped_share: float
    leading_silence_share: float
    inner_silence_share: float
    trailing_silence_share: float

    @property
    def is_silent(self) -> bool:
        return self.leading_silence_share == 1.0


def levels_of(sound: Sound) -> Levels:
    """Of a sound with at least one sample. Raises EngineMissing."""
    import numpy as np

    samples = np.nan_to_num(sound.samples)
    leading, inner, trailing = _silence(samples, sound.sample_rate)
    return Levels(_loudness(samples, sound.sample_rate), _clipped(samples), leading, inner, trailing)


def _loudness(samples: Channels, sample_rate: int) -> float | None:
    """Integrated loudness with both gates: ITU-R BS.1770-4 (https://www.itu.int/rec/R-REC-BS.1770), in LUFS.

    By pyloudnorm with the coefficients of the Recommendation; its default filters are others' approximations.
    One channel is one front channel: a sine of 997 Hz at full scale is at -3.01 LUFS.
    """
    import numpy as np

    count, channels = samples.shape
    if (
        count < _LOUDNESS_BLOCK_SECONDS * sample_rate
        or sample_rate < _LOWEST_LOUDNESS_RATE
        or channels > _MOST_LOUDNESS_CHANNELS
    ):
        return None
    try:
        import pyloudnorm
    except ImportError as error:
        raise EngineMissing(
            f"Loudness needs pyloudnorm, which cannot be imported here ({error}). Install it with "
            "`pip install 'refdesk[eval-sounds]'`."
        ) from error
    with np.errstate(divide="ignore", invalid="ignore"):
        loudness = float(pyloudnorm.Meter(sample_rate, filter_class="DeMan").integrated_loudness(samples))
    return loudness if np.isfinite(loudness) else None


def _clipped(samples: Channels) -> float:
    """Share of all channels' samples within runs of `CLIPPED_RUN` and more of one sign at full scale."""
    import numpy as np

    clipped = 0
    for beyond in (samples >= FULL_SCALE, samples <= -FULL_SCALE):
        edges = np.diff(np.pad(beyond, ((1, 1), (0, 0))).astype(np.int8), axis=0)
        for channel in edges.T:
            lengths = np.flatnonzero(channel == -1) - np.flatnonzero(channel == 1)
            clipped += int(lengths[lengths >= CLIPPED_RUN].sum())
    return clipped / samples.size


def _silence(samples: Channels, sample_rate: int) -> tuple[float, float, float]:
    """Shares of silent windows before the first that is not, between, and behind the last."""
    import numpy as np

    width = max(1, round(SILENCE_WINDOW_SECONDS * sample_rate))
    power = np.square(samples, dtype=np.float64).mean(axis=1)
    starts = np.arange(0, len(power), width)
    sizes = np.diff(np.append(starts, len(power)))
    silent = np.add.reduceat(power, starts) / sizes < 10 ** (SILENCE_DBFS / 10)
    heard = np.flatnonzero(~silent)
    if not len(heard):
        return 1.0, 0.0, 0.0
    first, last = heard[0], heard[-1]
    parts = (slice(0, first), slice(first, last), slice(last, None))
    leading, inner, trailing = (float((sizes * silent)[part].sum()) / len(power) for part in parts)
    return leading, inner, trailing
