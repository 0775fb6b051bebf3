"""Marks are read back to words in a document, or they are nothing."""

from __future__ import annotations

import pytest

from rag.citations import cite, cited_numbers, keep_valid_marks, standing_ground, without_marks
from rag.types import Passage, Span


def passage(number: int, *sentences: str, page: int = 3) -> Passage:
    spans, start = [], 100
    for sentence in sentences:
        spans.append(Span(start, start + len(sentence), page, f"page {page}", sentence))
        start += len(sentence) + 1
    return Passage(number, 7, "/docs/a.pdf", "A", (), tuple(spans), "\n".join(sentences))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("x [1]", (1,)),
        ("x [2][1]", (2, 1)),
        ("x [1, 3]", (1, 3)),
        ("x [0]", ()),
        ("x [9]", ()),
        ("x [1] y [1]", (1,)),
        ("x [a] (1)", ()),
    ],
)
def test_a_mark_counts_only_within_bounds(text: str, numbers: tuple[int, ...]) -> None:
    assert cited_numbers(text, passage_count=4) == numbers


def test_marks_are_taken_out_of_the_text() -> None:
    assert without_marks("The sum was 5 [1], not 6 [2].") == "The sum was 5, not 6."


def test_marks_that_name_no_passage_do_not_survive() -> None:
    assert keep_valid_marks("Five [1, 9]. Six [0].", passage_count=2) == "Five [1]. Six."


def test_a_citation_quotes_the_closest_sentence_verbatim_with_its_place() -> None:
    source = passage(2, "The club opened in 1889.", "The hall opened in 1901.")
    found = cite("It opened in 1901", "When did the hall open?", source)
    assert found is not None
    assert (found.quote, found.start, found.end) == ("The hall opened in 1901.", 125, 149)
    assert (found.passage_number, found.page_number, found.page_label) == (2, 3, "page 3")


def test_the_question_tells_equal_sentences_apart() -> None:
    source = passage(1, "The club: 1889.", "The hall: 1889.")
    found = cite("1889", "When was the hall built?", source)
    assert found is not None
    assert found.quote == "The hall: 1889."


def test_a_sentence_that_shares_no_word_gets_no_citation() -> None:
    assert cite("Purple elephants", "What colour?", passage(1, "The club opened in 1889.")) is None


def test_a_markless_sentence_stands_only_where_all_its_words_are() -> None:
    passages = [passage(1, "The club opened in 1889."), passage(2, "The hall opened in 1901.")]
    ground = standing_ground("1901", "When did it open?", passages)
    assert ground is not None
    assert ground.number == 2
    assert standing_ground("The hall opened in 1889", "", passages) is None
    assert standing_ground("of the", "", passages) is None


def test_a_yes_is_cited_by_what_was_asked() -> None:
    source = passage(1, "The club opened in 1889.", "Guests may fly on Sundays.")
    assert cite("Yes", "May guests fly?", source) is None
    found = cite("Yes", "May guests fly?", source, by_question=True)
    assert found is not None
    assert found.quote == "Guests may fly on Sundays."
