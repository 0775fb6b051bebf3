"""Networks as TorchScript, and torchvision's Inception, as extractors."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.images.network_files import as_float64, squared, weights_file
from evaluation.images.protocol import Extracted
from generators.devices import Device, chosen_device
from generators.errors import EngineMissing, GenerationFailed, ModelUnusable
from machine import file_sha256

if TYPE_CHECKING:
    from PIL.Image import Image

#: Takes uint8 [pictures, 3, 299, 299]; gives features, and probabilities or None.
_See = Callable[[Any], tuple[Any, Any]]
#: What ImageNet's pictures were brought to for torchvision's networks.
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class NetworkExtractor:
    """A FeatureExtractor of one file of weights, loaded when it is first needed; one batch at a time."""

    def __init__(
        self,
        file: Path,
        load: Callable[[Path, str], _See],
        *,
        id: str,
        cache_folder: Path,
        device: Device = "auto",
    ) -> None:
        self._file = weights_file(file)
        self._load = load
        self._id = id
        self._cache_folder = cache_folder
        self._device = device
        self._lock = threading.Lock()
        self._see: _See | None = None
        self._closed = False

    @property
    def id(self) -> str:
        return self._id

    @property
    def sha256(self) -> str | None:
        return file_sha256(self._file, self._cache_folder)

    def extract(self, pictures: Sequence[Image]) -> Extracted:
        import torch

        with self._lock, torch.inference_mode():
            if self._closed:
                raise GenerationFailed("This extractor was closed. Build a new one.")
            if self._see is None:
                device = chosen_device(self._device)
                see = _loaded(self._file, self._load, device)
                self._see = lambda pixels: see(torch.from_numpy(pixels).to(device))
            try:
                features, probabilities = self._see(squared(pictures))
            except (RuntimeError, TypeError, ValueError) as error:
                raise ModelUnusable(f"{self._id} could not look at the pictures: {error}") from error
        count = len(pictures)
        return Extracted(
            as_float64(features, count, "features", self._id),
            None if probabilities is None else as_float64(probabilities, count, "classes", self._id),
        )

    def close(self) -> None:
        with self._lock:
            self._closed, self._see = True, None


def published_inception(file: Path, device: str) -> _See:
    """The Inception of the published FIDs, whose call can return 2048 features, or the probabilities of its
    1008 classes. Scores are taken of the latter without the last layer's bias, as their authors do."""
    module = _torch_script(file, device)
    known = {argument.name for argument in module.forward.schema.arguments}
    if not {"return_features", "no_output_bias"} <= known:
        raise ModelUnusable(
            f"{file.name} is not the published Inception: its call has no return_features and no "
            f"no_output_bias. As any other network it is named torchscript:{file.name}."
        )
    return lambda pixels: (module(pixels, return_features=True), module(pixels, no_output_bias=True))


def any_network(file: Path, device: str) -> _See:
    """A network from [pictures, 3, 299, 299] of 0..1 to features, or to features and logits."""
    module = _torch_script(file, device)

    def see(pixels: Any) -> tuple[Any, Any]:
        seen = module(pixels.float() / 255)
        if isinstance(seen, tuple) and len(seen) == 2:
            return seen[0], seen[1].double().softmax(dim=1)
        return seen, None

    return see


def torchvision_inception(file: Path, device: str) -> _See:
    """torchvision's inception_v3 with the weights of the file: 2048 features, 1000 classes."""
    import torch

    try:
        from torchvision.models import inception_v3
    except (ImportError, RuntimeError) as error:  # RuntimeError: built for another torch
        raise EngineMissing(
            f"{file.name} needs torchvision, which cannot be imported here ({error}). Install the one that "
            f"belongs to torch {torch.__version__}, or name the published network as TorchScript."
        ) from error
    from safetensors.torch import load_file

    network = inception_v3(weights=None, init_weights=False, aux_logits=True, transform_input=False)
    weights = load_file(file)
    wanted = {key for key in network.state_dict() if not key.startswith("AuxLogits.")}
    if missing := sorted(wanted - weights.keys()):
        raise ModelUnusable(
            f"{file.name} holds no weights of torchvision's inception_v3: {missing[0]} and "
            f"{len(missing) - 1} others are not there."
        )
    network.load_state_dict(weights, strict=False)
    network = network.eval().to(device)
    seen: list[Any] = []
    network.avgpool.register_forward_hook(lambda _module, _into, out: seen.append(out))
    mean = torch.tensor(_MEAN, device=device).reshape(1, 3, 1, 1)
    deviation = torch.tensor(_DEVIATION, device=device).reshape(1, 3, 1, 1)

    def see(pixels: Any) -> tuple[Any, Any]:
        seen.clear()
        logits = network((pixels.float() / 255 - mean) / deviation)
        return seen[0], logits.double().softmax(dim=1)

    return see


def _torch_script(file: Path, device: str) -> Any:
    import warnings

    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch would rather have its newer formats
        return torch.jit.load(str(file), map_location=device).eval()


def _loaded(file: Path, load: Callable[[Path, str], _See], device: str) -> _See:
    try:
        return load(file, device)
    except (EngineMissing, ModelUnusable):
        raise
    except Exception as error:  # whatever a damaged or foreign file makes of the libraries
        raise ModelUnusable(f"The network {file} cannot be loaded: {error}") from error
