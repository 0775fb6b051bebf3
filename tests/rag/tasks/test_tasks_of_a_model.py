"""The tasks with a real model, held to their form."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from generators.text.protocol import TextGenerator
from rag.assembly import open_generator
from rag.settings import Settings
from rag.tasks.classifying import classify
from rag.tasks.entities import find_entities

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def generator() -> Iterator[TextGenerator]:
    opened = open_generator(Settings())
    yield opened
    opened.close()


def test_a_complaint_is_told_from_praise(generator: TextGenerator) -> None:
    found = classify(
        generator, "The rope was torn again and nobody answered my letters.", ["praise", "complaint"]
    )
    assert found.label == "complaint"
    assert found.likelihood is not None
    assert 0 < found.likelihood <= 1


def test_names_are_found_where_they_stand(generator: TextGenerator) -> None:
    text = "Ada Lovelace met Charles Babbage in London."
    found = {entity.text: entity for entity in find_entities(generator, text, ["person", "place"])}
    assert "London" in found
    assert all(text[start:end] == name for name, one in found.items() for start, end in one.places)
