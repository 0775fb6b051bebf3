"""Small GANs and autoencoders with fixed random weights, in the formats that decoders are read from."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

LATENT = 6


class ByClass(nn.Module):
    """A generator of 8x8 pixels by class, with the truncation as its last input."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.label = nn.Embedding(2, LATENT)
        self.layer = nn.Linear(LATENT, 3 * 8 * 8)

    def forward(self, latent: torch.Tensor, label: torch.Tensor, truncation: torch.Tensor) -> torch.Tensor:
        return torch.tanh(self.layer(latent * truncation + self.label(label))).reshape(1, 3, 8, 8)


class Inverter(nn.Module):
    """A translator: the negative of a picture."""

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return -pixels


class Halver(nn.Module):
    """An encoder: each 2x2 pixels become their mean."""

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return nn.functional.avg_pool2d(pixels, 2)


class Doubler(nn.Module):
    """Its decoder: each pixel becomes 2x2."""

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return nn.functional.interpolate(pixels, scale_factor=2.0)


def sidecar(folder: Path, text: str) -> Path:
    file = folder / "model.toml"
    file.write_text(text, encoding="utf-8")
    return file


def torch_script(module: nn.Module, file: Path, *example: torch.Tensor) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.save(torch.jit.trace(module.eval(), example), str(file))
    return file


def dcgan_file(file: Path) -> Path:
    """A DCGAN of 8x8 pixels under the names of PyTorch's example."""
    from safetensors.torch import save_file

    torch.manual_seed(2)
    module = nn.Module()
    module.main = nn.Sequential(
        nn.ConvTranspose2d(LATENT, 8, 4, 1, 0, bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.ConvTranspose2d(8, 3, 4, 2, 1, bias=False),
        nn.Tanh(),
    )
    save_file(module.state_dict(), file)
    return file


def onnx_file(file: Path) -> Path:
    """latent [1, 6] times weights, reshaped to [1, 3, 8, 8], tanh: an ONNX model written byte by byte.

    Numbers of fields as in https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
    """
    weights = np.random.default_rng(3).standard_normal((LATENT, 3 * 8 * 8), dtype=np.float32)
    shape = np.array([1, 3, 8, 8], dtype=np.int64)
    graph = b"".join(
        [
            *(_field(1, _node(*node)) for node in _NODES),
            _field(2, b"small"),
            _field(5, _tensor("weights", weights, 1)),
            _field(5, _tensor("shape", shape, 7)),
            _field(11, _value("latent", (1, LATENT))),
            _field(12, _value("pixels", (1, 3, 8, 8))),
        ]
    )
    file.write_bytes(_field(1, 8) + _field(7, graph) + _field(8, _field(2, 13)))
    return file


_NODES = (
    ("MatMul", ("latent", "weights"), "flat"),
    ("Reshape", ("flat", "shape"), "square"),
    ("Tanh", ("square",), "pixels"),
)


def _node(kind: str, inputs: tuple[str, ...], output: str) -> bytes:
    given = b"".join(_field(1, name.encode()) for name in inputs)
    return given + _field(2, output.encode()) + _field(4, kind.encode())


def _tensor(name: str, values: np.ndarray[Any, Any], kind: int) -> bytes:
    sides = b"".join(_field(1, side) for side in values.shape)
    return sides + _field(2, kind) + _field(8, name.encode()) + _field(9, values.tobytes())


def _value(name: str, shape: tuple[int, ...]) -> bytes:
    sides = b"".join(_field(1, _field(1, side)) for side in shape)
    return _field(1, name.encode()) + _field(2, _field(1, _field(1, 1) + _field(2, sides)))


def _field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    content = b""
    while value > 127:
        content += struct.pack("B", value & 127 | 128)
        value >>= 7
    return content + struct.pack("B", value)
