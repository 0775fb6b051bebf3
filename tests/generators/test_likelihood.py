"""How likely a model holds a text to be."""

from __future__ import annotations

import math

import numpy as np
import pytest

from generators.assembly import build_likelihood
from generators.errors import ModelUnusable
from generators.text.likelihood import _log_probability
from machine import resolve

MODEL = "gemma-3-270m-q4_k_m"


def test_a_token_has_its_share_of_the_softmax() -> None:
    logits = np.array([1.0, 2.0, 3.0], dtype=np.float32)
    share = math.exp(2) / (math.exp(1) + math.exp(2) + math.exp(3))
    assert _log_probability(logits, 1) == pytest.approx(math.log(share))


def test_large_logits_do_not_overflow() -> None:
    assert _log_probability(np.array([1000.0, 1000.0], dtype=np.float32), 0) == pytest.approx(math.log(0.5))


def test_a_file_that_is_no_model_is_named(tmp_path) -> None:
    file = tmp_path / "x.gguf"
    file.write_bytes(b"nothing")
    with pytest.raises(ModelUnusable, match=r"x\.gguf"):
        build_likelihood(str(file), lambda _: file)


@pytest.mark.real
def test_sense_is_more_likely_than_nonsense() -> None:
    likelihood = build_likelihood(MODEL, resolve)
    try:
        sense, tokens = likelihood.log_likelihood("The capital of France is Paris.")
        nonsense, as_many = likelihood.log_likelihood("Paris France the is capital of.")
        assert tokens == as_many == 7
        assert sense > nonsense + 5
        assert likelihood.log_likelihood("The capital of France is Paris.") == (pytest.approx(sense), tokens)
        assert likelihood.log_likelihood("") == (0.0, 0)
    finally:
        likelihood.close()


@pytest.mark.real
def test_it_agrees_with_llama_cpp_pythons_own_logits() -> None:
    from llama_cpp import Llama

    text = "The winch rope is replaced every 1,000 launches."
    likelihood = build_likelihood(MODEL, resolve)
    ours, _ = likelihood.log_likelihood(text)
    likelihood.close()
    model = Llama(str(resolve(MODEL)), logits_all=True, verbose=True)  # quiet, it leaves files open
    tokens = model.tokenize(text.encode())
    model.eval(tokens)
    logits = np.asarray(model.scores[: len(tokens)], dtype=np.float64)
    model.close()
    logits -= logits.max(axis=1, keepdims=True)
    logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    theirs = sum(logs[place, token] for place, token in enumerate(tokens[1:]))
    assert ours == pytest.approx(theirs, rel=0.02)  # batched and one by one, quantised weights round apart
