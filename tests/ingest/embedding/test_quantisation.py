"""Quantisation of a small encoder built on the spot: an embedding, a wide and a narrow dense layer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from ingest.embedding.conversion import import_openvino
from ingest.embedding.quantisation import embed_alone, made_up_texts, quantise

WORDS, WIDTH = 50, 16
TEXTS = [[3, 7, 1, 9, 20, 4], [11, 2], [49, 48, 47, 3, 3], [5]]


@pytest.fixture
def openvino() -> Any:
    return import_openvino()


def small_encoder(openvino: Any) -> Any:
    """Token ids and mask to unit vectors. One channel reaches fifty times as far as the others."""
    from openvino import opset13 as op

    draw = np.random.default_rng(0)
    table = draw.standard_normal((WORDS, WIDTH)).astype(np.float32)
    table[:, 5] *= 50
    widening = draw.standard_normal((4 * WIDTH, WIDTH)).astype(np.float32)
    widening[:, 5] /= 50
    narrowing = draw.standard_normal((4 * WIDTH, WIDTH)).astype(np.float32)
    ids = op.parameter([-1, -1], np.int64, name="ids")
    mask = op.parameter([-1, -1], np.int64, name="mask")
    states = op.gather(op.constant(table), ids, op.constant(np.int64(0)))
    wide = op.gelu(op.matmul(states, op.constant(widening), False, True), "erf")
    narrow = op.matmul(wide, op.constant(narrowing), False, False)
    kept = op.multiply(narrow, op.unsqueeze(op.convert(mask, "f32"), op.constant(np.int64(2))))
    pooled = op.reduce_sum(kept, op.constant(np.int64(1)), False)
    unit = op.normalize_l2(pooled, op.constant(np.array([1])), 1e-12, "add")
    return openvino.Model([op.result(unit)], [ids, mask], "small")


def weight_types(model: Any) -> list[str]:
    nodes = model.get_ordered_ops()
    constants = [
        node
        for node in nodes
        if node.get_type_name() == "Constant" and len(node.shape) == 2 and min(node.shape) > 1
    ]
    return sorted(node.get_element_type().get_type_name() for node in constants)


def vectors(openvino: Any, model: Any) -> np.ndarray[Any, Any]:
    return np.concatenate([outputs[0] for outputs in embed_alone(openvino, model, TEXTS)])


def test_dense_layers_become_integers_and_vectors_stay(openvino: Any) -> None:
    model = small_encoder(openvino)
    before = vectors(openvino, model)
    assert weight_types(model) == ["f32", "f32", "f32"]
    quantise(openvino, model, TEXTS)
    assert weight_types(model) == ["f32", "i8", "i8"]  # the table of words is not a dense layer
    agreement = (before * vectors(openvino, model)).sum(axis=1)
    # Two layers of 8 bits with rounding errors of 1/255 each; without evening out the wide channel, .99.
    assert agreement.min() > 0.999
    assert agreement.min() < 1.0 - 1e-7  # they were rounded, then


def test_only_what_reads_a_normalised_state_has_a_fixed_range(openvino: Any) -> None:
    model = small_encoder(openvino)
    quantise(openvino, model, TEXTS)
    fixed = [node for node in model.get_ordered_ops() if node.get_type_name() == "FakeQuantize"]
    assert len(fixed) == 1
    assert fixed[0].input_value(0).get_partial_shape()[2].get_length() == WIDTH


def test_a_quantised_model_survives_saving(openvino: Any, tmp_path: Path) -> None:
    model = small_encoder(openvino)
    quantise(openvino, model, TEXTS)
    openvino.save_model(model, tmp_path / "model.xml", compress_to_fp16=False)
    again = openvino.Core().read_model(tmp_path / "model.xml")
    np.testing.assert_allclose(vectors(openvino, again), vectors(openvino, model), atol=1e-6)


def test_made_up_texts_are_the_same_every_time_and_cut_by_the_tokenizer() -> None:
    vocabulary = {f"word{number}": number for number in range(200)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="word0"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.enable_truncation(max_length=100)
    texts = made_up_texts(tokenizer)
    assert texts == made_up_texts(tokenizer)
    assert {len(text) for text in texts} == {4, 16, 64, 100}
    assert len({word for text in texts for word in text}) == 200
