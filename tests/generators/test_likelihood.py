"""How likely a model holds a text to be."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest

from generators.assembly import build_likelihood
from generators.errors import ModelUnusable
from generators.text.log_probabilities import log_probabilities
from machine import cache_folder, resolve

MODEL = "gemma-3-270m-q4_k_m"


def test_a_token_has_its_share_of_the_softmax() -> None:
    logits = np.array([1.0, 2.0, 3.0], dtype=np.float32)
    share = math.exp(2) / (math.exp(1) + math.exp(2) + math.exp(3))
    assert log_probabilities(logits, (1, 1)) == pytest.approx((math.log(share), math.log(share)))


def test_large_logits_do_not_overflow() -> None:
    logits = np.array([1000.0, 1000.0], dtype=np.float32)
    assert log_probabilities(logits, (0,)) == pytest.approx((math.log(0.5),))


def test_a_file_that_is_no_model_is_named(tmp_path) -> None:
    file = tmp_path / "x.gguf"
    file.write_bytes(b"nothing")
    with pytest.raises(ModelUnusable, match=r"x\.gguf"):
        build_likelihood(str(file), lambda _: file, tmp_path)


@pytest.mark.real
def test_sense_is_more_likely_than_nonsense() -> None:
    likelihood = build_likelihood(MODEL, resolve, cache_folder())
    try:
        sense, tokens = likelihood.log_likelihood("The capital of France is Paris.")
        nonsense, as_many = likelihood.log_likelihood("Paris France the is capital of.")
        assert tokens == as_many == 7
        assert sense > nonsense + 5
        assert likelihood.log_likelihood("The capital of France is Paris.") == (pytest.approx(sense), tokens)
        assert likelihood.log_likelihood("") == (0.0, 0)
    finally:
        likelihood.close()


_THEIRS = """
import sys
import numpy as np
from llama_cpp import Llama

model = Llama(sys.argv[1], logits_all=True, verbose=False)
tokens = model.tokenize(sys.argv[2].encode())
model.eval(tokens)
logits = np.asarray(model.scores[: len(tokens)], dtype=np.float64)
logits -= logits.max(axis=1, keepdims=True)
logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
print(sum(logs[place, token] for place, token in enumerate(tokens[1:])))
"""


@pytest.mark.real
def test_it_agrees_with_llama_cpp_pythons_own_logits() -> None:
    text = "The winch rope is replaced every 1,000 launches."
    likelihood = build_likelihood(MODEL, resolve, cache_folder())
    ours, _ = likelihood.log_likelihood(text)
    likelihood.close()
    # In a process of its own: its Llama class leaves files open.
    command = [sys.executable, "-c", _THEIRS, str(resolve(MODEL)), text]
    theirs = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    assert ours == pytest.approx(float(theirs), rel=0.02)  # one by one and batched round apart
