"""A LangChain chain over a collection."""

from __future__ import annotations

from pathlib import Path

import pytest

from generators.settings import GeneratorSettings
from ingest.settings import EmbedderSettings, IngestSettings
from rag import DocumentFilter, Settings, open_collection

SETTINGS = Settings(
    ingest=IngestSettings(embedder=EmbedderSettings(engine="hashing")),
    generator=GeneratorSettings(engine="extractive"),
)


# LangChain itself warns of its own coming changes; they are not this project's.
@pytest.mark.filterwarnings("default::DeprecationWarning", "default::PendingDeprecationWarning")
def test_a_chain_answers_from_a_collections_passages(home: Path, tmp_path: Path) -> None:
    from langchain_core.language_models import FakeListChatModel
    from langchain_core.output_parsers import StrOutputParser
    from langchain_core.prompts import ChatPromptTemplate
    from langchain_core.runnables import RunnablePassthrough

    from rag.langchain import CollectionRetriever

    (tmp_path / "fees.md").write_text("# Fees\n\nA tow costs 48 euros.\n\n# Hours\n\nOpen on Sundays.\n")
    prompts: list[str] = []

    def remember(prompt: object) -> object:
        prompts.append(str(prompt))
        return prompt

    with open_collection("flying", SETTINGS) as collection:
        collection.ingest([tmp_path / "fees.md"])
        retriever = CollectionRetriever(collection=collection, k=1)
        found = retriever.invoke("What does a tow cost?")
        assert [document.metadata["page"] for document in found] == [1]
        assert found[0].metadata["document"] == str(tmp_path / "fees.md")
        chain = (
            {"context": retriever, "question": RunnablePassthrough()}
            | ChatPromptTemplate.from_template("{context}\n\n{question}")
            | remember
            | FakeListChatModel(responses=["48 euros"])
            | StrOutputParser()
        )
        assert chain.invoke("What does a tow cost?") == "48 euros"
    assert "A tow costs 48 euros." in prompts[0]


@pytest.mark.filterwarnings("default::DeprecationWarning", "default::PendingDeprecationWarning")
def test_a_retriever_keeps_to_a_filter(home: Path, tmp_path: Path) -> None:
    from rag.langchain import CollectionRetriever

    (tmp_path / "fees.md").write_text("A tow costs 48 euros.\n")
    (tmp_path / "rope.txt").write_text("The rope is new.\n")
    with open_collection("flying", SETTINGS) as collection:
        collection.ingest([tmp_path / "fees.md", tmp_path / "rope.txt"])
        retriever = CollectionRetriever(collection=collection, only=DocumentFilter(types="text"))
        found = retriever.invoke("What does a tow cost?")
        assert [document.metadata["document"] for document in found] == [str(tmp_path / "rope.txt")]
