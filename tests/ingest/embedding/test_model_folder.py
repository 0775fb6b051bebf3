from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.embedding.model_folder import read_model_folder
from ingest.errors import IngestError

WriteModelFolder = Callable[..., Path]


def test_reads_what_decides_about_the_vectors(write_model_folder: WriteModelFolder) -> None:
    path = write_model_folder()
    folder = read_model_folder(path)
    assert (folder.path, folder.dimension, folder.max_tokens) == (path, 12, 40)
    assert folder.pooling == "mean"
    assert folder.lower_case is False
    assert (folder.query_prefix, folder.document_prefix) == ("", "")
    assert folder.tokenizer_file == path / "tokenizer.json"


@pytest.mark.parametrize(
    ("pooling", "expected"),
    [
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, "cls"),
        ({"pooling_mode_max_tokens": True}, None),
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": True}, None),
    ],
)
def test_pooling_that_cannot_be_followed_is_none(
    pooling: dict[str, Any], expected: str | None, write_model_folder: WriteModelFolder
) -> None:
    folder = read_model_folder(write_model_folder(pooling={"word_embedding_dimension": 12, **pooling}))
    assert folder.pooling == expected


def test_a_further_module_cannot_be_followed(write_model_folder: WriteModelFolder) -> None:
    kinds = ("Transformer", "Pooling", "LayerNorm")
    modules = [{"type": f"sentence_transformers.models.{kind}"} for kind in kinds]
    assert read_model_folder(write_model_folder(modules=modules)).pooling is None


def test_prompts_become_prefixes(write_model_folder: WriteModelFolder) -> None:
    prompts = {"query": "query: ", "passage": "passage: "}
    folder = read_model_folder(write_model_folder(prompts={"prompts": prompts}))
    assert (folder.query_prefix, folder.document_prefix) == ("query: ", "passage: ")


def test_the_model_says_how_much_it_reads_where_its_sentence_file_does_not(
    write_model_folder: WriteModelFolder,
) -> None:
    assert read_model_folder(write_model_folder(sentence={"max_seq_length": None})).max_tokens == 512


@pytest.mark.parametrize(
    ("missing", "name"), [("modules", "modules.json"), ("pooling", "config.json"), ("model", "config.json")]
)
def test_a_missing_file_is_named(missing: str, name: str, write_model_folder: WriteModelFolder) -> None:
    path = write_model_folder(**{missing: None})
    with pytest.raises(IngestError, match=f"{name} is missing. Fetch the model again"):
        read_model_folder(path)


def test_a_damaged_file_is_named(write_model_folder: WriteModelFolder) -> None:
    path = write_model_folder(modules='[{"type": ')
    with pytest.raises(IngestError, match=r"modules\.json could not be read"):
        read_model_folder(path)


def test_the_way_sentence_transformers_6_saves_a_model_is_read(write_model_folder: WriteModelFolder) -> None:
    folder = read_model_folder(
        write_model_folder(
            pooling={"embedding_dimension": 12, "pooling_mode": "cls"},
            sentence={"transformer_task": "feature-extraction"},
            tokenizer={"model_max_length": 256},
        )
    )
    assert (folder.dimension, folder.pooling, folder.max_tokens) == (12, "cls", 256)


def test_a_dense_module_decides_the_dimension(write_model_folder: WriteModelFolder) -> None:
    kinds = [{"type": f"sentence_transformers.models.{kind}"} for kind in ("Transformer", "Pooling", "Dense")]
    folder = read_model_folder(write_model_folder(modules=kinds, dense={"out_features": 7}))
    assert (folder.dimension, folder.pooling) == (7, None)


def test_modules_lie_where_the_folder_says(write_model_folder: WriteModelFolder) -> None:
    """As the oldest models have it: the language model in a folder of its own."""
    kinds = {"Transformer": "0_Transformer", "Pooling": "1_Pooling"}
    modules = [
        {"type": f"sentence_transformers.models.{kind}", "path": place} for kind, place in kinds.items()
    ]
    path = write_model_folder(modules=modules)
    (path / "0_Transformer").mkdir()
    for name in ("config.json", "sentence_bert_config.json"):
        (path / name).rename(path / "0_Transformer" / name)
    folder = read_model_folder(path)
    assert (folder.dimension, folder.max_tokens, folder.pooling) == (12, 40, "mean")
    assert folder.tokenizer_file == path / "0_Transformer" / "tokenizer.json"


@pytest.mark.parametrize(
    ("sentence", "tokenizer", "model", "limit"),
    [
        (None, 10**30, {"max_position_embeddings": 512}, 512),
        (None, 128, {"max_position_embeddings": 512}, 128),
        (514, 512, {"max_position_embeddings": 514, "model_type": "xlm-roberta", "pad_token_id": 1}, 512),
        (None, 10**30, {"max_position_embeddings": 514, "model_type": "mpnet"}, 512),
        (8192, 8192, {"max_position_embeddings": 8194, "model_type": "xlm-roberta"}, 8192),
        (None, 10**30, {}, 512),
        (256, None, {"max_position_embeddings": -1}, 256),
    ],
)
def test_no_more_is_read_than_there_are_positions(
    sentence: int | None,
    tokenizer: int | None,
    model: dict[str, Any],
    limit: int,
    write_model_folder: WriteModelFolder,
) -> None:
    folder = write_model_folder(
        sentence={"max_seq_length": sentence}, tokenizer={"model_max_length": tokenizer}, model=model
    )
    assert read_model_folder(folder).max_tokens == limit


def test_a_model_made_of_something_else_is_told(write_model_folder: WriteModelFolder) -> None:
    modules = [{"type": "sentence_transformers.models.StaticEmbedding"}]
    with pytest.raises(IngestError, match="is made of StaticEmbedding"):
        read_model_folder(write_model_folder(modules=modules))


@pytest.mark.real
def test_the_default_model_is_read_right(minilm_folder: Path) -> None:
    folder = read_model_folder(minilm_folder)
    assert (folder.dimension, folder.max_tokens, folder.pooling) == (384, 256, "mean")
