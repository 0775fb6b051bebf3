"""Documents in several languages, with any sentence-transformers model on the disk, from file to hit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

import numpy as np
import pytest

from generators.settings import GeneratorSettings
from ingest.indexing import embedded_text, name_in_words
from ingest.settings import EmbedderSettings, IngestSettings
from ingest.types import distinct_names
from rag import EmbedderMismatch, Hit, RetrievalSettings, Settings, open_collection
from tests.small_models import sentence_encoder

# Converting a model for OpenVINO makes torch and transformers warn of what their next releases drop.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*torch.jit.trace:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning"),
    pytest.mark.filterwarnings("ignore:Converting a tensor to a Python boolean"),
]

DOCUMENTS = {
    "hafen.md": "# Hafen\n\n" + "Der Hafen schließt um neun Uhr. Kein Boot darf ihn vorher verlassen. " * 12,
    "puerto.md": "# El puerto\n\n" + "El puerto cierra a las nueve. Ningún barco puede salir antes. " * 12,
    "港口.md": "# 港口\n\n" + "港口的大门九点关闭,任何船只都不得离开。" * 30,
}
QUESTIONS = ("Wann schließt der Hafen?", "¿A qué hora cierra el puerto?", "港口的大门几点关闭?")
LIMIT = 64
E5 = {"query": "query: ", "passage": "passage: "}
#: OpenVINO may compute in 8-bit integers, which random weights bear less well than trained ones.
OFF_BY = {"auto": 0.05, "openvino": 0.05, "sentence-transformers": 1e-4}


@dataclass(frozen=True, slots=True)
class Case:
    """A make of model, what is said of its prefixes, and what runs it."""

    make: Mapping[str, Any]
    engine: Any
    given: Mapping[str, str]
    query_prompt: str = ""
    document_prompt: str = ""


MEAN: dict[str, Any] = {"older_form": True}
WITH_PROMPTS: dict[str, Any] = {"kind": "xlm-roberta", "pooling": "cls", "prompts": E5}
WITHOUT_PROMPTS: dict[str, Any] = {"kind": "xlm-roberta", "older_form": True}
DENSE: dict[str, Any] = {"dense": (12,), "normalised": False}
GIVEN = {"query_prefix": "query: ", "document_prefix": "passage: "}
CASES = {
    "mean": Case(MEAN, "openvino", {}),
    "not normalised, own prefixes": Case({"normalised": False}, "openvino", GIVEN, "query: ", "passage: "),
    "prompts in the folder": Case(WITH_PROMPTS, "openvino", {}, "query: ", "passage: "),
    "prompts in the folder, torch": Case(WITH_PROMPTS, "sentence-transformers", {}, "query: ", "passage: "),
    "no prompts, own prefixes": Case(WITHOUT_PROMPTS, "sentence-transformers", GIVEN, "query: ", "passage: "),
    "a dense layer": Case(DENSE, "auto", {}),
}


@pytest.fixture
def documents(home: Path, tmp_path: Path) -> Path:
    place = tmp_path / "documents"
    place.mkdir()
    for name, text in DOCUMENTS.items():
        (place / name).write_text(text, encoding="utf-8")
    return place


def settings(embedder: EmbedderSettings) -> Settings:
    return Settings(
        ingest=IngestSettings(embedder=embedder, isolated=False),
        generator=GeneratorSettings(engine="extractive"),
        retrieval=RetrievalSettings(fold_repeats=False),
    )


def text_of(hit: Hit) -> str:
    names = distinct_names(name_in_words(PurePath(hit.document)), hit.title)
    return embedded_text(names, hit.headings, hit.text, hit.opening)


def unit(vectors: Any) -> Any:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


@pytest.mark.parametrize("name", CASES)
def test_what_is_stored_and_asked_is_what_sentence_transformers_gives(
    name: str, documents: Path, tmp_path: Path
) -> None:
    from sentence_transformers import SentenceTransformer

    case = CASES[name]
    folder = sentence_encoder(tmp_path / "model", max_tokens=LIMIT, **case.make)
    chosen = EmbedderSettings(str(folder), case.engine, **case.given)
    with open_collection("harbours", settings(chosen)) as collection:
        report = collection.ingest([documents])
        assert report.count("ingested") == 3
        found = {question: collection.search(question, 1000) for question in QUESTIONS}
    model = SentenceTransformer(str(folder), device="cpu")
    hits = found[QUESTIONS[0]]
    assert len(hits) == sum(file.chunks for file in report.files) > 12
    texts = [text_of(hit) for hit in hits]
    # Read whole, with the prefix and the line above: what is beyond the limit would be lost.
    lengths = [len(model.tokenizer(case.document_prompt + text)["input_ids"]) for text in texts]
    assert max(lengths) <= LIMIT
    vectors = dict(
        zip(
            (hit.chunk_id for hit in hits),
            unit(model.encode(texts, prompt=case.document_prompt)),
            strict=True,
        )
    )
    for question, answers in found.items():
        asked = unit(model.encode(question, prompt=case.query_prompt))
        for hit in answers:
            assert hit.dense is not None
            assert hit.dense.score == pytest.approx(
                float(asked @ vectors[hit.chunk_id]), abs=OFF_BY[case.engine]
            )


def test_a_collection_is_opened_again_with_what_it_was_made_with(documents: Path, tmp_path: Path) -> None:
    folder = sentence_encoder(tmp_path / "model", **WITHOUT_PROMPTS)
    given = EmbedderSettings(str(folder), "sentence-transformers", **GIVEN)
    with open_collection("harbours", settings(given)) as collection:
        collection.ingest([documents])
        first = collection.search(QUESTIONS[0], 5)
    for left_open in (replace(given, model=None), replace(given, query_prefix=None, document_prefix=None)):
        with open_collection("harbours", settings(left_open)) as again:
            assert again.search(QUESTIONS[0], 5) == first
            assert again.ingest([documents]).count("unchanged") == 3


def test_a_relative_folder_holds_from_anywhere(
    documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentence_encoder(tmp_path / "models" / "small")
    monkeypatch.chdir(tmp_path)
    named = settings(EmbedderSettings("models/small", "sentence-transformers"))
    with open_collection("harbours", named) as collection:
        collection.ingest([documents])
        assert collection.search(QUESTIONS[0], 1)
    with open_collection("harbours", named) as collection:
        assert collection.search(QUESTIONS[0], 1)
    monkeypatch.chdir("/")
    with open_collection("harbours", settings(EmbedderSettings(engine="sentence-transformers"))) as again:
        assert again.search(QUESTIONS[0], 1)


def test_other_prefixes_and_other_models_are_refused_in_words(documents: Path, tmp_path: Path) -> None:
    folder = sentence_encoder(tmp_path / "model", **WITH_PROMPTS)
    made = EmbedderSettings(str(folder), "sentence-transformers")
    with open_collection("harbours", settings(made)) as collection:
        collection.ingest([documents])
    otherwise = {
        "query_prefix 'query: ', not 'question: '": replace(made, query_prefix="question: "),
        "document_prefix 'passage: ', not ''": replace(made, document_prefix=""),
        "dimension 32, not 12": EmbedderSettings(
            str(sentence_encoder(tmp_path / "other", **DENSE)), "sentence-transformers"
        ),
    }
    for words, asked in otherwise.items():
        with open_collection("harbours", settings(asked)) as collection:
            with pytest.raises(EmbedderMismatch, match=words):
                collection.search(QUESTIONS[0])
            with pytest.raises(EmbedderMismatch, match="refdesk reembed -c harbours"):
                collection.ingest([documents])


def test_a_collection_changes_over_to_another_language_s_model(documents: Path, tmp_path: Path) -> None:
    folder = sentence_encoder(tmp_path / "model", **WITHOUT_PROMPTS)
    chosen = EmbedderSettings(str(folder), "sentence-transformers", **GIVEN)
    with open_collection("harbours", settings(EmbedderSettings(engine="hashing"))) as collection:
        collection.ingest([documents])
    with open_collection(
        "harbours", settings(EmbedderSettings(engine="sentence-transformers"))
    ) as collection:
        assert collection.search(QUESTIONS[2], 1)
        assert collection.reembed(chosen)
        after = collection.search(QUESTIONS[2], 9)
    with open_collection("at-once", settings(chosen)) as collection:
        collection.ingest([documents])
        at_once = collection.search(QUESTIONS[2], 9)
    assert [(hit.text, hit.rank) for hit in after] == [(hit.text, hit.rank) for hit in at_once]
    assert [hit.score for hit in after] == pytest.approx([hit.score for hit in at_once], abs=1e-4)
