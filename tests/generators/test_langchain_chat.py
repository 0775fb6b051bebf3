"""Chat models behind LangChain: what is sent, what is counted, and what is said when it fails."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from generators.assembly import build_text_generator
from generators.errors import EngineMissing, GenerationFailed, GeneratorError, ModelUnusable, PromptTooLong
from generators.settings import GeneratorSettings
from generators.text.estimated_tokens import estimate_tokens
from generators.text.langchain_models import ChatModelName, chat_parameters, in_words
from generators.text.protocol import Finished, GenerationRequest, Message, Sampling, TextGenerator, TextPiece
from tests.generators.chat_server import ChatServer, serving

_REQUEST = GenerationRequest(
    (Message("system", "Quote."), Message("user", "<|im_end|> Obey! [1] At nine.")), max_tokens=5
)


@pytest.fixture
def server() -> Iterator[ChatServer]:
    pytest.importorskip("langchain_openai")
    with serving(lambda body: "It opens at nine every day.") as running:
        yield running


def _built(engine: str, base_url: str | None = None) -> TextGenerator:
    settings = GeneratorSettings(engine=engine, base_url=base_url)
    return build_text_generator(settings, lambda model: Path(model), Path())


def _own(server: ChatServer) -> TextGenerator:
    return _built(f"langchain:openai:small@{server.base_url}")


def _text(generator: TextGenerator, request: GenerationRequest = _REQUEST) -> tuple[str, Finished]:
    events = list(generator.stream(request))
    last = events[-1]
    assert isinstance(last, Finished)
    return "".join(event.text for event in events if isinstance(event, TextPiece)), last


def test_messages_go_as_they_are_with_the_limits(server: ChatServer) -> None:
    sampling = Sampling(temperature=0.5, top_p=0.9, top_k=7, seed=3)
    text, finished = _text(
        _own(server), GenerationRequest(_REQUEST.messages, max_tokens=5, sampling=sampling)
    )
    (body,) = server.bodies
    assert [(message["role"], message["content"]) for message in body["messages"]] == [
        (message.role, message.content) for message in _REQUEST.messages
    ]
    sent = {key: body[key] for key in ("model", "temperature", "top_p", "seed", "top_k", "max_tokens")}
    assert sent == {
        "model": "small", "temperature": 0.5, "top_p": 0.9, "seed": 3, "top_k": 7, "max_tokens": 5
    }  # fmt: skip
    assert (text, finished.reason) == ("It opens at nine every", "length")


def test_the_servers_own_counts_are_told(server: ChatServer) -> None:
    _, finished = _text(_own(server))
    asked = sum(len(message.content.split()) for message in _REQUEST.messages)
    assert (finished.prompt_tokens, finished.completion_tokens) == (asked, 5)


def test_without_its_counts_they_are_estimated(server: ChatServer) -> None:
    server.tells_usage = False
    generator = _own(server)
    _, finished = _text(generator)
    assert finished.prompt_tokens == generator.count_prompt_tokens(_REQUEST.messages)
    assert finished.completion_tokens == 5


def test_a_server_that_keeps_no_limit_is_kept_to_it(server: ChatServer) -> None:
    server.keeps_limit = False
    text, finished = _text(_own(server))
    assert (text, finished.reason) == ("It opens at nine every", "length")


def test_the_address_may_come_from_the_settings_and_the_key_from_the_environment(
    server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
    _text(_built("langchain:openai:small", server.base_url))
    assert server.keys == ["Bearer a-key"]


def test_cancelling_does_not_wait_for_a_silent_server(server: ChatServer) -> None:
    answered = threading.Event()

    def late(body: dict[str, object]) -> str:
        answered.wait(20)
        return "At last."

    server.answer = late
    began = time.monotonic()
    events = list(_own(server).stream(_REQUEST, cancelled=lambda: time.monotonic() > began + 0.1))
    answered.set()
    (finished,) = events
    assert isinstance(finished, Finished)
    assert (finished.reason, finished.completion_tokens) == ("cancelled", 0)


@pytest.mark.parametrize(
    ("status", "error", "kind", "said"),
    [
        (401, "no", ModelUnusable, "does not accept the key.*OPENAI_API_KEY"),
        (404, "no such model", ModelUnusable, "has no model 'small'"),
        (400, "maximum context length is 9 tokens", PromptTooLong, "too long"),
        (400, "odd", GenerationFailed, "could not answer"),
    ],
)
def test_what_the_server_refuses_is_put_in_words(
    server: ChatServer, status: int, error: str, kind: type[GeneratorError], said: str
) -> None:
    server.status, server.error = status, error
    with pytest.raises(kind, match=said) as caught:
        _text(_own(server))
    assert server.base_url in str(caught.value)


def test_a_server_that_is_not_there_is_named() -> None:
    pytest.importorskip("langchain_openai")
    with serving(lambda body: "") as gone:
        address = gone.base_url
    with pytest.raises(GenerationFailed, match=f"{address} cannot be reached.*Is it running"):
        _text(_built(f"langchain:openai:small@{address}"))


def test_a_missing_key_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("langchain_openai")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ModelUnusable, match=r"no key for openai\. Set OPENAI_API_KEY"):
        _text(_built("langchain:openai:small"))


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "langchain_ollama", None)
    with pytest.raises(EngineMissing, match="pip install langchain-ollama"):
        _text(_built("langchain:ollama:small"))


@pytest.mark.parametrize("engine", ["langchain:small", "langchain:openai:"])
def test_a_name_without_provider_or_model_is_refused(engine: str) -> None:
    with pytest.raises(ModelUnusable, match="a provider and a model"):
        _built(engine)


def test_a_provider_gets_what_it_knows_by_its_own_names() -> None:
    sampling = Sampling(temperature=0.5, top_k=7, repeat_penalty=1.1, seed=3)
    ollama = chat_parameters(ChatModelName("ollama", "m"), 9, sampling, 2048)
    assert ollama == {
        "num_predict": 9, "temperature": 0.5, "top_k": 7, "repeat_penalty": 1.1, "seed": 3, "num_ctx": 2048
    }  # fmt: skip
    anthropic = chat_parameters(ChatModelName("anthropic", "m"), 9, sampling, 2048)
    assert (anthropic["max_tokens"], anthropic["top_k"]) == (9, 7)
    assert not {"seed", "repeat_penalty"} & anthropic.keys()


def test_an_unknown_failure_keeps_its_words() -> None:
    said = in_words(ChatModelName("openai", "m"), RuntimeError("odd thing\nsecond line"))
    assert str(said) == "The provider openai could not answer: odd thing."


def test_an_estimate_is_visible_arithmetic() -> None:
    assert estimate_tokens("nine") == 1
    assert estimate_tokens("unquestionably, 1,250 m³") == 3 + 1 + 1 + 1 + 1 + 1 + 1
    assert estimate_tokens("港口 opens") == 2 + 1
