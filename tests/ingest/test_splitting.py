from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import IngestError
from ingest.indexing import embedded_text
from ingest.settings import SplitterSettings
from ingest.splitting import LangChainSplitter, Splitter, TokenSplitter, split_document
from ingest.types import PAGE_BREAK, Document, Page


class WordCounter:
    """Every word and every mark is a token; letters beyond ASCII are each one, and `~` is none."""

    max_tokens = 64
    _token = re.compile(r"[A-Za-z0-9]+|[^\sA-Za-z0-9~]")

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        return [match.span() for match in self._token.finditer(text)]


class OverlappingCounter(WordCounter):
    """Three tokens for each character, as byte-level tokenizers give for some scripts."""

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        return [(place, place + 1) for place in range(len(text)) for _ in range(3)]


def document(*texts: str, headings: tuple[str, ...] = (), title: str = "Policy") -> Document:
    pages = tuple(Page(n, text, f"page {n}", headings) for n, text in enumerate(texts, start=1))
    return Document("0" * 64, "text/plain", title, pages)


def tokens(text: str) -> int:
    return len(WordCounter().token_spans(text))


def token_splitter(max_tokens: int = 20, overlap: int = 5) -> TokenSplitter:
    return TokenSplitter(SplitterSettings(max_tokens, overlap), WordCounter())


def lang_chain_splitter() -> LangChainSplitter:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    recursive = RecursiveCharacterTextSplitter(chunk_size=60, chunk_overlap=15, add_start_index=True)
    return LangChainSplitter(recursive, "recursive-60-15")


TEXT = st.text(st.sampled_from("ab.!?, \n\t~語é"), max_size=400)


@pytest.mark.parametrize("build", [token_splitter, lang_chain_splitter])
class TestSplitterContract:
    @settings(max_examples=150, deadline=None)
    @given(texts=st.lists(TEXT, min_size=1, max_size=3))
    def test_chunks_are_verbatim_within_a_page_and_leave_nothing_out(self, build, texts):
        check(build(), document(*texts))

    def test_it_has_an_identity(self, build):
        assert build().identity


def check(splitter: Splitter, read: Document) -> None:
    text = PAGE_BREAK.join(page.text for page in read.pages)
    covered = [False] * len(text)
    chunks = split_document(splitter, read)
    for ordinal, chunk in enumerate(chunks):
        assert chunk.ordinal == ordinal
        assert text[chunk.start : chunk.end] == chunk.text == chunk.text.strip() != ""
        page_start = read.page_starts()[chunk.page_number - 1]
        assert chunk.page_end == chunk.page_number
        assert (
            page_start <= chunk.start < chunk.end <= page_start + len(read.pages[chunk.page_number - 1].text)
        )
        covered[chunk.start : chunk.end] = [True] * len(chunk.text)
    assert all(done or character.isspace() for done, character in zip(covered, text, strict=True))
    assert [chunk.start for chunk in chunks] == sorted(chunk.start for chunk in chunks)


class TestTokenBudget:
    @settings(max_examples=200, deadline=None)
    @given(
        text=TEXT,
        max_tokens=st.integers(1, 30),
        share=st.floats(0, 0.99),
        headings=st.lists(st.text("ab ", max_size=40), max_size=3),
    )
    def test_no_chunk_is_longer_than_the_embedder_reads(self, text, max_tokens, share, headings):
        splitter = TokenSplitter(SplitterSettings(max_tokens, int(max_tokens * share)), WordCounter())
        read = document(text, headings=tuple(headings))
        check(splitter, read)
        for chunk in split_document(splitter, read):
            assert tokens(chunk.text) <= max_tokens

    def test_headings_and_the_pages_opening_fit_beside_the_chunk(self):
        headings = ("one two three",)
        splitter = TokenSplitter(SplitterSettings(64, 5), WordCounter())
        chunks = split_document(splitter, document("word " * 500, headings=headings))
        longest = max(
            tokens(embedded_text(("Policy",), headings, chunk.text, chunk.opening)) for chunk in chunks
        )
        assert 64 - 5 < longest <= 64

    def test_endless_headings_take_a_third_at_most(self):
        splitter = TokenSplitter(SplitterSettings(64, 5), WordCounter())
        chunks = split_document(splitter, document("word " * 500, headings=("far " * 300,)))
        assert max(tokens(chunk.text) for chunk in chunks) == 64 - 64 // 3

    def test_chunks_know_how_their_page_begins(self):
        first, *others = split_document(token_splitter(20), document("Balance sheet. " + "word " * 60))
        assert (first.opening, len(others) > 1) == ("", True)
        assert {chunk.opening for chunk in others} == {"Balance sheet. " + " ".join(["word"] * 14)}

    def test_text_without_tokens_is_cut_by_length(self):
        chunks = split_document(token_splitter(20), document("~" * 2000))
        assert max(len(chunk.text) for chunk in chunks) <= 20 * 12
        assert sum(len(chunk.text) for chunk in chunks) >= 2000

    @pytest.mark.parametrize("max_tokens", [1, 2, 7])
    def test_several_tokens_per_character_come_to_an_end(self, max_tokens):
        splitter = TokenSplitter(SplitterSettings(max_tokens, max_tokens - 1), OverlappingCounter())
        check(splitter, document("abc def\n\nghi"))


class TestBoundaries:
    def test_a_text_that_fits_is_one_chunk(self):
        (chunk,) = split_document(token_splitter(), document("  One. Two.\n\nThree.\n"))
        assert chunk.text == "One. Two.\n\nThree."

    def test_a_blank_line_is_better_than_a_later_sentence(self):
        text = "a " * 13 + "\n\n" + "b b. " + "c " * 30
        assert split_document(token_splitter(overlap=0), document(text))[0].text == ("a " * 13).strip()

    def test_a_sentence_is_better_than_a_later_line(self):
        text = "a " * 12 + "a. " + "b b\n" + "c " * 30
        assert split_document(token_splitter(overlap=0), document(text))[0].text.endswith("a.")

    def test_the_next_chunk_repeats_from_the_start_of_a_sentence(self):
        text = (
            "First word here now. Second one is here. Third one is here. Fourth one is here. Fifth is last."
        )
        first, second = split_document(token_splitter(18, 6), document(text))[:2]
        assert first.text.endswith("Third one is here.")
        assert second.text.startswith("Third one is here. Fourth")

    def test_a_small_rest_is_shared_out(self):
        chunks = split_document(token_splitter(20, 0), document("word " * 22))
        assert [tokens(chunk.text) for chunk in chunks] == [14, 8]  # ceil(22 * 1.2 / 2) = 14, not 20 and 2

    def test_pages_without_text_give_no_chunk(self):
        chunks = split_document(token_splitter(), document("", " \n", "Third."))
        assert [(chunk.page_number, chunk.start) for chunk in chunks] == [(3, len(" \n") + 2)]

    def test_chunks_carry_their_page_s_headings(self):
        (chunk,) = split_document(token_splitter(), document("Free.", headings=("Returns",)))
        assert chunk.headings == ("Returns",)


class TestIdentity:
    def test_it_names_what_changes_the_cuts(self):
        assert token_splitter(20, 5).identity == "tokens-20-overlap-5-v2"
        assert token_splitter(200, 5).identity == "tokens-64-overlap-5-v2"  # the embedder reads 64


class TestLangChain:
    def test_repeated_text_is_found_in_order_without_its_index(self):
        from langchain_text_splitters import CharacterTextSplitter

        splitter = LangChainSplitter(
            CharacterTextSplitter(separator="\n", chunk_size=5, chunk_overlap=0), "lines"
        )
        chunks = split_document(splitter, document("same\nsame\nsame"))
        assert [chunk.start for chunk in chunks] == [0, 5, 10]

    def test_a_splitter_that_rewrites_is_refused(self):
        from langchain_text_splitters import CharacterTextSplitter

        class Shouting(CharacterTextSplitter):
            def split_text(self, text: str) -> list[str]:
                return [text.upper()]

        with pytest.raises(IngestError, match="changes the text of page 1"):
            split_document(LangChainSplitter(Shouting(), "shouting"), document("quiet"))
