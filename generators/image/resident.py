"""An image engine whose model shares memory with all others."""

from __future__ import annotations

from collections.abc import Callable

from generators.image.protocol import (
    Capabilities,
    ImageMaker,
    ImageRequest,
    MadePictures,
    StepListener,
    unheard,
)
from generators.resident import ResidentEngine
from machine import Residence


class ResidentImageMaker(ResidentEngine[ImageMaker]):
    """An ImageMaker that uses another, as long as it is in memory. `id` is that one's."""

    def __init__(self, residence: Residence[ImageMaker], id: str) -> None:
        super().__init__(residence, "image engine")
        self._id = id

    @property
    def id(self) -> str:
        return self._id

    @property
    def capabilities(self) -> Capabilities:
        with self._used() as maker:
            return maker.capabilities

    def make(
        self,
        request: ImageRequest,
        progress: StepListener = unheard,
        cancelled: Callable[[], bool] = lambda: False,
        begun: Callable[[], None] = lambda: None,
    ) -> MadePictures:
        with self._used(cancelled) as maker:
            return maker.make(request, progress, cancelled, begun)
