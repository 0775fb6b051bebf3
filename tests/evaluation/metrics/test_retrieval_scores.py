"""Retrieval metrics against arithmetic done by hand, and against plain formulas on random rankings."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import pytest

from evaluation.metrics.retrieval import Level, RetrievalScorer, chunk_grade
from evaluation.types import FoundChunk, Gold, Outcome, Question, Retrieval

RANDOM_RANKINGS = 10_000
CUTOFFS = (1, 2, 3, 5, 10, 20)


def hit(document: str, page_number: int = 1, page_end: int | None = None, text: str = "") -> FoundChunk:
    return FoundChunk(0, 0.0, document, page_number, page_end or page_number, text)


def scores(
    level: Level,
    question: Question,
    hits: Sequence[FoundChunk],
    gold_chunk_grades: tuple[int, ...] | None = None,
    cutoffs: Sequence[int] = (1, 5, 10),
) -> dict[str, float]:
    outcome = Outcome(Retrieval(tuple(hits), 0.0, gold_chunk_grades))
    return RetrievalScorer(level, cutoffs).score(question, outcome)


def asked(*gold: Gold, sentences: tuple[str, ...] = ()) -> Question:
    return Question("q", "?", gold=gold, gold_sentences=sentences)


def test_ndcg_gains_the_grade_and_discounts_by_the_logarithm_of_the_rank() -> None:
    question = asked(Gold("a", grade=1), Gold("b", grade=3), Gold("c", grade=2))
    found = scores("document", question, [hit("a"), hit("x"), hit("b")])
    gained = 1 / math.log2(2) + 0 / math.log2(3) + 3 / math.log2(4)
    ideal = 3 / math.log2(2) + 2 / math.log2(3) + 1 / math.log2(4)
    assert found["document.ndcg@10"] == pytest.approx(gained / ideal)
    assert found["document.ndcg@1"] == pytest.approx(1 / 3)


def test_average_precision_divides_by_all_gold() -> None:
    question = asked(Gold("a"), Gold("b"), Gold("c"))
    found = scores("document", question, [hit("a"), hit("x"), hit("b")])
    assert found["document.map@10"] == pytest.approx((1 / 1 + 2 / 3) / 3)
    assert found["document.map@1"] == pytest.approx((1 / 1) / 3)


def test_reciprocal_rank_is_cut() -> None:
    hits = [hit(name) for name in ("u", "v", "w", "x", "y", "a")]
    found = scores("document", asked(Gold("a")), hits)
    assert found["document.mrr@10"] == pytest.approx(1 / 6)
    assert found["document.mrr@5"] == 0.0


def test_recall_precision_and_hit_rate_differ_in_what_they_divide_by() -> None:
    found = scores("document", asked(Gold("a"), Gold("b"), Gold("c")), [hit("a"), hit("x"), hit("b")])
    assert found["document.recall@5"] == pytest.approx(2 / 3)
    assert found["document.precision@5"] == pytest.approx(2 / 5)
    assert found["document.hit@5"] == 1.0


def test_a_document_counts_once_where_it_was_first_found() -> None:
    found = scores("document", asked(Gold("a")), [hit("x", 1), hit("x", 2), hit("x", 3), hit("a", 1)])
    assert found["document.mrr@10"] == 1 / 2


def test_gold_pages_of_a_document_are_one_document_of_the_highest_grade() -> None:
    question = asked(Gold("a", 1, 1), Gold("a", 2, 3), Gold("a", 3, 2), Gold("b", 1, 1))
    found = scores("document", question, [hit("b"), hit("a")])
    assert found["document.recall@1"] == 1 / 2
    assert found["document.ndcg@10"] == pytest.approx((1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3)))


def test_a_chunk_over_pages_counts_as_each_of_them_in_order() -> None:
    found = scores("page", asked(Gold("a", 3), Gold("a", 5)), [hit("a", 2, 4), hit("a", 4, 5)])
    # The pages are 2, 3, 4, 5: the second 4 was there already.
    assert found["page.mrr@10"] == 1 / 2
    assert found["page.map@10"] == pytest.approx((1 / 2 + 2 / 4) / 2)


def test_the_same_page_of_another_document_is_no_gold() -> None:
    assert scores("page", asked(Gold("a", 3)), [hit("b", 3)])["page.hit@10"] == 0.0


def test_documents_are_compared_as_they_are_named() -> None:
    assert scores("document", asked(Gold("a.txt")), [hit("A.txt"), hit("a")])["document.hit@10"] == 0.0


def test_names_that_trec_eval_would_order_otherwise_keep_their_rank() -> None:
    names = ["z", "b", "10", "9", "a"]
    for place, name in enumerate(names, start=1):
        assert scores("document", asked(Gold(name)), [hit(n) for n in names])["document.mrr@10"] == 1 / place


def test_gold_without_a_page_says_nothing_of_pages() -> None:
    assert scores("page", asked(Gold("a")), [hit("a")]) == {}
    found = scores("page", asked(Gold("a"), Gold("b", 1)), [hit("a"), hit("b")])
    assert found["page.mrr@10"] == 1 / 2
    assert found["page.recall@10"] == 1.0


@pytest.mark.parametrize("level", ["document", "page", "chunk"])
def test_without_gold_of_a_grade_above_zero_nothing_is_defined(level: Level) -> None:
    assert scores(level, asked(), [hit("a")], (1,)) == {}
    assert scores(level, asked(Gold("a", 1, 0), Gold("b", 1, -2)), [hit("a")], (1,)) == {}


@pytest.mark.parametrize("level", ["document", "page", "chunk"])
def test_gold_and_no_hits_scores_zero(level: Level) -> None:
    found = scores(level, asked(Gold("a", 1)), [], (1,))
    assert found == {metric.name: 0.0 for metric in RetrievalScorer(level).metrics}


def test_judged_irrelevant_is_no_gold() -> None:
    found = scores(
        "document", asked(Gold("a"), Gold("x", grade=0), Gold("y", grade=-1)), [hit("x"), hit("y")]
    )
    assert found["document.hit@5"] == 0.0
    assert found["document.recall@5"] == 0.0


def test_chunks_are_ranked_against_all_that_hold_gold() -> None:
    question = asked(Gold("a", 1, 1), Gold("b", None, 2))
    found = scores("chunk", question, [hit("x"), hit("b", 7), hit("a", 1)], (2, 2, 1, 1))
    gained = 2 / math.log2(3) + 1 / math.log2(4)
    ideal = 2 / math.log2(2) + 2 / math.log2(3) + 1 / math.log2(4) + 1 / math.log2(5)
    assert found["chunk.ndcg@10"] == pytest.approx(gained / ideal)
    assert found["chunk.recall@10"] == 2 / 4
    assert found["chunk.precision@5"] == 2 / 5


def test_two_chunks_of_a_page_are_two_items() -> None:
    found = scores("chunk", asked(Gold("a", 1)), [hit("a", 1), hit("a", 1)], (1, 1))
    assert found["chunk.recall@1"] == 1 / 2
    assert found["chunk.recall@5"] == 1.0


def test_chunks_that_are_not_judged_have_no_scores() -> None:
    assert scores("chunk", asked(Gold("a", 1)), [hit("a", 1)], None) == {}


def test_gold_of_which_no_chunk_holds_any_scores_zero() -> None:
    assert scores("chunk", asked(Gold("a", 1)), [hit("x")], ())["chunk.recall@10"] == 0.0


def test_a_chunk_has_the_highest_grade_of_the_gold_on_its_pages() -> None:
    question = asked(Gold("a", None, 1), Gold("a", 4, 3), Gold("b", 4, 9))
    assert chunk_grade(question, "a", 3, 4, "") == 3
    assert chunk_grade(question, "a", 5, 9, "") == 1
    assert chunk_grade(question, "c", 4, 4, "") == 0
    assert chunk_grade(question, "A", 4, 4, "") == 0


def test_a_chunk_holds_no_gold_unless_it_holds_a_gold_sentence() -> None:
    question = asked(Gold("a", 1, 2), sentences=("The gate closes at nine.", "Fees are due in May."))
    assert chunk_grade(question, "a", 1, 1, "Rules. The gate\ncloses at nine. And so on.") == 2
    assert chunk_grade(question, "a", 1, 1, "Rules. And so on.") == 0
    assert chunk_grade(question, "b", 1, 1, "The gate closes at nine.") == 0


def test_what_is_judged_irrelevant_has_grade_zero() -> None:
    assert chunk_grade(asked(Gold("a", 1, -1)), "a", 1, 1, "") == 0


# The proof: plain formulas, without a library, over lists of grades.


def plain_formulas(ranked: list[int], gold: list[int], cutoff: int) -> dict[str, float]:
    """`ranked`: the grade of each item found, best first; `gold`: the grades of all items that are gold."""
    best = ranked[:cutoff]
    places = [place for place, grade in enumerate(best, start=1) if grade > 0]
    gained = sum(grade / math.log2(place + 1) for place, grade in enumerate(best, start=1))
    ideal = sum(
        grade / math.log2(place + 1)
        for place, grade in enumerate(sorted(gold, reverse=True)[:cutoff], start=1)
    )
    return {
        "ndcg": gained / ideal,
        "map": sum(sum(p <= place for p in places) / place for place in places) / len(gold),
        "mrr": 1 / places[0] if places else 0.0,
        "recall": len(places) / len(gold),
        "precision": len(places) / cutoff,
        "hit": 1.0 if places else 0.0,
    }


def without_repeats(items: list[tuple[str, int]]) -> list[tuple[str, int]]:
    return [item for place, item in enumerate(items) if item not in items[:place]]


def random_documents(draw: random.Random) -> tuple[Question, list[FoundChunk], list[int], list[int]]:
    grades = {f"d{n}": draw.randint(-1, 3) for n in draw.sample(range(30), draw.randint(1, 8))}
    found = [f"d{draw.randrange(30)}" for _ in range(draw.randint(0, 25))]
    ranked = [max(0, grades.get(name, 0)) for name, _ in without_repeats([(name, 0) for name in found])]
    question = asked(*(Gold(name, draw.choice((None, 1)), grade) for name, grade in grades.items()))
    return question, [hit(name) for name in found], ranked, [grade for grade in grades.values() if grade > 0]


def random_pages(draw: random.Random) -> tuple[Question, list[FoundChunk], list[int], list[int]]:
    pages = [(document, page) for document in "ab" for page in range(1, 9)]
    grades = {page: draw.randint(-1, 3) for page in draw.sample(pages, draw.randint(1, 8))}
    hits = []
    for _ in range(draw.randint(0, 12)):
        page = draw.randint(1, 8)
        hits.append(hit(draw.choice("ab"), page, page + draw.randint(0, 2)))
    items = [(each.document, page) for each in hits for page in range(each.page_number, each.page_end + 1)]
    ranked = [max(0, grades.get(item, 0)) for item in without_repeats(items)]
    question = asked(*(Gold(document, page, grade) for (document, page), grade in grades.items()))
    return question, hits, ranked, [grade for grade in grades.values() if grade > 0]


def random_chunks(draw: random.Random) -> tuple[Question, list[FoundChunk], list[int], list[int]]:
    ranked = [draw.choice((0, 0, 0, 1, 2, 3)) for _ in range(draw.randint(0, 25))]
    missed = [draw.randint(1, 3) for _ in range(draw.randint(0, 5))]
    question = asked(*(Gold("a", page, grade) for page, grade in enumerate([*ranked, *missed], start=1)))
    hits = [hit("a", page) for page in range(1, len(ranked) + 1)]
    return question, hits, ranked, [grade for grade in [*ranked, *missed] if grade > 0]


def test_random_rankings_score_as_the_plain_formulas_say() -> None:
    draw = random.Random(7)
    levels = {"document": random_documents, "page": random_pages, "chunk": random_chunks}
    scorers: dict[str, RetrievalScorer] = {
        "document": RetrievalScorer("document", CUTOFFS),
        "page": RetrievalScorer("page", CUTOFFS),
        "chunk": RetrievalScorer("chunk", CUTOFFS),
    }
    compared = 0
    while compared < RANDOM_RANKINGS:
        level = draw.choice(list(levels))
        question, hits, ranked, gold = levels[level](draw)
        gold_chunk_grades = tuple(draw.sample(gold, len(gold)))
        found = scorers[level].score(question, Outcome(Retrieval(tuple(hits), 0.0, gold_chunk_grades)))
        if not gold:
            assert found == {}
            continue
        expected = {
            f"{level}.{name}@{cutoff}": value
            for cutoff in CUTOFFS
            for name, value in plain_formulas(ranked, gold, cutoff).items()
        }
        assert found.keys() == expected.keys()
        assert max(abs(found[name] - value) for name, value in expected.items()) <= 1e-9, (question, hits)
        compared += 1
