"""What passes between a model's layers, read while llama.cpp evaluates.

llama.cpp offers hidden states only after the last layer, and only with the logits of a whole batch. But it
asks a callback, before it computes each tensor of its graph, whether that one is to be seen
(https://github.com/ggml-org/llama.cpp/tree/master/examples/eval-callback).
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: What llama.cpp calls the output of a layer, residual stream included; layers count from 0.
_NAME = "l_out-{}"
_FLOAT32 = ctypes.sizeof(ctypes.c_float)


class LayerReader:
    """Reads chosen layers' outputs at the last token of what is evaluated between `watch` and `take`.

    `callback` is given to the context when it is opened, unless `reads` says that nothing will be read: being
    asked before each tensor took 8 ms a token on two cores, a sixth of all, whether or not one was wanted.
    """

    def __init__(self, library: Any, *, reads: bool) -> None:
        self._ggml: Any = _tensor_functions() if reads else None
        self.reads = self._ggml is not None
        self._wanted: dict[bytes, int] = {}
        self._found: dict[int, NDArray[np.float32]] = {}
        self.callback = library.ggml_backend_sched_eval_callback(self._see)

    def watch(self, layers: Sequence[int]) -> None:
        """From now on keep these layers' outputs, of each evaluation the last token's."""
        self._found = {}
        self._wanted = {_NAME.format(layer).encode(): layer for layer in layers} if self._ggml else {}

    def take(self, layers: Sequence[int]) -> NDArray[np.float32] | None:
        """float32 [layers, width], and nothing is watched any more. None where one was not seen."""
        found, self._found, self._wanted = self._found, {}, {}
        if not layers or any(layer not in found for layer in layers):
            return None
        return np.stack([found[layer] for layer in layers])

    def _see(self, tensor: int, asked: bool, _data: object) -> bool:
        if not self._wanted:
            return not asked
        layer = self._wanted.get(self._ggml.ggml_get_name(tensor))
        if asked:
            return layer is not None
        if layer is not None:
            self._found[layer] = self._last_row(tensor)
        return True

    def _last_row(self, tensor: int) -> NDArray[np.float32]:
        whole = self._ggml.ggml_nbytes(tensor)
        width = whole // (_FLOAT32 * self._ggml.ggml_nrows(tensor))
        row = np.empty(width, dtype=np.float32)
        self._ggml.ggml_backend_tensor_get(
            tensor, row.ctypes.data_as(ctypes.c_void_p), whole - row.nbytes, row.nbytes
        )
        return row


def _tensor_functions() -> Any:
    """ggml's functions for looking at a tensor; None where this build does not show them."""
    try:
        from llama_cpp._ggml import libggml as ggml

        ggml.ggml_get_name.argtypes, ggml.ggml_get_name.restype = [ctypes.c_void_p], ctypes.c_char_p
        ggml.ggml_nbytes.argtypes, ggml.ggml_nbytes.restype = [ctypes.c_void_p], ctypes.c_size_t
        ggml.ggml_nrows.argtypes, ggml.ggml_nrows.restype = [ctypes.c_void_p], ctypes.c_int64
        get = ggml.ggml_backend_tensor_get
        get.argtypes, get.restype = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t], None
    except (ImportError, AttributeError, OSError):
        return None
    return ggml
