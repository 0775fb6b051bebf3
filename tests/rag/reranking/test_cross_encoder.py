"""What is told of a folder before its model is loaded, and what a cross-encoder's scores are."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path

import pytest

from ingest.errors import IngestError
from machine import ModelUnreadable, UnknownModel
from rag import RerankerUnusable
from rag.reranking.assembly import build_reranker, reranker_identity_of
from rag.reranking.cross_encoder import CrossEncoderReranker
from tests.small_models import cross_encoder


@pytest.fixture
def folder(tmp_path: Path, home: Path) -> Path:
    return cross_encoder(tmp_path / "model")


def changed(folder: Path, **values: object) -> None:
    file = folder / "config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **values}))


def test_a_score_is_the_sigmoid_of_the_models_output(folder: Path) -> None:
    from sentence_transformers import CrossEncoder

    # How the models made for MS MARCO are published: their own activation does nothing.
    changed(folder, sentence_transformers={"activation_fn": "torch.nn.modules.linear.Identity"})
    pairs = [("gate", "rope"), ("gate", "the gate is shut")]
    outputs = CrossEncoder(str(folder), device="cpu").predict(pairs)
    reranker = build_reranker(str(folder))
    assert reranker is not None
    expected = [1 / (1 + math.exp(-float(output))) for output in outputs]
    assert reranker.scores("gate", [text for _, text in pairs]) == pytest.approx(expected, abs=1e-6)
    assert reranker.max_tokens == 40 - 3  # [CLS] question [SEP] text [SEP]
    reranker.close()


def test_one_that_sentence_transformers_saved_scores_the_same(folder: Path, tmp_path: Path) -> None:
    from sentence_transformers import CrossEncoder

    CrossEncoder(str(folder), device="cpu").save_pretrained(str(tmp_path / "again"), create_model_card=False)
    scores = []
    for place in (folder, tmp_path / "again"):
        reranker = build_reranker(str(place))
        assert reranker is not None
        scores.append(reranker.scores("gate", ["rope", "the gate is shut"]))
        reranker.close()
    assert scores[0] == pytest.approx(scores[1], abs=1e-6)


def test_its_identity_is_that_of_its_weights_and_needs_no_loading(folder: Path) -> None:
    identity = reranker_identity_of(str(folder))
    assert identity is not None
    weights = (folder / "model.safetensors").read_bytes()
    assert identity.weights_sha256 == hashlib.sha256(weights).hexdigest()
    reranker = build_reranker(str(folder))
    assert isinstance(reranker, CrossEncoderReranker)
    assert reranker.identity == identity
    reranker.close()


def test_more_than_one_label_is_refused_in_words(tmp_path: Path, home: Path) -> None:
    folder = cross_encoder(tmp_path / "nli", labels=3)
    with pytest.raises(RerankerUnusable, match="gives 3 scores for a text, one for each of its labels"):
        build_reranker(str(folder))


def test_another_kind_of_model_is_refused_before_it_is_loaded(folder: Path) -> None:
    changed(folder, architectures=["BertModel"])
    with pytest.raises(RerankerUnusable, match=r"holds no cross-encoder \(BertModel\)"):
        build_reranker(str(folder))


def test_missing_weights_are_told(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    with pytest.raises(IngestError, match=r"holds no model\.safetensors"):
        build_reranker(str(folder))


def test_damaged_weights_are_told(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"\0" * 100)
    with pytest.raises(RerankerUnusable, match=r"could not be loaded.*Fetch it again"):
        build_reranker(str(folder))


def test_a_damaged_description_is_told(folder: Path) -> None:
    (folder / "config.json").write_text("{")
    with pytest.raises(RerankerUnusable, match=r"config\.json could not be read"):
        build_reranker(str(folder))


def test_a_folder_that_is_not_there_is_told(home: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelUnreadable, match="There is no model at"):
        build_reranker(str(tmp_path / "nowhere"))
    with pytest.raises(UnknownModel, match="The folder of a cross-encoder works too"):
        build_reranker("ms-marco-minilm-l6-v2")
    with pytest.raises(ModelUnreadable, match="an embedder model where a reranker model is needed"):
        build_reranker("all-minilm-l6-v2")


def test_no_name_is_no_reranker(home: Path) -> None:
    assert build_reranker(None) is None
    assert reranker_identity_of(None) is None
