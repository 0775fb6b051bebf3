"""What the splitter hands to the embedder is read to its end: text beyond the limit would not be found."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from ingest.embedding.hashing import HashingEmbedder
from ingest.embedding.model_folder import read_model_folder
from ingest.embedding.tokens import ModelTokens
from ingest.indexing import embedded_text
from ingest.settings import SplitterSettings
from ingest.splitting import TokenCounter, TokenSplitter, split_document
from ingest.types import Document, Page
from tests.small_models import sentence_encoder

SHARE_READ_WHOLE = 0.99

PROSE = "The gate of the harbour is closed at nine, and no boat may leave before the master has been told. "
TABLE = "| Net sales | $ 12,345.6 | (3.4)% | 1,002,003 |\n"
ADDRESS = "https://example.org/a/very-long_path/that?goes=on&on=%20#and-on "
WRITTEN_TOGETHER = "港口的大门九点关闭,任何船只都不得离开。"


class RealTokens:
    """A model's own tokenizer and limit, without the model."""

    def __init__(self, path: Path) -> None:
        folder = read_model_folder(path)
        self._tokens = ModelTokens(folder, folder.document_prefix)
        self.max_tokens = self._tokens.max_tokens

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        return self._tokens.spans(text)


@pytest.fixture(params=["hashing", pytest.param("minilm", marks=pytest.mark.real)])
def counter(request: pytest.FixtureRequest) -> TokenCounter:
    if request.param == "hashing":
        return HashingEmbedder(max_tokens=254)  # as many as MiniLM reads
    return RealTokens(request.getfixturevalue("minilm_folder"))


def document(words_in_headings: int) -> Document:
    draw = random.Random(1)
    pages = [
        Page(
            number,
            "".join(draw.choices((PROSE, TABLE, ADDRESS, WRITTEN_TOGETHER), (8, 4, 1, 1), k=30)),
            f"page {number}",
            ("Part II", "Item 7. " + " ".join(["Management's discussion"] * words_in_headings)),
        )
        for number in range(1, 21)
    ]
    return Document(
        "0" * 64, "application/pdf", "Annual report of a harbour", tuple(pages), name="Harbour 2024"
    )


@pytest.mark.parametrize(
    "settings", [SplitterSettings(), SplitterSettings(max_tokens=4000, overlap_tokens=40)]
)
def test_nearly_all_text_is_read_whole(counter: TokenCounter, settings: SplitterSettings) -> None:
    """At least 99% of characters lie in chunks that fit the embedder with the line above them."""
    whole = document(words_in_headings=1)
    total = read = 0
    for chunk in split_document(TokenSplitter(settings, counter), whole):
        tokens = counter.token_spans(embedded_text(whole.names, chunk.headings, chunk.text, chunk.opening))
        total += len(chunk.text)
        read += len(chunk.text) if len(tokens) <= counter.max_tokens else 0
    assert total > 20 * 30 * 20  # 20 pages of 30 stretches of at least 20 characters
    assert read / total >= SHARE_READ_WHOLE


def test_a_heading_of_any_length_costs_at_most_its_own_excess(counter: TokenCounter) -> None:
    """A line longer than a quarter of the limit may push text out; three quarters are kept for the chunk."""
    long = document(words_in_headings=200)
    for chunk in split_document(TokenSplitter(SplitterSettings(), counter), long):
        assert len(counter.token_spans(chunk.text)) <= counter.max_tokens * 3 // 4 + 1


def test_the_mark_that_begins_a_text_has_its_place(tmp_path: Path) -> None:
    """Within a page it stands once before a stretch without spaces; each chunk of that begins with one."""
    counter = RealTokens(
        sentence_encoder(
            tmp_path / "model", kind="xlm-roberta", prompts={"query": "query: ", "document": "passage: "}
        )
    )
    page = Page(1, "\u6e2f\u53e3" * 700, "page 1", ("gate",))
    whole = Document("0" * 64, "text/plain", "rope", (page,), name="rope")
    chunks = split_document(TokenSplitter(SplitterSettings(overlap_tokens=0), counter), whole)
    lengths = [
        len(counter.token_spans(embedded_text(whole.names, chunk.headings, chunk.text, chunk.opening)))
        for chunk in chunks
    ]
    assert max(lengths) == counter.max_tokens
