"""What passes between a model's layers is read, and reading it changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from generators.text.llama_cpp import LlamaCppGenerator
from generators.text.llama_model import LlamaModel
from generators.text.protocol import GenerationRequest, Message, PromptRead

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def gemma_model(gemma_file: Path) -> Iterator[LlamaModel]:
    model = LlamaModel(gemma_file, context_tokens=256, threads=None, gpu_layers=0, layer_outputs=True)
    yield model
    model.close()


def test_looking_between_layers_changes_nothing_that_follows(gemma_model: LlamaModel) -> None:
    tokens = gemma_model.tokenize("The winch rope is replaced every 1,000 launches. " * 12, markup=False)
    logits = []
    for layers in ((), (0, 7)):
        gemma_model.keep_first(0)
        gemma_model.layers.watch(layers)
        gemma_model.evaluate(tokens[:128])
        states = gemma_model.layers.take(layers)
        assert (states is None) == (not layers)
        before = gemma_model.logits().copy()
        gemma_model.evaluate(tokens[128:])
        logits.append((before, gemma_model.logits().copy()))
    assert np.array_equal(logits[0], logits[1])


def test_a_layers_output_is_the_last_tokens_own(gemma_model: LlamaModel) -> None:
    def states_after(text: str) -> np.ndarray:
        gemma_model.keep_first(0)
        gemma_model.layers.watch((2, 9))
        gemma_model.evaluate(gemma_model.tokenize(text, markup=False))
        states = gemma_model.layers.take((2, 9))
        assert states is not None
        return states

    alike, again, other = map(states_after, ("It is nine o'clock", "It is nine o'clock", "It was Bern"))
    assert alike.shape[0] == 2
    assert np.array_equal(alike, again)
    assert not np.allclose(alike, other)
    # The last token's, however many are evaluated with it: alone it gives nearly the same.
    gemma_model.keep_first(0)
    tokens = gemma_model.tokenize("It is nine o'clock", markup=False)
    gemma_model.evaluate(tokens[:-1])
    gemma_model.layers.watch((2, 9))
    gemma_model.evaluate(tokens[-1:])
    alone = gemma_model.layers.take((2, 9))
    assert alone is not None
    for one, two in zip(alone, alike, strict=True):
        assert np.corrcoef(one, two)[0, 1] > 0.99


def test_a_layer_that_is_not_there_gives_nothing(gemma_model: LlamaModel) -> None:
    gemma_model.keep_first(0)
    gemma_model.layers.watch((2, 999))
    gemma_model.evaluate(gemma_model.tokenize("It was Bern", markup=False))
    assert gemma_model.layers.take((2, 999)) is None
    assert gemma_model.layers.take((2,)) is None


def test_an_engine_that_was_not_opened_for_it_gives_nothing(gemma_file: Path) -> None:
    request = GenerationRequest((Message("user", "Two, three,"),), max_tokens=2, layers=(2,))
    generator = LlamaCppGenerator(gemma_file, context_tokens=256)
    first, *_ = generator.stream(request)
    generator.close()
    assert isinstance(first, PromptRead)
    assert first.states is None
