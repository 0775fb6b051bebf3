"""GANs and picture-to-picture networks from a file and its sidecar."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from generators.errors import GenerationFailed, RequestUnusable
from generators.image.decoder_networks import Network, load_network
from generators.image.decoder_sidecar import DecoderDescription, read_sidecar
from generators.image.latents import latent_path, seeded_latent
from generators.image.pixels import picture_of, pixels_of
from generators.image.protocol import (
    Capabilities,
    FromLatent,
    ImageRequest,
    LatentPath,
    MadePicture,
    MadePictures,
    Mode,
    StepDone,
    StepListener,
    Translation,
    unheard,
)
from generators.image.request_checks import check_request

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class DecoderImageMaker:
    """An ImageMaker over one network: each picture is one step. It reads no prompt."""

    def __init__(self, sidecar: Path) -> None:
        self._sidecar = sidecar
        self._lock = threading.Lock()
        self._closed = False

    @property
    def id(self) -> str:
        return f"decoder:{self._sidecar.stem}"

    @property
    def capabilities(self) -> Capabilities:
        about = self._about
        modes: dict[str, tuple[Mode, ...]] = {
            "generator": ("latent", "path"),
            "translator": ("translate",),
            "autoencoder": ("translate",),
        }
        return Capabilities(modes[about.kind], about.size, labels=len(about.labels))

    def make(
        self,
        request: ImageRequest,
        progress: StepListener = unheard,
        cancelled: Callable[[], bool] = lambda: False,
        begun: Callable[[], None] = lambda: None,
    ) -> MadePictures:
        """An autoencoder's translation of a picture is what it reconstructs of it."""
        with self._lock:
            if self._closed:
                raise GenerationFailed("This image engine was closed. Build a new one.")
            check_request(request, self.capabilities, self.id)
            if request.size is not None:
                raise RequestUnusable(f"{self.id} draws in a size of its own. Leave the size out.")
            inputs = self._inputs(request)
            self._load()
            begun()
            made: list[MadePicture] = []
            for number, arrays in enumerate(inputs):
                if cancelled():
                    return MadePictures(tuple(made), interrupted=True)
                made.append(self._picture(request, number, arrays))
                progress(StepDone(number + 1, len(inputs), 1, 1))
            return MadePictures(tuple(made))

    def close(self) -> None:
        """Lets go of the network."""
        with self._lock:
            self._closed = True
            self.__dict__.pop("_network", None)

    @cached_property
    def _about(self) -> DecoderDescription:
        return read_sidecar(self._sidecar)

    @cached_property
    def _network(self) -> Network:
        if self._about.kind == "autoencoder":
            from generators.image.autoencoder import Autoencoder

            return Autoencoder(self._about).round_trip
        return load_network(self._about.weights[0], self._about.architecture)

    def _load(self) -> None:
        try:
            _ = self._network
        except (RuntimeError, ValueError, TypeError) as error:
            raise self._stopped(error) from error

    def _stopped(self, error: Exception) -> GenerationFailed:
        return GenerationFailed(f"The network of {self._sidecar} stopped: {error}")

    def _inputs(self, request: ImageRequest) -> list[tuple[NDArray[np.generic], ...]]:
        start, about = request.start, self._about
        if isinstance(start, Translation):
            if request.count != 1:
                raise RequestUnusable(f"{self.id} makes one picture of one. Leave the count out.")
            return [(pixels_of(start.picture, about),)]
        if isinstance(start, LatentPath):
            if request.count < 2:
                raise RequestUnusable("The way between two seeds takes 2 pictures or more: ask for more.")
            first, last = (seeded_latent(about.latent, seed) for seed in (request.seed, start.last_seed))
            latents = latent_path(first, last, request.count)
        elif isinstance(start, FromLatent):
            latents = [seeded_latent(about.latent, request.seed + number) for number in range(request.count)]
        else:
            raise RequestUnusable(f"{self.id} cannot do this.")
        return [self._generator_input(latent, start) for latent in latents]

    def _generator_input(
        self, latent: NDArray[np.float32], start: FromLatent | LatentPath
    ) -> tuple[NDArray[np.generic], ...]:
        import numpy as np

        about = self._about
        scaled = latent if about.truncation_input else latent * np.float32(start.truncation)
        arrays: list[NDArray[np.generic]] = [scaled[None]]
        if about.labels:
            arrays.append(np.array([self._label(start.label)], dtype=np.int64))
        if about.truncation_input:
            arrays.append(np.array([start.truncation], dtype=np.float32))
        return tuple(arrays)

    def _label(self, label: int | str | None) -> int:
        labels = self._about.labels
        if isinstance(label, str):
            if label not in labels:
                raise RequestUnusable(f"There is no class {label!r}. There are: {', '.join(labels)}.")
            return labels.index(label)
        return label or 0

    def _picture(
        self, request: ImageRequest, number: int, arrays: tuple[NDArray[np.generic], ...]
    ) -> MadePicture:
        began = time.perf_counter()
        try:
            made = self._network(*arrays)
        except (RuntimeError, ValueError, TypeError) as error:
            raise self._stopped(error) from error
        picture = picture_of(made, self._about)
        settings = {"size": f"{picture.width}x{picture.height}"}
        start, seed = request.start, request.seed
        if isinstance(start, FromLatent | LatentPath):
            settings["truncation"] = f"{start.truncation:g}"
            if self._about.labels:
                settings["class"] = self._about.labels[self._label(start.label)]
        if isinstance(start, LatentPath):
            settings["on the way"] = f"{number} of {request.count - 1} to seed {start.last_seed}"
        else:
            seed += number
        return MadePicture(picture, seed, tuple(settings.items()), seconds=time.perf_counter() - began)
