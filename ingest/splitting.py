"""A document becomes chunks small enough for the embedder to read whole."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from ingest.boundaries import Boundaries
from ingest.errors import IngestError
from ingest.indexing import embedded_text, opening_of
from ingest.settings import SplitterSettings
from ingest.types import Chunk, Document, Page

if TYPE_CHECKING:
    from langchain_text_splitters import TextSplitter

Span = tuple[int, int]

_LARGEST_PLACE_SHARE = 3  # what says where a chunk stands gets at most a third of what is read
_CUT_AFTER = 0.6  # of a full chunk: a good boundary before that is not worth so short a chunk
_SCRAP = 0.2  # of a full chunk: a rest smaller than that is shared out
_LONE_LETTER = "\u9f98"  # a rare Chinese character, which joins nothing before or behind it
_CHARACTERS_PER_TOKEN = 12  # text with fewer tokens than that is no language: its length is what counts


class Splitter(Protocol):
    """Says where pages are cut into chunks.

    Spans are offsets into the page's text, in order, each beginning and ending after the one before; each
    visible character of the page is in some span.
    """

    @property
    def identity(self) -> str:
        """What must be equal for two runs to cut the same. The store keeps it and refuses another."""
        ...

    def spans(self, page: Page, names: Sequence[str]) -> Iterable[Span]:
        """Where the page is cut; `names` are the document's, which are embedded with each of its chunks."""
        ...

    def opening(self, page: Page, names: Sequence[str]) -> str:
        """What of the page's beginning is embedded with those of its chunks that stand further down."""
        ...


class TokenCounter(Protocol):
    """The part of an embedder that a splitter needs."""

    @property
    def max_tokens(self) -> int: ...

    def token_spans(self, text: str) -> list[Span]: ...


class TokenSplitter:
    """Cuts at the best boundary near the end of the budget, which is counted in the embedder's own tokens.

    Chunk and the lines that say where it stands fit the embedder together, unless those lines are longer than
    a third of what the embedder reads.
    """

    def __init__(self, settings: SplitterSettings, counter: TokenCounter) -> None:
        self._counter = counter
        self._max_tokens = max(1, min(settings.max_tokens, counter.max_tokens))
        self._overlap_tokens = min(settings.overlap_tokens, self._max_tokens // 2)

    @property
    def identity(self) -> str:
        return f"tokens-{self._max_tokens}-overlap-{self._overlap_tokens}-v2"

    def spans(self, page: Page, names: Sequence[str]) -> Iterable[Span]:
        budget = self._budget(names, page)
        tokens = self._counter.token_spans(page.text)
        return _PageCutter(page.text, tokens, budget, self._overlap_tokens).spans()

    def opening(self, page: Page, names: Sequence[str]) -> str:
        """As much of it as fits beside names and headings into a third of what the embedder reads."""
        whole = opening_of(page.text)
        room = self._counter.max_tokens // _LARGEST_PLACE_SHARE - self._tokens_above(names, page.headings)
        tokens = self._counter.token_spans(whole)
        if len(tokens) <= room:
            return whole
        cut = whole[: tokens[room][0] + 1] if room > 0 else ""
        return cut.rpartition(" ")[0]

    def _budget(self, names: Sequence[str], page: Page) -> int:
        """Tokens that a chunk's own text may have below names, headings and how the page begins."""
        readable = self._counter.max_tokens
        above = self._tokens_above(names, page.headings, self.opening(page, names))
        return max(1, min(self._max_tokens, readable - min(above, readable // _LARGEST_PLACE_SHARE)))

    def _tokens_above(self, names: Sequence[str], headings: Sequence[str], opening: str = "") -> int:
        # Some tokenizers begin a text with a mark: seen where what follows is a token by itself.
        return len(self._counter.token_spans(embedded_text(names, headings, _LONE_LETTER, opening))) - 1


class LangChainSplitter:
    """Any text splitter of LangChain, as long as its pieces are verbatim parts of the text.

    `identity` must name its kind and its settings: LangChain's splitters do not say what they were given.
    """

    def __init__(self, splitter: TextSplitter, identity: str) -> None:
        self._splitter = splitter
        self._identity = identity

    @property
    def identity(self) -> str:
        return self._identity

    def spans(self, page: Page, names: Sequence[str]) -> Iterable[Span]:  # noqa: ARG002 - its sizes are its own
        """Raises IngestError where the splitter rewrites the text: what it returns could not be cited."""
        previous = -1
        for piece in self._splitter.create_documents([page.text]):
            text = piece.page_content
            start = piece.metadata.get("start_index", -1)  # there only where the splitter was told to add it
            if start <= previous or not page.text.startswith(text, start):
                start = page.text.find(text, previous + 1)
            if start < 0:
                raise IngestError(
                    f"The splitter {self._identity} changes the text of {page.label}, so that its pieces "
                    "could not be cited. Choose one that only cuts, like RecursiveCharacterTextSplitter."
                )
            previous = start
            yield start, start + len(text)

    def opening(self, page: Page, names: Sequence[str]) -> str:  # noqa: ARG002 - its chunks may be full
        return ""


class _PageCutter:
    """Cuts one page. All positions are offsets into the page's text."""

    def __init__(self, text: str, tokens: Sequence[Span], budget: int, overlap: int) -> None:
        self._length = len(text)
        self._token_starts = [start for start, _ in tokens]
        self._budget = budget
        self._overlap = min(overlap, budget // 2)
        self._max_characters = max(budget, 8) * _CHARACTERS_PER_TOKEN
        self._boundaries = Boundaries(text)

    def spans(self) -> Iterator[Span]:
        """Spans that cover the page, each beginning and ending after the one before."""
        start, end = 0, 0
        while end < self._length:
            end = self._end(start, end)
            yield start, end
            if end < self._length:
                start = self._next_start(start, end)

    def _end(self, start: int, covered: int) -> int:
        first = bisect_left(self._token_starts, start)
        rest = len(self._token_starts) - first
        size = self._budget
        if rest <= size and self._length - start <= self._max_characters:
            return self._length
        if size < rest < size * (1 + _SCRAP):  # two chunks alike rather than a full one and a scrap
            size = min(size, math.ceil(rest * (1 + _SCRAP) / 2))
        highest = min(self._token_start(first + size), start + self._max_characters)
        lowest = min(self._token_start(first + int(size * _CUT_AFTER)), start + self._max_characters // 2)
        return self._boundaries.best_cut(max(lowest, covered), max(highest, covered + 1))

    def _next_start(self, start: int, end: int) -> int:
        if self._overlap == 0:
            return end
        token = bisect_left(self._token_starts, end) - self._overlap
        earliest = max(self._token_start(max(token, 0)), end - self._max_characters // 2, start + 1)
        repeated = self._boundaries.first_start(earliest, end)
        return end if repeated is None else repeated

    def _token_start(self, index: int) -> int:
        """Where a token begins; the page's end for those after the last."""
        return self._token_starts[index] if index < len(self._token_starts) else self._length


def split_page(
    splitter: Splitter, page: Page, names: Sequence[str], page_start: int, first_ordinal: int
) -> list[Chunk]:
    """The page's chunks: its spans without the white space at their ends, and without empty ones.

    `page_start` is the offset of the page in the document's text, `first_ordinal` the number of chunks
    before it. `chunk.text` is the document's text from `start` to `end`, verbatim.
    """
    chunks: list[Chunk] = []
    if not page.text.strip():
        return chunks
    opening = splitter.opening(page, names)
    for start, end in splitter.spans(page, names):
        stretch = page.text[start:end]
        text = stretch.strip()
        if text:
            offset = page_start + start + len(stretch) - len(stretch.lstrip())
            chunks.append(
                Chunk(
                    ordinal=first_ordinal + len(chunks),
                    start=offset,
                    end=offset + len(text),
                    page_number=page.number,
                    page_end=page.number,
                    headings=page.headings,
                    text=text,
                    opening=opening if chunks else "",
                )
            )
    return chunks


def split_document(splitter: Splitter, document: Document) -> list[Chunk]:
    """All chunks of a document whose pages are at hand."""
    chunks: list[Chunk] = []
    for page, page_start in zip(document.pages, document.page_starts(), strict=True):
        chunks += split_page(splitter, page, document.names, page_start, len(chunks))
    return chunks
