"""Levels of sounds made for them."""

from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest

from evaluation.sounds.levels import levels_of
from evaluation.sounds.samples import Sound
from tests.evaluation.sounds.conftest import Floats, sine


def sound(samples: Floats, rate: int = 48_000) -> Sound:
    columns = samples if samples.ndim == 2 else samples[:, None]
    return Sound(columns.astype(np.float32), rate)


def test_the_filters_are_the_recommendation_s() -> None:
    """Tables 1 and 2 of ITU-R BS.1770-4, at 48 kHz."""
    meter = pyloudnorm.Meter(48_000, filter_class="DeMan")
    shelf, high_pass = meter._filters.values()

    assert shelf.b == pytest.approx([1.53512485958697, -2.69169618940638, 1.19839281085285], abs=1e-8)
    assert shelf.a == pytest.approx([1.0, -1.69065929318241, 0.73248077421585], abs=1e-8)
    assert high_pass.b == pytest.approx([1.0, -2.0, 1.0], abs=1e-8)
    assert high_pass.a == pytest.approx([1.0, -1.99004745483398, 0.99007225036621], abs=1e-8)


@pytest.mark.parametrize("rate", [48_000, 22_050])
def test_a_sine_at_full_scale_is_where_the_recommendation_puts_it(rate: int) -> None:
    assert levels_of(sound(sine(3, 1.0, rate=rate), rate)).loudness_lufs == pytest.approx(-3.01, abs=0.05)


def test_loudness_adds_over_channels_and_halves_with_the_amplitude() -> None:
    one = sine(3, 0.25)
    alone = levels_of(sound(one)).loudness_lufs
    both = levels_of(sound(np.stack([one, one], axis=1))).loudness_lufs
    half = levels_of(sound(one / 2)).loudness_lufs

    assert alone is not None
    assert both == pytest.approx(alone + 10 * np.log10(2), abs=0.01)
    assert half == pytest.approx(alone + 20 * np.log10(0.5), abs=0.01)


def test_pauses_do_not_make_a_sound_quieter() -> None:
    one = sine(3, 0.25)
    paused = np.concatenate([one, np.zeros(48_000 * 6), one])

    assert levels_of(sound(paused)).loudness_lufs == pytest.approx(
        levels_of(sound(one)).loudness_lufs,
        abs=0.3,  # ungated it would be 3 dB quieter; the rest are blocks across edges
    )


@pytest.mark.parametrize(
    ("samples", "rate"), [(np.zeros(96_000), 48_000), (sine(0.3), 48_000), (sine(2, rate=2_000), 2_000)]
)
def test_what_has_no_loudness_has_none(samples: Floats, rate: int) -> None:
    assert levels_of(sound(samples, rate)).loudness_lufs is None


def test_clipped_are_runs_at_full_scale_not_peaks() -> None:
    samples = np.zeros(1_000)
    samples[[10, 20, 21]] = 1.0  # a peak, and two samples in a row
    samples[100:105] = 1.0
    samples[200:203] = -1.0
    samples[300:302] = [1.0, -1.0]

    assert levels_of(sound(samples)).clipped_share == pytest.approx((5 + 3) / 1_000)
    assert levels_of(sound(sine(1, 1.0))).clipped_share == 0
    assert levels_of(sound(np.clip(sine(1, 2.0), -1, 1))).clipped_share == pytest.approx(2 / 3, abs=0.05)


def test_silence_is_before_within_and_behind() -> None:
    rate = 1_000
    quiet, loud = np.zeros, lambda count: np.full(count, 0.1)
    samples = np.concatenate([quiet(100), loud(200), quiet(300), loud(200), quiet(200)])
    levels = levels_of(sound(samples, rate))

    assert levels.leading_silence_share == pytest.approx(0.1)
    assert levels.inner_silence_share == pytest.approx(0.3)
    assert levels.trailing_silence_share == pytest.approx(0.2)
    assert not levels.is_silent


def test_a_silent_sound_is_all_silence() -> None:
    levels = levels_of(sound(np.full(480, 0.0005)))

    assert levels.is_silent
    assert (levels.inner_silence_share, levels.trailing_silence_share) == (0, 0)
    assert not levels_of(sound(np.full(480, 0.002))).is_silent
