"""Sounds whose levels are known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Record = Callable[..., Path]


def sine(seconds: float, amplitude: float = 0.5, hertz: float = 997.0, rate: int = 48_000) -> Floats:
    times = np.arange(round(seconds * rate)) / rate
    return amplitude * np.sin(2 * np.pi * hertz * times)


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """Writes a sound file of these samples."""

    def write(name: str, samples: Floats, rate: int = 48_000, subtype: str = "PCM_16") -> Path:
        path = tmp_path / "sounds" / name
        path.parent.mkdir(exist_ok=True)
        soundfile.write(path, samples, rate, subtype=subtype if path.suffix == ".wav" else None)
        return path

    return write
