"""The prompt as one text, as the model reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from generators.text.llama_cpp import LlamaCppGenerator
from generators.text.protocol import Message, PromptRenderer
from generators.text.scripted import ScriptedGenerator


@pytest.mark.real
def test_llama_cpp_tells_its_prompt_with_every_message_in_order(gemma_file: Path) -> None:
    generator = LlamaCppGenerator(gemma_file, context_tokens=256)
    try:
        assert isinstance(generator, PromptRenderer)
        prompt = generator.rendered_prompt((Message("system", "Be kind."), Message("user", "Who?")))
    finally:
        generator.close()
    assert 0 <= prompt.index("Be kind.") < prompt.index("Who?")


def test_an_engine_that_makes_no_one_text_says_so_by_lacking_it() -> None:
    assert not isinstance(ScriptedGenerator([]), PromptRenderer)
