"""What every Embedder must do, whatever runs it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from ingest.assembly import build_embedder
from ingest.embedding.hashing import HashingEmbedder
from ingest.embedding.protocol import Embedder, Vectors
from ingest.embedding.resident import ResidentEmbedder
from ingest.settings import EmbedderSettings, Engine
from machine import MachineBudget, MemoryBroker, Need, Residence

# Converting a model for OpenVINO makes torch and transformers warn of what their next releases drop.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*torch.jit.trace:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning"),
    pytest.mark.filterwarnings("ignore:Converting a tensor to a Python boolean"),
]

#: Two vectors of one text, computed in batches of other make-up, agree at least so well in bfloat16.
SAME = 0.999

#: Vectors of one text by two engines, one of which may compute in 8-bit integers, agree at least so well.
COMPARABLE = 0.99

TEXTS = (
    "The harbour master closes the gate at nine.",
    "Rice is grown on terraces in the hills.",
    "",
    "A violin has four strings, tuned in fifths. " * 6,
    "é ü 東京 \N{GRINNING FACE}",
    "gate",
    "At nine the gate of the harbour is closed by its master.",
    "x",
    "Quarterly revenue rose by 12.5% to $3,402 million.",
    "Terraces in the hills grow rice. " * 3,
    "The violin's strings: G, D, A, E.",
)


@pytest.fixture(
    scope="module",
    params=[
        "hashing",
        "resident",
        pytest.param("openvino", marks=pytest.mark.real),
        pytest.param("sentence-transformers", marks=pytest.mark.real),
    ],
)
def embedder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedder]:
    if request.param == "resident":
        yield _resident()
        return
    engine: Engine = request.param

    def resolve(model: str) -> Path:
        folder: Path = request.getfixturevalue("minilm_folder")
        return folder

    built = build_embedder(EmbedderSettings(engine=engine), resolve, tmp_path_factory.mktemp("cache"))
    yield built
    built.close()


def _resident() -> Embedder:
    """The embedder that shares memory, over the one without a model."""
    broker = MemoryBroker(MachineBudget())
    residence: Residence[Embedder] = broker.residence(
        "hashing", "hashing", lambda: [Need(1)], HashingEmbedder, lambda embedder: embedder.close()
    )
    return ResidentEmbedder(residence, HashingEmbedder().identity)


def test_a_closed_resident_says_so_and_nothing_is_loaded_before_it_is_used() -> None:
    embedder = _resident()
    assert embedder.identity == HashingEmbedder().identity
    embedder.close()
    embedder.close()
    with pytest.raises(ValueError, match="was closed"):
        embedder.embed_query("gate")


def cosine(one: Vectors, other: Vectors) -> float:
    return float(one @ other)


class TestEmbedder:
    def test_gives_a_row_of_unit_length_for_every_text(self, embedder: Embedder) -> None:
        vectors = embedder.embed_documents(TEXTS)
        assert vectors.shape == (len(TEXTS), embedder.identity.dimension)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=5e-3)

    def test_no_texts_give_no_rows(self, embedder: Embedder) -> None:
        vectors = embedder.embed_documents([])
        assert vectors.shape == (0, embedder.identity.dimension)
        assert vectors.dtype == np.float32

    def test_rows_are_in_the_order_of_the_texts(self, embedder: Embedder) -> None:
        vectors = embedder.embed_documents(TEXTS)
        backwards = embedder.embed_documents(TEXTS[::-1])[::-1]
        agreement = (vectors * backwards).sum(axis=1)
        assert agreement.min() > SAME

    def test_the_same_call_gives_the_same_vectors(self, embedder: Embedder) -> None:
        np.testing.assert_array_equal(embedder.embed_documents(TEXTS), embedder.embed_documents(TEXTS))

    def test_a_text_does_not_depend_on_its_company(self, embedder: Embedder) -> None:
        (alone,) = embedder.embed_documents([TEXTS[0]])
        assert cosine(alone, embedder.embed_documents(TEXTS)[0]) > SAME

    def test_a_question_is_one_vector_in_the_same_space(self, embedder: Embedder) -> None:
        vector = embedder.embed_query(TEXTS[0])
        assert vector.shape == (embedder.identity.dimension,)
        assert vector.dtype == np.float32
        assert embedder.identity.query_prefix == embedder.identity.document_prefix == ""
        assert cosine(vector, embedder.embed_documents([TEXTS[0]])[0]) > SAME

    def test_texts_that_say_the_same_are_nearer_than_others(self, embedder: Embedder) -> None:
        vectors = embedder.embed_documents(TEXTS)
        assert cosine(vectors[0], vectors[6]) > cosine(vectors[0], vectors[1]) + 0.1
        assert cosine(vectors[1], vectors[9]) > cosine(vectors[1], vectors[10]) + 0.1

    def test_token_spans_lie_in_order_and_cover_every_word(self, embedder: Embedder) -> None:
        text = "  The gate-keeper's fee:\n$3,402.50 in Zürich, for anti\N{EN DASH}theft measures.  "
        spans = embedder.token_spans(text)
        assert spans == sorted(spans)
        assert all(end <= start for (_, end), (start, _) in pairwise(spans))
        covered = "".join(text[start:end] for start, end in spans)
        assert covered == "".join(text.split())

    def test_an_empty_text_has_no_tokens(self, embedder: Embedder) -> None:
        assert embedder.token_spans("") == []
        assert embedder.token_spans(" \n") == []

    def test_token_spans_are_not_cut_at_the_limit(self, embedder: Embedder) -> None:
        words = embedder.max_tokens + 10
        assert len(embedder.token_spans("gate " * words)) == words

    def test_reads_max_tokens_and_not_one_more(self, embedder: Embedder) -> None:
        # "gate", "rice" and "violin" are one token each for every embedder here.
        limit = embedder.max_tokens
        full = "gate " * (limit - 1) + "rice"
        assert len(embedder.token_spans(full)) == limit
        one_more, last_changed, within = embedder.embed_documents(
            [f"{full} violin", "gate " * (limit - 1) + "violin", full]
        )
        assert cosine(one_more, within) > 0.99999
        assert cosine(last_changed, within) < cosine(one_more, within) - 1e-5

    def test_its_identity_is_a_value(self, embedder: Embedder) -> None:
        assert embedder.identity == embedder.identity
        assert hash(embedder.identity) == hash(embedder.identity)


@pytest.mark.real
def test_engines_agree_on_the_vectors_of_one_model(minilm_folder: Path, tmp_path: Path) -> None:
    """The engine is not part of an embedder's identity: this is why it need not be."""
    engines: tuple[Engine, ...] = ("openvino", "sentence-transformers")
    built = [
        build_embedder(EmbedderSettings(engine=engine), lambda _: minilm_folder, tmp_path)
        for engine in engines
    ]
    assert built[0].identity == built[1].identity
    assert built[0].max_tokens == built[1].max_tokens
    assert built[0].token_spans(TEXTS[8]) == built[1].token_spans(TEXTS[8])
    agreement = (built[0].embed_documents(TEXTS) * built[1].embed_documents(TEXTS)).sum(axis=1)
    assert agreement.min() > COMPARABLE
    for embedder in built:
        embedder.close()


@pytest.mark.real
@pytest.mark.parametrize("engine", ["openvino", "sentence-transformers"])
def test_a_closed_embedder_says_so(engine: Engine, minilm_folder: Path, tmp_path: Path) -> None:
    embedder = build_embedder(EmbedderSettings(engine=engine), lambda _: minilm_folder, tmp_path)
    embedder.close()
    embedder.close()
    with pytest.raises(ValueError, match="was closed"):
        embedder.embed_query("gate")


@pytest.mark.real
def test_the_conversion_is_made_once_and_leaves_nothing_half(minilm_folder: Path, tmp_path: Path) -> None:
    settings = EmbedderSettings(engine="openvino")
    build_embedder(settings, lambda _: minilm_folder, tmp_path).close()
    (converted,) = tmp_path.glob("openvino-*")
    made = (converted / "model.bin").stat().st_mtime_ns
    build_embedder(settings, lambda _: minilm_folder, tmp_path).close()
    assert (converted / "model.bin").stat().st_mtime_ns == made
    assert not list(tmp_path.glob("converting-*"))


CLOSE_OFTEN = """
import sys
from pathlib import Path
from ingest.assembly import build_embedder
from ingest.settings import EmbedderSettings

model, cache = map(Path, sys.argv[1:])
for _ in range(25):
    embedder = build_embedder(EmbedderSettings(engine="openvino"), lambda _: model, cache)
    embedder.embed_query("gate")
    embedder.close()
"""


@pytest.mark.real
def test_closing_just_after_embedding_does_not_hang(minilm_folder: Path, tmp_path: Path) -> None:
    """An engine's own thread that waits for Python, while Python waits for it to end, waits for ever."""
    arguments = [sys.executable, "-c", CLOSE_OFTEN, str(minilm_folder), str(tmp_path)]
    subprocess.run(arguments, check=True, timeout=120)
