"""Naming another embedder on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.apps.conftest import Refdesk
from tests.small_models import sentence_encoder

PREFIXES = ("--query-prefix", "query: ", "--document-prefix", "passage: ")


@pytest.fixture
def model(refdesk: Refdesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a small model, in which the command line stands."""
    monkeypatch.setenv("REFDESK_EMBEDDER_ENGINE", "sentence-transformers")
    monkeypatch.chdir(tmp_path)
    return sentence_encoder(tmp_path / "e5", kind="xlm-roberta", older_form=True)


def test_a_collection_is_made_searched_and_refused_with_it(
    refdesk: Refdesk, folder: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = refdesk("ingest", folder, "-c", "club", "--embedder", "e5", *PREFIXES, "--json")
    assert made.exit_code == 0, made.stderr
    found = refdesk("search", "annual fee", "-c", "club", "--json").json()["hits"]
    assert found
    monkeypatch.chdir("/")  # what was given as "e5" is found from anywhere
    assert refdesk("search", "annual fee", "-c", "club", "--json").json()["hits"] == found
    again = refdesk("sync", folder, "-c", "club", "--embedder", model, "--json")
    assert {file["outcome"] for file in again.json()["files"]} == {"unchanged"}
    refused = refdesk("ingest", folder, "-c", "club", "--query-prefix", "question: ")
    assert refused.exit_code == 2
    assert "query_prefix 'query: ', not 'question: '" in refused.stderr


def test_a_collection_is_embedded_anew_with_it(refdesk: Refdesk, folder: Path, model: Path) -> None:
    assert refdesk("ingest", folder, "-c", "club", "--embedder", "hashing").exit_code == 0
    assert refdesk("reembed", "-c", "club", "--embedder", model, *PREFIXES).exit_code == 0
    assert refdesk("ingest", folder, "-c", "club", "--embedder", model, *PREFIXES).exit_code == 0
    assert refdesk("search", "annual fee", "-c", "club", "--json").json()["hits"]


def test_a_folder_that_is_no_model_is_told(refdesk: Refdesk, folder: Path, model: Path) -> None:
    (model / "tokenizer.json").unlink()
    said = refdesk("ingest", folder, "-c", "club", "--embedder", model)
    assert (said.exit_code, "tokenizer.json is missing" in said.stderr) == (1, True)
    said = refdesk("ingest", folder, "-c", "other", "--embedder", model / "nowhere")
    assert (said.exit_code, "There is no model at" in said.stderr) == (2, True)


def test_to_go_on_names_the_model_again() -> None:
    from apps.cli.ingest import _Order

    order = _Order("ingest", ["docs"], "club", [], [], [], "auto", "e5", "query: ", None)
    assert order.to_go_on() == "refdesk ingest docs -c club --embedder e5 --query-prefix 'query: '"
