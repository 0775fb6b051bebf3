"""Networks from files, each as a function from arrays to an array."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generators.errors import EngineMissing, ModelUnusable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Takes float32 or int64 arrays with a batch of 1, gives one float32 array.
Network = Callable[..., "NDArray[np.float32]"]


def load_network(file: Path, architecture: str | None = None) -> Network:
    """TorchScript, ONNX, or .safetensors of a DCGAN. Raises ModelUnusable, and EngineMissing for ONNX."""
    try:
        if file.suffix == ".onnx":
            return _onnx(file)
        if file.suffix == ".safetensors":
            return _of_module(_dcgan(file, architecture))
        return _torch_script(file)
    except (EngineMissing, ModelUnusable):
        raise
    except Exception as error:  # whatever a damaged or foreign file makes of the libraries
        raise ModelUnusable(f"The network {file} cannot be loaded: {error}") from error


def _torch_script(file: Path) -> Network:
    import warnings

    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch would rather have its newer formats
        module = torch.jit.load(str(file), map_location="cpu")
    return _of_module(module.eval())


def _of_module(module: Any) -> Network:
    import numpy as np
    import torch

    def run(*arrays: NDArray[Any]) -> NDArray[np.float32]:
        with torch.inference_mode():
            return np.asarray(module(*(torch.from_numpy(array) for array in arrays)).float().numpy())

    return run


def _onnx(file: Path) -> Network:
    try:
        import onnxruntime
    except ImportError as error:
        raise EngineMissing("ONNX models need onnxruntime. Install: pip install onnxruntime") from error
    import numpy as np

    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_inputs()]

    def run(*arrays: NDArray[Any]) -> NDArray[np.float32]:
        return np.asarray(session.run(None, dict(zip(names, arrays, strict=True)))[0], dtype=np.float32)

    return run


def _dcgan(file: Path, architecture: str | None) -> Any:
    """A generator as https://arxiv.org/abs/1511.06434 has it: its layers follow from the weights' shapes.

    The first convolution makes 4x4 of 1x1, each further one doubles the sides; all but the last are followed
    by batch normalisation and ReLU, the last by tanh. Names as in PyTorch's own example: `main.0.weight`, ...
    """
    if architecture != "DCGAN":
        raise ModelUnusable(
            f'{file} holds weights alone: say architecture = "DCGAN", or give a TorchScript or ONNX file.'
        )
    from safetensors.torch import load_file
    from torch import nn

    weights = load_file(file)
    layers: list[nn.Module] = []
    names = sorted((name for name, tensor in weights.items() if tensor.ndim == 4), key=_position)
    for place, name in enumerate(names):
        into, out, side, _ = weights[name].shape
        stride, padding = (1, 0) if place == 0 else (2, 1)
        layers.append(nn.ConvTranspose2d(into, out, side, stride, padding, bias=False))
        layers += [nn.Tanh()] if name == names[-1] else [nn.BatchNorm2d(out), nn.ReLU()]
    module = nn.Module()
    module.main = nn.Sequential(*layers)
    module.load_state_dict(weights)
    return module.main.eval()


def _position(name: str) -> int:
    return int(name.split(".")[1])
