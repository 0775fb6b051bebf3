"""Passages keep to their budget, quote verbatim and keep what matters."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.embedding.hashing import HashingEmbedder
from ingest.types import Page
from rag.hits import Hit
from rag.passages import GAP, Picking
from rag.types import Passage


def words(text: str) -> int:
    return len(text.split())


def hit(rank: int, text: str, start: int = 0, document_id: int = 1, page: int = 1) -> Hit:
    return Hit(
        rank=rank,
        score=1.0 / rank,
        chunk_id=rank,
        document_id=document_id,
        document=f"/docs/{document_id}.md",
        title=f"Document {document_id}",
        page_number=page,
        page_end=page,
        headings=(),
        start=start,
        end=start + len(text),
        text=text,
    )


def picking(question: str, hits: list[Hit], documents: dict[int, str] | None = None) -> Picking:
    """Without `documents` each document's text is its hits' texts at their places."""
    embedder = HashingEmbedder()
    return Picking(question, embedder.embed_query(question), hits, words, embedder, Reader(hits, documents))


def pick(
    question: str, hits: list[Hit], budget: int, documents: dict[int, str] | None = None
) -> tuple[Passage, ...]:
    return picking(question, hits, documents).pick(budget)


class Reader:
    """The documents behind the hits."""

    def __init__(self, hits: list[Hit], documents: dict[int, str] | None) -> None:
        self._hits, self._documents = hits, documents

    def text(self, document_id: int, start: int, end: int) -> str:
        if self._documents is not None:
            return self._documents[document_id][start:end]
        text = [" "] * end
        for hit in self._hits:
            if hit.document_id == document_id:
                text[hit.start : hit.end] = hit.text
        return "".join(text)[start:end]

    def page(self, document_id: int, number: int) -> Page:
        return Page(number, "", f"page {number} of {document_id}")


def test_hits_that_fit_are_shown_whole_in_the_order_of_their_rank() -> None:
    found = pick(
        "rope", [hit(1, "The rope is old. It is long.", document_id=2), hit(2, "The winch is new.")], 100
    )
    assert [passage.number for passage in found] == [1, 2]
    assert found[0].text == "The rope is old.\nIt is long."
    assert found[0].document == "/docs/2.md"


def test_neighbouring_hits_of_a_document_become_one_passage() -> None:
    first, second = "One sentence here.", "Another one there."
    found = pick("sentence", [hit(2, first, 0), hit(1, second, len(first) + 1)], 100)
    assert len(found) == 1
    assert found[0].text == f"{first}\n{second}"


def test_the_overlap_of_two_hits_is_shown_once() -> None:
    text = "First here. Middle there. Last one."
    found = pick("middle", [hit(1, text[:25], 0), hit(2, text[12:], 12)], 100)
    assert found[0].text.count("Middle there.") == 1


def test_the_budget_holds_and_the_best_sentence_survives() -> None:
    filler = " ".join(f"Filler number {n} says nothing of use." for n in range(30))
    text = f"{filler} The rope costs 90 euros. {filler}"
    found = pick("What does the rope cost?", [hit(1, text)], 40)
    assert "The rope costs 90 euros." in found[0].text
    assert sum(words(passage.text) for passage in found) <= 40
    assert found[0].text.count(GAP.strip()) <= found[0].text.count("\n")


def test_spans_lead_back_to_the_document_verbatim() -> None:
    document = "Alpha is first. Beta is second. Gamma is third."
    found = pick("beta", [hit(1, document[16:], start=16)], 100)
    assert [document[span.start : span.end] for span in found[0].spans] == [
        span.text for span in found[0].spans
    ]


def test_one_sentence_longer_than_the_budget_is_cut_not_dropped() -> None:
    found = pick("word", [hit(1, "word " * 500)], 20)
    assert 0 < words(found[0].text) <= 20


def test_a_title_that_stands_above_a_passage_is_not_said_again_in_it() -> None:
    found = pick(
        "rope", [hit(1, "# Document 1\n\nThe rope is old."), hit(2, "Document 2", document_id=2)], 100
    )
    assert [passage.text for passage in found] == ["The rope is old."]


def test_a_document_that_says_nothing_but_its_title_is_shown() -> None:
    assert [passage.text for passage in pick("title", [hit(1, "Document 1")], 100)] == ["Document 1"]


def test_no_hits_no_passages() -> None:
    assert pick("anything", [], 100) == ()


def test_a_sentence_that_two_hits_share_is_shown_whole() -> None:
    document = "The rope of the winch costs 90 euros a metre. It is long."
    hits = [hit(1, document[:24], 0), hit(2, document[15:], 15)]  # the first hit ends within the sentence
    found = pick("rope", hits, 100, {1: document})
    assert found[0].spans[0].text == "The rope of the winch costs 90 euros a metre."


def test_a_page_break_ends_a_sentence_and_the_page_is_the_sentences_own() -> None:
    document = "The first page ends here\fThe second page begins here."
    hits = [hit(1, document[:24], 0, page=4), hit(2, document[25:], 25, page=5)]
    found = pick("page", hits, 100, {1: document})
    assert [(span.page_number, span.text) for span in found[0].spans] == [
        (4, "The first page ends here"),
        (5, "The second page begins here."),
    ]


SENTENCES = ["Rope.", "The winch rope is old.", "It costs 5 euros. "]


@given(
    st.lists(st.lists(st.sampled_from(SENTENCES), min_size=1), min_size=1, max_size=6), st.integers(40, 200)
)
def test_what_the_prompt_shows_never_exceeds_the_budget(texts: list[list[str]], budget: int) -> None:
    hits = [hit(n, " ".join(parts).strip(), document_id=n) for n, parts in enumerate(texts, start=1)]
    found = pick("What does the rope cost?", hits, budget)
    shown = "".join(f"[{passage.number}] {passage.title}\n{passage.text}\n\n" for passage in found)
    assert words(shown) <= budget


def test_the_page_is_named_as_people_call_it() -> None:
    found = pick("rope", [hit(1, "The rope is old.", page=7)], 100)
    assert found[0].spans[0].page_label == "page 7 of 1"


TABLE = "\n".join(
    [
        "| | 2021 | 2020 |",
        *(f"| Line {chr(65 + n)} takings | {n + 10} | {n + 20} |" for n in range(20)),
        "| Ticket sales | 1,234 | 1,100 |",
        *(f"| Pier {chr(65 + n)} fees | {n + 10} | {n + 20} |" for n in range(20)),
    ]
)


def test_a_row_brings_the_heading_of_its_table() -> None:
    found = pick("What were the ticket sales?", [hit(1, TABLE)], 50)
    assert found[0].text.startswith("| | 2021 | 2020 |\n...\n")
    assert "| Ticket sales | 1,234 | 1,100 |" in found[0].text
    assert words(found[0].text) <= 50


def test_the_heading_is_found_above_a_hit_that_begins_within_the_table() -> None:
    start = TABLE.index("| Line T")
    found = pick("What were the ticket sales?", [hit(1, TABLE[start:], start=start)], 50, {1: TABLE})
    assert found[0].spans[0].text == "| | 2021 | 2020 |"
    assert found[0].spans[0].start == 0
    assert "| Ticket sales | 1,234 | 1,100 |" in found[0].text


def test_a_calculation_gets_the_rows_it_is_made_of() -> None:
    table = TABLE.replace("| Pier T fees | 29 | 39 |", "| Fuel for ferries | 310 | 295 |")
    found = pick("What is the ratio of fuel to ticket sales in 2020?", [hit(1, table)], 40)
    assert "| Ticket sales | 1,234 | 1,100 |" in found[0].text
    assert "| Fuel for ferries | 310 | 295 |" in found[0].text


def test_a_sentence_that_goes_on_from_another_brings_it() -> None:
    filler = [f"Filler number {n} says nothing of use at all." for n in range(30)]
    sentences = [*filler, "Anna Berg came in 1880.", "She paid 90 euros for the rope.", *filler]
    found = pick("Who paid for the rope?", [hit(1, " ".join(sentences))], 22)
    assert "Anna Berg came in 1880.\nShe paid 90 euros for the rope." in found[0].text


ROWS = ["| | 2021 | 2020 |", "| Rope | 12 | 9 |", "| Winch rope, old | 5 | 6 |", "It costs more. "]


@given(st.lists(st.lists(st.sampled_from(ROWS), min_size=1), min_size=1, max_size=6), st.integers(40, 200))
def test_headings_and_companions_keep_to_the_budget(texts: list[list[str]], budget: int) -> None:
    hits = [hit(n, "\n".join(parts).strip(), document_id=n) for n, parts in enumerate(texts, start=1)]
    found = pick("What is the change in rope from 2020 to 2021?", hits, budget)
    shown = "".join(f"[{passage.number}] {passage.title}\n{passage.text}\n\n" for passage in found)
    assert words(shown) <= budget


class TestShownBefore:
    HITS = (
        hit(1, "The mill opened in 1889. It burnt down in 1920."),
        hit(2, "The weir was built later, in 1893.", document_id=2),
    )

    def shown(self) -> tuple[Passage, ...]:
        return pick("When did the mill open?", [self.HITS[0]], 30)

    def test_what_was_shown_stays_first_and_new_passages_go_on_counting(self) -> None:
        before = self.shown()
        passages = picking("When was the weir built?", list(self.HITS)).pick_further(30, before)
        assert passages is not None
        assert passages[: len(before)] == before
        assert [passage.number for passage in passages] == [1, 2]
        assert "weir" in passages[1].text

    def test_nothing_is_said_twice(self) -> None:
        before = self.shown()
        assert picking("When did the mill burn?", [self.HITS[0]]).pick_further(30, before) == before

    def test_where_the_best_sentence_does_not_fit_it_had_better_begin_anew(self) -> None:
        before = self.shown()
        assert picking("When was the weir built?", list(self.HITS)).pick_further(3, before) is None

    def test_where_the_best_sentence_was_shown_nothing_more_has_to_fit(self) -> None:
        before = self.shown()
        assert picking("When did the mill open?", list(self.HITS)).pick_further(3, before) == before
