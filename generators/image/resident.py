"""An image engine whose model shares memory with all others."""

from __future__ import annotations

from collections.abc import Callable

from generators.errors import GenerationFailed
from generators.image.protocol import (
    Capabilities,
    ImageMaker,
    ImageRequest,
    MadePictures,
    StepListener,
    unheard,
)
from machine import Residence


class ResidentImageMaker:
    """An ImageMaker that uses another, as long as it is in memory. `id` is that one's."""

    def __init__(self, residence: Residence[ImageMaker], id: str) -> None:
        self._residence = residence
        self._id = id
        self._closed = False

    @property
    def id(self) -> str:
        return self._id

    @property
    def capabilities(self) -> Capabilities:
        self._require_open()
        with self._residence.use() as maker:
            return maker.capabilities

    def make(
        self,
        request: ImageRequest,
        progress: StepListener = unheard,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> MadePictures:
        self._require_open()
        with self._residence.use() as maker:
            return maker.make(request, progress, cancelled)

    def close(self) -> None:
        self._closed = True
        self._residence.leave()

    def _require_open(self) -> None:
        if self._closed:
            raise GenerationFailed("This image engine was closed. Build a new one.")
