"""Chat models by `provider:model`, opened through LangChain, and what each provider calls what we ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from generators.errors import EngineMissing, GenerationFailed, GeneratorError, ModelUnusable, PromptTooLong
from generators.text.protocol import Sampling

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

#: How long a server may keep silent, and how often a request is sent again when it fails at once.
_TIMEOUT_SECONDS = 120.0
_RETRIES = 1
#: Servers of one's own ask for no key, but the client wants one.
_NO_KEY = "none"

#: What providers call the most tokens of an answer, where it is not `max_tokens`.
_MOST_TOKENS = {"google_genai": "max_output_tokens", "ollama": "num_predict"}
#: Which of top_p, top_k, min_p, repeat_penalty and seed a provider takes, and as what.
_SAMPLING = {
    "openai": {"top_p": "top_p", "seed": "seed"},
    "anthropic": {"top_p": "top_p", "top_k": "top_k"},
    "google_genai": {"top_p": "top_p", "top_k": "top_k"},
    "mistralai": {"top_p": "top_p", "seed": "random_seed"},
    "ollama": {"top_p": "top_p", "top_k": "top_k", "repeat_penalty": "repeat_penalty", "seed": "seed"},
}
_WAITING = frozenset({"openai", "anthropic", "google_genai", "mistralai"})
_KEYS = {"google_genai": "GOOGLE_API_KEY", "mistralai": "MISTRAL_API_KEY"}
_UNREACHABLE = ("connection", "connect", "timeout", "network", "protocolerror")


@dataclass(frozen=True, slots=True)
class ChatModelName:
    """`openai:gpt-4o-mini`, or `openai:qwen2.5@http://127.0.0.1:8000/v1` for one's own server."""

    provider: str
    model: str
    base_url: str | None = None

    @classmethod
    def read(cls, text: str, base_url: str | None = None) -> Self:
        """`base_url` counts where the text names no server. Raises ModelUnusable."""
        name, at, address = text.partition("@http")
        provider, _, model = name.partition(":")
        if not provider or not model:
            raise ModelUnusable(
                f"{text!r} names no chat model. It must be a provider and a model, such as "
                "`langchain:openai:gpt-4o-mini`, or `langchain:openai:qwen2.5@http://127.0.0.1:8000/v1` for "
                "a server of your own that speaks OpenAI's protocol."
            )
        return cls(provider, model, f"http{address}" if at else base_url)

    @property
    def key_variable(self) -> str:
        """The environment variable that holds the provider's key."""
        return _KEYS.get(self.provider, f"{self.provider.upper()}_API_KEY")

    @property
    def where(self) -> str:
        """Who answers, in words."""
        return f"The server at {self.base_url}" if self.base_url else f"The provider {self.provider}"


def open_chat_model(
    name: ChatModelName, max_tokens: int, sampling: Sampling, context_tokens: int
) -> BaseChatModel:
    """The model, to be asked with these limits. Nothing is sent yet. Raises EngineMissing, ModelUnusable."""
    import os

    from langchain.chat_models import init_chat_model

    given = chat_parameters(name, max_tokens, sampling, context_tokens)
    if name.base_url and name.provider == "openai" and not os.environ.get(name.key_variable):
        given["api_key"] = _NO_KEY
    try:
        model: BaseChatModel = init_chat_model(name.model, model_provider=name.provider, **given)
    except Exception as error:
        raise _unopened(name, error) from error
    return model


def chat_parameters(
    name: ChatModelName, max_tokens: int, sampling: Sampling, context_tokens: int
) -> dict[str, Any]:
    """What the provider's class is made with. What a provider does not know is left out."""
    given: dict[str, Any] = {
        _MOST_TOKENS.get(name.provider, "max_tokens"): max_tokens,
        "temperature": sampling.temperature,
    }
    wanted = _wanted(sampling)
    known = _SAMPLING.get(name.provider, {})
    given |= {known[key]: value for key, value in wanted.items() if key in known}
    if name.base_url:
        given["base_url"] = name.base_url
    if name.provider in _WAITING:
        given |= {"timeout": _TIMEOUT_SECONDS, "max_retries": _RETRIES}
    if name.provider == "ollama":
        given["num_ctx"] = context_tokens
    if name.provider == "openai":
        given["stream_usage"] = True
        if name.base_url:
            # The newer name of this limit is unknown to many servers that speak the protocol.
            further = {key: value for key, value in wanted.items() if key not in known}
            given["extra_body"] = {"max_tokens": max_tokens, **further}
    return given


def in_words(name: ChatModelName, error: Exception) -> GeneratorError:
    """What a failed request came to, whichever provider's class raised it."""
    status = getattr(error, "status_code", None)
    if status is None:
        status = getattr(getattr(error, "response", None), "status_code", None)
    said = _first_line(error)
    kind = "".join(kind.__name__.lower() for kind in type(error).__mro__[:-3])
    if status in (401, 403):
        return ModelUnusable(
            f"{name.where} does not accept the key. Set {name.key_variable} to one that it does."
        )
    if status == 404:
        return ModelUnusable(f"{name.where} has no model {name.model!r}: {said}. Name one that it has.")
    if status in (400, 413) and "context" in str(error).lower():
        return PromptTooLong(
            f"{name.where} says that the prompt is too long: {said}. Ask with fewer passages, or set a "
            "smaller context_tokens."
        )
    if status == 429:
        return GenerationFailed(f"{name.where} takes no more requests for now: {said}. Ask again later.")
    if status is None and any(word in kind for word in _UNREACHABLE):
        return GenerationFailed(
            f"{name.where} cannot be reached: {said}. Is it running, and is the address right?"
        )
    return GenerationFailed(f"{name.where} could not answer: {said}.")


def _wanted(sampling: Sampling) -> dict[str, float]:
    values: dict[str, float] = {}
    if sampling.temperature > 0:
        values["seed"] = sampling.seed
        if sampling.top_p < 1:
            values["top_p"] = sampling.top_p
        if sampling.top_k > 0:
            values["top_k"] = sampling.top_k
        if sampling.min_p > 0:
            values["min_p"] = sampling.min_p
    if sampling.repeat_penalty != 1:
        values["repeat_penalty"] = sampling.repeat_penalty
    return values


def _unopened(name: ChatModelName, error: Exception) -> GeneratorError:
    said = _first_line(error)
    if isinstance(error, ImportError):
        package = f"langchain-{name.provider.replace('_', '-')}"
        extra = "`pip install 'refdesk[openai]'`" if name.provider == "openai" else f"`pip install {package}`"
        return EngineMissing(f"The package for {name.provider} models is not installed: {said}. Try {extra}.")
    if "api_key" in str(error) or "api key" in str(error).lower():
        return ModelUnusable(
            f"There is no key for {name.provider}. Set {name.key_variable}, or name a server of your own: "
            f"`langchain:{name.provider}:{name.model}@http://127.0.0.1:8000/v1`."
        )
    return ModelUnusable(f"LangChain cannot open {name.provider}:{name.model}: {said}.")


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
