"""Text of a given form."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from generators.errors import GenerationFailed, ModelUnusable
from generators.text.grammar import json_grammar, write_json
from generators.text.llama_cpp import LlamaCppGenerator
from generators.text.protocol import GenerationRequest, Message, Sampling, TextGenerator
from generators.text.scripted import ScriptedGenerator

_SCHEMA = {
    "type": "object",
    "properties": {"word": {"enum": ["nine", "ten"]}, "count": {"type": "integer"}},
    "required": ["word", "count"],
}
_MESSAGES = (Message("user", "Nine or ten? Say how many."),)


def _request(max_tokens: int = 60, **changes: object) -> GenerationRequest:
    return GenerationRequest(_MESSAGES, max_tokens=max_tokens, grammar=json_grammar(_SCHEMA), **changes)  # type: ignore[arg-type]  # by name


def test_a_schema_becomes_a_grammar_with_a_root() -> None:
    grammar = json_grammar(_SCHEMA)
    assert "root ::=" in grammar
    assert "ten" in grammar


@pytest.mark.parametrize("schema", [{"type": "no such type"}, {"$ref": "https://example.org/schema.json"}])
def test_what_is_no_schema_is_refused(schema: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="no JSON schema"):
        json_grammar(schema)


def test_json_is_read() -> None:
    assert write_json(ScriptedGenerator(['{"a": [1]}']), _request()) == {"a": [1]}


def test_json_that_was_cut_is_told_in_words() -> None:
    with pytest.raises(GenerationFailed, match=r"no whole JSON text .*length.*more tokens than 2"):
        write_json(ScriptedGenerator(['{"a": 1, "b": 2}']), _request(max_tokens=2))


@pytest.fixture(scope="module")
def gemma(gemma_file: Path) -> Iterator[TextGenerator]:
    generator = LlamaCppGenerator(gemma_file, context_tokens=512)
    yield generator
    generator.close()


@pytest.mark.real
@pytest.mark.parametrize("seed", range(3))
def test_a_model_is_held_to_the_schema(gemma: TextGenerator, seed: int) -> None:
    hot = Sampling(temperature=2.0, repeat_penalty=1.2, seed=seed)  # by itself it would write anything
    said = write_json(gemma, _request(200, sampling=hot, barred=("{", "[")))
    assert said.keys() == {"word", "count"}
    assert said["word"] in ("nine", "ten")
    assert isinstance(said["count"], int)


@pytest.mark.real
def test_a_grammar_that_is_none_is_told_in_words(gemma: TextGenerator) -> None:
    with pytest.raises(ModelUnusable, match="cannot read the grammar"):
        list(gemma.stream(GenerationRequest(_MESSAGES, grammar="root = ???")))
