"""Text of a given form: what a request's grammar is, and where it comes from."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from generators.errors import GenerationFailed, ModelUnusable
from generators.text.protocol import Finished, GenerationRequest, TextGenerator, TextPiece

_KEEPING_KINDS = frozenset({"llama-cpp"})


def json_grammar(schema: Mapping[str, Any]) -> str:
    """The grammar (GBNF) of the JSON texts that a schema allows. Raises ValueError for what is no schema.

    Nothing that the schema refers to is fetched.
    """
    from llama_cpp.llama_grammar import json_schema_to_gbnf

    try:
        return str(json_schema_to_gbnf(json.dumps(schema)))
    except Exception as error:
        raise ValueError(f"This is no JSON schema that can be a grammar: {error!r}.") from error


def keeps_grammars(generator: TextGenerator) -> bool:
    """Whether this kind of engine holds a text to a grammar."""
    return generator.id.partition(":")[0] in _KEEPING_KINDS


def refuse_grammar(request: GenerationRequest, id: str) -> None:
    """For engines that cannot keep one. Raises ModelUnusable where one is asked for."""
    if request.grammar is not None:
        raise ModelUnusable(
            f"The engine {id} cannot be held to a grammar. Choose a `llama-cpp:` model for text of "
            "a given form."
        )


def write_json(
    generator: TextGenerator, request: GenerationRequest, cancelled: Callable[[], bool] = lambda: False
) -> Any:
    """What the text of a request with a `json_grammar` says. Raises GenerationFailed if it is not whole."""
    text = ""
    reason = "end"
    for event in generator.stream(request, cancelled):
        if isinstance(event, TextPiece):
            text += event.text
        elif isinstance(event, Finished):
            reason = event.reason
    try:
        return json.loads(text)
    except ValueError as error:
        raise GenerationFailed(
            f"The model's text is no whole JSON text (it ended for: {reason}). Allow it more tokens than "
            f"{request.max_tokens}, or ask for less."
        ) from error
