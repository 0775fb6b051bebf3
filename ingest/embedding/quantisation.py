"""A converted sentence encoder's dense layers in 8-bit integers, for processors with instructions for them.

Layers that read a normalised state get one range per tensor, found beforehand; outlying channels are first
evened out between input and weights (SmoothQuant, https://arxiv.org/abs/2211.10438). A layer that narrows,
as the feed-forward's second does, reads what follows no narrow range: its rows are quantised as they come.
Neither depends on what else is in a batch.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Floats = NDArray[np.float32]

_TEXTS = 64
_LENGTHS = (4, 16, 64, 128, 512)  # in tokens, before the tokenizer cuts them
_LARGEST_WEIGHT = 127
_LEVELS = 256
_SMALLEST_SCALE = 1e-4


def made_up_texts(tokenizer: Tokenizer) -> list[list[int]]:
    """Token ids of texts of words drawn from the tokenizer's own vocabulary, the same ones every time.

    Enough to see how far a model's states reach: ranges from real prose gave vectors no nearer.
    """
    draw = random.Random(0)  # noqa: S311  # not for secrets: repeatable on purpose
    size = tokenizer.get_vocab_size(with_added_tokens=False)
    texts = [
        tokenizer.decode([draw.randrange(size) for _ in range(_LENGTHS[number % len(_LENGTHS)])])
        for number in range(_TEXTS)
    ]
    return [encoding.ids for encoding in tokenizer.encode_batch(texts)]


def embed_alone(openvino: Any, model: Any, texts: Sequence[Sequence[int]], outputs: int = 1) -> list[Any]:
    """The model's outputs for each text by itself, in float32: a list of arrays per text."""
    compiled = openvino.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    request = compiled.create_infer_request()
    found = []
    for ids in texts:
        request.infer([np.array([ids], dtype=np.int64), np.ones((1, len(ids)), dtype=np.int64)])
        found.append([request.get_output_tensor(index).data.copy() for index in range(outputs)])
    return found


def quantise(openvino: Any, model: Any, texts: Sequence[Sequence[int]]) -> None:
    """Replace the model's dense layers in place. `texts` are token ids that the ranges are taken from."""
    operators = openvino.opset13
    groups = _dense_layers_by_input(model)
    reach = _reach(openvino, model, [layers[0].input_value(0) for layers in groups], texts)
    for layers, (lowest, highest) in zip(groups, reach, strict=True):
        source = layers[0].input_value(0)
        weights = [_weight(layer) for layer in layers]
        if weights[0].shape[1] <= weights[0].shape[0]:
            scale = _evening_scale(np.maximum(np.abs(lowest), np.abs(highest)), weights)
            low, high = _range_with_zero(float((lowest / scale).min()), float((highest / scale).max()))
            bounds = [operators.constant(np.float32(bound)) for bound in (low, high, low, high)]
            evened = operators.multiply(source, operators.constant((1 / scale).reshape(1, 1, -1)))
            source = operators.fake_quantize(evened, *bounds, _LEVELS).output(0)
            weights = [weight * scale for weight in weights]
        for layer, weight in zip(layers, weights, strict=True):
            steps = np.maximum(np.abs(weight).max(axis=1, keepdims=True) / _LARGEST_WEIGHT, 1e-12)
            whole = operators.constant(np.round(weight / steps).astype(np.int8))
            restored = operators.multiply(
                operators.convert(whole, "f32"), operators.constant(steps.astype(np.float32))
            )
            product = operators.matmul(source, restored, transpose_a=False, transpose_b=True)
            product.set_friendly_name(layer.get_friendly_name())
            layer.output(0).replace(product.output(0))
    model.validate_nodes_and_infer_types()


def _dense_layers_by_input(model: Any) -> list[list[Any]]:
    """Matrix products with constant weights; those that read the same, as query, key and value, together."""
    groups: dict[tuple[str, int], list[Any]] = {}
    for node in model.get_ordered_ops():
        if node.get_type_name() != "MatMul" or node.get_attributes()["transpose_a"]:
            continue
        source, weight = node.input_value(0), node.input_value(1)
        constant = weight.get_node().get_type_name() == "Constant"
        rank = source.get_partial_shape().rank
        if constant and rank.is_static and rank.get_length() == 3:
            groups.setdefault((source.get_node().get_name(), source.get_index()), []).append(node)
    return list(groups.values())


def _weight(layer: Any) -> Floats:
    """The layer's weights: float32 [outputs, inputs]."""
    weight = np.array(layer.input_value(1).get_node().data, dtype=np.float32)
    return weight if layer.get_attributes()["transpose_b"] else weight.T


def _reach(
    openvino: Any, model: Any, sources: list[Any], texts: Sequence[Sequence[int]]
) -> list[tuple[Floats, Floats]]:
    """Lowest and highest value of each source's channels over all texts."""
    operators = openvino.opset13
    rows = operators.constant(np.array([0, 1], dtype=np.int64))
    probes = [
        operators.result(reduce(source, rows, keep_dims=False))
        for source in sources
        for reduce in (operators.reduce_min, operators.reduce_max)
    ]
    watched = openvino.Model(probes, model.get_parameters(), "watched")
    seen = embed_alone(openvino, watched, texts, len(probes))
    return [
        (
            np.min([outputs[2 * index] for outputs in seen], axis=0),
            np.max([outputs[2 * index + 1] for outputs in seen], axis=0),
        )
        for index in range(len(sources))
    ]


def _evening_scale(reach: Floats, weights: list[Floats]) -> Floats:
    """What each input channel is divided by, and its weights multiplied with: sqrt(reach / weight)."""
    largest = np.max([np.abs(weight).max(axis=0) for weight in weights], axis=0)
    scale = np.sqrt(np.maximum(reach, _SMALLEST_SCALE) / np.maximum(largest, _SMALLEST_SCALE))
    scale = scale / np.exp(np.log(scale).mean())
    evened: Floats = np.maximum(scale, _SMALLEST_SCALE).astype(np.float32)
    return evened


def _range_with_zero(low: float, high: float) -> tuple[float, float]:
    """The range widened to hold 0, and moved so that 0 is one of its levels and stays exact."""
    low, high = min(low, 0.0), max(high, 0.0)
    step = max(high - low, 1e-12) / (_LEVELS - 1)
    below = round(-low / step)
    return -below * step, (_LEVELS - 1 - below) * step
