"""The seam between pictures and what a network sees in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    #: float64 [pictures, dimensions].
    Features: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Extracted:
    """Of each picture its features [pictures, dimensions], and the probabilities of the classes that the
    network tells apart [pictures, classes]; None where it knows no classes. Both float64, all finite."""

    features: Features
    probabilities: Features | None = None


class FeatureExtractor(Protocol):
    """A network that sees pictures. FIDs compare only where it and its weights are the same."""

    @property
    def id(self) -> str:
        """What the command line calls it, for instance `inception:inception-2015-12-05.pt`."""
        ...

    @property
    def sha256(self) -> str | None:
        """Of its weights; None where it has none."""
        ...

    def extract(self, pictures: Sequence[Image]) -> Extracted:
        """Of RGB pictures of any sizes, at least one. What of a picture is seen does not hang on the others.

        Raises EngineMissing and ModelUnusable.
        """
        ...

    def close(self) -> None: ...


class ImageTextModel(Protocol):
    """A model that puts pictures and texts into one space, as CLIP does."""

    @property
    def id(self) -> str: ...

    @property
    def sha256(self) -> str | None:
        """Of its weights; None where it has none."""
        ...

    @property
    def most_tokens(self) -> int:
        """How much of a text it reads; `texts` cuts what is longer."""
        ...

    def is_too_long(self, text: str) -> bool:
        """Whether the text is cut."""
        ...

    def pictures(self, pictures: Sequence[Image]) -> Features:
        """Vectors of any length [pictures, dimensions] of RGB pictures. Raises as `FeatureExtractor`."""
        ...

    def texts(self, texts: Sequence[str]) -> Features:
        """Vectors [texts, dimensions]."""
        ...

    def close(self) -> None: ...
