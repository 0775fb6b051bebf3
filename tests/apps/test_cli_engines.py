"""The same question through every engine: an answer of one shape, its citations checked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import rag
from machine import models_folder
from tests.generators.chat_server import serving
from tests.generators.llama_server import SERVER_PACKAGES, serving_llama
from tests.small_language_models import reader_model, speaking_model

_QUESTION = "What is the annual fee?"
_ANSWER = "The annual fee is 12 euros [1]."
#: Found before a test has a data home of its own.
_MODELS = models_folder()


def _quoting(body: dict[str, Any]) -> str:
    """What a model on a server would say: the sentence, with the number that its passage has."""
    number = re.findall(r"\[(\d+)\](?:(?!\[\d+\]).)*12 euros", body["messages"][-1]["content"], re.DOTALL)[-1]
    return _ANSWER.replace("[1]", f"[{number}]")


@pytest.fixture(scope="module")
def speaking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    templates = Path(rag.__file__).parent / "prompts"
    corpus = "\n".join(path.read_text(encoding="utf-8") for path in sorted(templates.glob("*.toml")))
    return speaking_model(tmp_path_factory.mktemp("speaking"), _ANSWER, f"{corpus}\n{_ANSWER * 9}")


@pytest.fixture(scope="module")
def qwen() -> Path:
    """The default model's file."""
    name = "qwen2.5-coder-1.5b-instruct-q4_k_m"
    path = _MODELS / name / f"{name}.gguf"
    if not path.is_file():
        pytest.fail(f"There is no {path}. Get it with `refdesk models pull`.")
    return path


@pytest.fixture(scope="module")
def qwen_server(qwen: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of llama-cpp-python's own server with that model."""
    for package in ("langchain_openai", *SERVER_PACKAGES):
        pytest.importorskip(package)
    with serving_llama(qwen, tmp_path_factory.mktemp("server") / "log.txt") as base_url:
        yield base_url


@pytest.fixture(
    params=[
        "extractive",
        "transformers",
        "reader",
        "langchain",
        pytest.param("llama-cpp", marks=pytest.mark.real),
        pytest.param("llama-cpp's server", marks=pytest.mark.real),
    ]
)
def engine(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param == "transformers":
        yield f"transformers:{request.getfixturevalue('speaking')}"
    elif request.param == "reader":
        yield f"reader:{reader_model(tmp_path / 'reader', pointing=('annual', 'euros'))}"
    elif request.param == "langchain":
        pytest.importorskip("langchain_openai")
        monkeypatch.delenv("OPENAI_API_KEY", raising=False)
        with serving(_quoting) as server:
            yield f"langchain:openai:small@{server.base_url}"
    elif request.param == "llama-cpp":
        yield f"llama-cpp:{request.getfixturevalue('qwen')}"
    elif request.param == "llama-cpp's server":
        monkeypatch.delenv("OPENAI_API_KEY", raising=False)
        yield f"langchain:openai:qwen@{request.getfixturevalue('qwen_server')}"
    else:
        yield request.param


def test_a_question_gets_a_cited_answer_of_one_shape(refdesk, filled: Path, engine: str) -> None:
    said = refdesk("ask", _QUESTION, "--document", "fees.md", "--model", engine, "--json")
    assert said.exit_code == 0, said.stderr
    answer = said.json()
    plain = refdesk("ask", _QUESTION, "--model", "extractive", "--json").json()
    # The default model also says how likely it is that the passages answer.
    assert answer.keys() - {"answerability"} == plain.keys()
    assert not answer["refused"]
    (citation,) = answer["sentences"][0]["citations"]
    assert citation.keys() == plain["sentences"][0]["citations"][0].keys()
    assert citation["document"] == str(filled / "fees.md")
    assert citation["quote"] in (filled / "fees.md").read_text(encoding="utf-8")
    assert answer["sentences"][0]["verdict"] == "supported"
    assert "12 euros" in answer["sentences"][0]["text"]
    assert "12 euros" in citation["quote"]


def test_an_engine_that_is_not_there_is_wrong_use(refdesk, filled: Path) -> None:
    said = refdesk("ask", _QUESTION, "--model", "transformers:/nowhere/at/all", "--json")
    assert (said.exit_code, said.json()["error"]["kind"]) == (2, "ModelUnusable")
