"""Vectors that pictures are drawn from."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_NEARLY_PARALLEL = 1e-4


def seeded_latent(shape: tuple[int, ...], seed: int) -> NDArray[np.float32]:
    """Float32 of that shape, normally distributed; the same for the same seed."""
    import numpy as np

    return np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)


def latent_path(
    first: NDArray[np.float32], last: NDArray[np.float32], count: int
) -> list[NDArray[np.float32]]:
    """`count` vectors (2 or more) along the arc between the two, which are its ends, unchanged.

    Spherical interpolation: vectors between keep the length that drawn ones have
    (https://arxiv.org/abs/1609.04468).
    """
    import numpy as np

    lengths = float(np.linalg.norm(first)) * float(np.linalg.norm(last))
    angle = float(np.arccos(np.clip(np.sum(first * last) / max(lengths, 1e-12), -1.0, 1.0)))
    between = []
    for share in (number / (count - 1) for number in range(1, count - 1)):
        if np.sin(angle) < _NEARLY_PARALLEL:
            weights = (1 - share, share)
        else:
            weights = (np.sin((1 - share) * angle) / np.sin(angle), np.sin(share * angle) / np.sin(angle))
        between.append((weights[0] * first + weights[1] * last).astype(np.float32))
    return [first, *between, last]
