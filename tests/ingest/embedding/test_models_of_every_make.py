"""Vectors are what sentence-transformers itself gives, for every make of model and either engine."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest.assembly import build_embedder, identity_of
from ingest.embedding import conversion
from ingest.embedding.model_folder import read_model_folder
from ingest.embedding.protocol import Embedder
from ingest.errors import IngestError
from ingest.settings import EmbedderSettings, Engine
from tests.small_models import sentence_encoder

# Converting a model for OpenVINO makes torch and transformers warn of what their next releases drop.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*torch.jit.trace:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning"),
    pytest.mark.filterwarnings("ignore:Converting a tensor to a Python boolean"),
]

#: OpenVINO may compute in bfloat16 or 8-bit integers here; random weights take rounding worse than others.
COMPARABLE = 0.99
EQUAL = 0.99999

E5 = {"query": "query: ", "passage": "passage: "}
MAKES: dict[str, dict[str, Any]] = {
    "mean": {},
    "mean, older form": {"older_form": True},
    "not normalised": {"normalised": False},
    "first token, prompts": {"kind": "xlm-roberta", "pooling": "cls", "prompts": E5},
    "unigrams, older form, prompts": {"kind": "xlm-roberta", "older_form": True, "prompts": E5},
}
#: Only sentence-transformers follows these.
OF_ITS_OWN: dict[str, dict[str, Any]] = {
    "a dense layer": {"dense": (12,), "pooling": "cls", "normalised": False},
    "two dense layers": {"dense": (24, 12)},
    "two poolings": {"pooling": ("cls", "mean"), "older_form": True},
    "prompts that are not pooled": {
        "prompts": {"query": "query: ", "document": "passage: "},
        "prompts_pooled": False,
    },
}
TEXTS = (
    "Der Hafen ist zu. gate",
    "El puerto cierra a las nueve: rope",
    "港口的大门九点关闭,任何船只都不得离开。",
    "",
    "gate " * 500,
    "Straße ﬁnd ½ \N{GRINNING FACE}",
)

Build = Callable[[str], Path]


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The folder of a make, written once."""
    place = tmp_path_factory.mktemp("models")

    def written(make: str) -> Path:
        folder = place / make.replace(" ", "-").replace(",", "")
        if not folder.is_dir():
            sentence_encoder(folder, **(MAKES | OF_ITS_OWN)[make])
        return folder

    return written


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def embedder(folder: Path, engine: Engine, cache: Path, **settings: str) -> Embedder:
    return build_embedder(EmbedderSettings(str(folder), engine, **settings), lambda _: folder, cache)


def expected(folder: Path, texts: tuple[str, ...], prompt: str) -> Any:
    from sentence_transformers import SentenceTransformer

    vectors = SentenceTransformer(str(folder), device="cpu").encode(list(texts), prompt=prompt)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def assert_as_expected(built: Embedder, folder: Path, least: float) -> None:
    prompts = (MAKES | OF_ITS_OWN)[_make(folder)].get("prompts", {})
    as_documents = expected(folder, TEXTS, prompts.get("passage") or prompts.get("document", ""))
    vectors = built.embed_documents(TEXTS)
    assert vectors.shape == as_documents.shape == (len(TEXTS), built.identity.dimension)
    assert (vectors * as_documents).sum(axis=1).min() > least
    as_questions = expected(folder, TEXTS[:2], prompts.get("query", ""))
    questions = np.stack([built.embed_query(text) for text in TEXTS[:2]])
    assert (questions * as_questions).sum(axis=1).min() > least
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=5e-3)


def _make(folder: Path) -> str:
    return next(make for make in MAKES | OF_ITS_OWN if make.replace(" ", "-").replace(",", "") == folder.name)


@pytest.mark.parametrize("make", [*MAKES, *OF_ITS_OWN])
def test_sentence_transformers_gives_its_own_vectors(make: str, build: Build, cache: Path) -> None:
    built = embedder(build(make), "sentence-transformers", cache)
    assert_as_expected(built, build(make), EQUAL)
    built.close()


@pytest.mark.parametrize("make", MAKES)
def test_openvino_gives_the_same(make: str, build: Build, cache: Path) -> None:
    built = embedder(build(make), "openvino", cache)
    assert_as_expected(built, build(make), COMPARABLE)
    built.close()


@pytest.mark.parametrize("make", OF_ITS_OWN)
def test_what_openvino_cannot_follow_is_run_by_sentence_transformers(
    make: str, build: Build, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(IngestError, match=r"cannot be run by OpenVINO.*Choose the engine `auto`"):
        embedder(build(make), "openvino", cache)
    with caplog.at_level(logging.WARNING, logger="ingest.assembly"):
        built = embedder(build(make), "auto", cache)
    assert "is run by sentence-transformers" in caplog.text
    assert_as_expected(built, build(make), EQUAL)
    built.close()


@pytest.mark.parametrize(
    ("engine", "make"), [("openvino", "mean"), ("sentence-transformers", "a dense layer")]
)
def test_prefixes_that_are_given_count_before_the_folders_own(
    engine: Engine, make: str, build: Build, cache: Path
) -> None:
    folder = build(make)
    built = embedder(folder, engine, cache, query_prefix="query: ", document_prefix="passage: ")
    assert (built.identity.query_prefix, built.identity.document_prefix) == ("query: ", "passage: ")
    vectors = built.embed_documents(TEXTS)
    assert (vectors * expected(folder, TEXTS, "passage: ")).sum(axis=1).min() > COMPARABLE
    assert float(built.embed_query(TEXTS[0]) @ expected(folder, TEXTS[:1], "query: ")[0]) > COMPARABLE
    assert float(built.embed_query(TEXTS[0]) @ expected(folder, TEXTS[:1], "passage: ")[0]) < COMPARABLE
    built.close()


def test_prefixes_that_are_given_as_empty_are_left_out(build: Build, cache: Path) -> None:
    folder = build("first token, prompts")
    settings = EmbedderSettings(str(folder), query_prefix="", document_prefix="")
    identity = identity_of(settings, lambda _: folder, cache)
    assert (identity.query_prefix, identity.document_prefix) == ("", "")


@pytest.mark.parametrize("engine", ["openvino", "sentence-transformers"])
@pytest.mark.parametrize("make", ["mean", "first token, prompts"])
def test_reads_max_tokens_behind_the_prefix_and_not_one_more(
    engine: Engine, make: str, build: Build, cache: Path
) -> None:
    built = embedder(build(make), engine, cache)
    # [CLS] or <s>, its end, and "passage", ":" before the text
    assert built.max_tokens == 64 - 2 - (2 if "prompts" in MAKES[make] else 0)
    full = "gate " * (built.max_tokens - 1) + "rice"
    assert len(built.token_spans(full)) == built.max_tokens
    one_more, last_changed, within = built.embed_documents(
        [f"{full} violin", "gate " * (built.max_tokens - 1) + "violin", full]
    )
    assert float(one_more @ within) > EQUAL
    assert float(last_changed @ within) < float(one_more @ within) - 1e-6
    built.close()


def test_token_spans_of_unigrams_lie_in_order_and_cover_every_word(build: Build, cache: Path) -> None:
    built = embedder(build("first token, prompts"), "openvino", cache)
    text = "  The gate-keeper's ﬁne:\n$3,402 ½ in Zürich, 港口的大门 九点.  "
    spans = built.token_spans(text)
    assert spans == sorted(spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    assert "".join(text[start:end] for start, end in spans) == "".join(text.split())
    built.close()


def test_several_threads_may_share_an_embedder(build: Build, cache: Path) -> None:
    built = embedder(build("mean"), "sentence-transformers", cache)
    texts = [f"gate {'rope ' * length}" for length in range(12)]
    alone = [built.embed_query(text) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(built.embed_query, texts))
    np.testing.assert_allclose(np.stack(together), np.stack(alone), atol=1e-5)
    built.close()


def test_equal_weights_that_are_pooled_otherwise_are_converted_apart(tmp_path: Path) -> None:
    """As where somebody copies a model and changes how it pools."""
    folders = [sentence_encoder(tmp_path / pooling, pooling=pooling) for pooling in ("mean", "cls")]
    for folder in folders:
        built = embedder(folder, "openvino", tmp_path / "cache")
        vectors = built.embed_documents(TEXTS)
        assert (vectors * expected(folder, TEXTS, "")).sum(axis=1).min() > COMPARABLE
        built.close()


def test_weights_in_half_precision_are_converted_in_full(tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    folder = sentence_encoder(tmp_path / "half")
    weights = {
        name: value.astype(np.float16) for name, value in load_file(folder / "model.safetensors").items()
    }
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"dtype": "float16"}))
    built = embedder(folder, "openvino", tmp_path / "cache")
    other = embedder(folder, "sentence-transformers", tmp_path / "cache")
    agreement = (built.embed_documents(TEXTS) * other.embed_documents(TEXTS)).sum(axis=1)
    assert agreement.min() > COMPARABLE
    built.close()
    other.close()


@pytest.mark.parametrize("lower_case", [True, False])
def test_capitals_are_read_as_the_folder_says(lower_case: bool, tmp_path: Path) -> None:
    folder = sentence_encoder(tmp_path / "cased", kind="xlm-roberta", older_form=True)
    file = folder / "sentence_bert_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"do_lower_case": lower_case}))
    text = "GATE in Hafen"
    tokens = set()
    for engine in ("openvino", "sentence-transformers"):
        built = embedder(folder, engine, tmp_path / "cache")  # type: ignore[arg-type]
        assert float(built.embed_documents([text])[0] @ expected(folder, (text,), "")[0]) > COMPARABLE
        tokens.add(len(built.token_spans(text)))
        built.close()
    # "GATE" and "Hafen" are letters or words by their case.
    assert tokens == ({1 + 3 + 6} if lower_case else {5 + 3 + 1})


def test_a_model_whose_code_fails_when_it_is_traced_is_run_by_sentence_transformers(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(openvino: Any, folder: Any) -> Any:
        raise KeyError("decoder_input_ids")

    monkeypatch.setattr(conversion, "_traced", fail)
    with caplog.at_level(logging.WARNING, logger="ingest.assembly"):
        embedder(build("mean"), "auto", tmp_path).close()
    assert "is run by sentence-transformers" in caplog.text
    assert "KeyError: 'decoder_input_ids'" in caplog.text
    with pytest.raises(IngestError, match="could not be converted for OpenVINO"):
        embedder(build("mean"), "openvino", tmp_path)
    assert not list(tmp_path.glob("converting-*"))


def test_a_conversion_that_computes_something_else_is_refused(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def backwards(openvino: Any, model: Any, texts: Any, outputs: int = 1) -> Any:
        return [[vector[:, ::-1]] for (vector,) in embed_alone(openvino, model, texts, outputs)]

    embed_alone = conversion.embed_alone
    monkeypatch.setattr(conversion, "embed_alone", backwards)
    with pytest.raises(IngestError, match=r"tokens its vectors would be off \(cosine "):
        embedder(build("mean"), "openvino", tmp_path)


def test_the_folder_alone_says_what_comes_out(build: Build) -> None:
    found = {make: read_model_folder(build(make)) for make in MAKES | OF_ITS_OWN}
    assert found["two dense layers"].dimension == 12
    assert found["two poolings"].dimension == 2 * 32
    assert found["first token, prompts"].pooling == "cls"
    assert found["first token, prompts"].document_prefix == "passage: "  # beside an empty "document"
    assert {folder.max_tokens for folder in found.values()} == {64}
