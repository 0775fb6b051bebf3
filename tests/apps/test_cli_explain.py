"""Searches that explain themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.apps.conftest import Refdesk


def test_a_search_explains_itself(refdesk: Refdesk, filled: Path) -> None:
    said = refdesk("search", "What is the annual fee?", "--explain").stdout
    assert "by meaning (rank 1, cosine " in said
    assert "words of the question here: annual, fee; not here: none" in said
    assert "above the next by" in said
    hits = refdesk("search", "What is the annual fee?", "--explain", "--json").json()["hits"]
    parts = hits[0]["explanation"]["contributions"]
    assert round(parts["meaning"] + parts["words"] + parts["name"], 6) == hits[0]["score"]
    assert hits[0]["explanation"]["shared_words"] == ["annual", "fee"]
    assert "explanation" not in refdesk("search", "What is the annual fee?", "--json").json()["hits"][0]


def test_a_search_says_why_a_page_is_not_found(refdesk: Refdesk, filled: Path) -> None:
    arguments = ("search", "What is the annual fee?", "-k", "1", "--why-not", "fees.md", "--page", "2")
    said = refdesk(*arguments).stdout
    assert "The best of fees.md, page 2 stands at rank" in said
    assert "by words, BM25:" in said
    missed = refdesk(*arguments, "--json").json()["why_not"]
    assert missed["best"]["page"] == 2
    assert missed["rank"] > 1


def test_a_page_needs_its_document(refdesk: Refdesk, filled: Path) -> None:
    assert refdesk("search", "fee", "--page", "2").exit_code == 2
    said = refdesk("search", "fee", "--why-not", "nothing.pdf")
    assert (said.exit_code, "nothing.pdf" in said.stderr) == (2, True)


def test_a_reranker_decides_and_is_explained(refdesk: Refdesk, filled: Path) -> None:
    arguments = ("search", "What is the annual fee?", "--reranker", "shared-words", "--explain")
    said = refdesk(*arguments).stdout
    assert "+ 1.000 by the reranker (rank 1, its score 1.000)" in said
    best = refdesk(*arguments, "--json").json()["hits"][0]
    assert best["score"] == 1.0
    assert best["explanation"]["reranked"] == {"rank": 1, "score": 1.0}
    assert best["explanation"]["contributions"] == {"meaning": 0, "words": 0, "name": 0, "reranking": 1.0}


def test_a_reranker_that_is_not_there_is_wrong_use(refdesk: Refdesk, filled: Path) -> None:
    said = refdesk("search", "fee", "--reranker", str(filled / "nowhere"))
    assert (said.exit_code, "There is no model at" in said.stderr) == (2, True)


def test_the_environment_names_a_reranker(
    refdesk: Refdesk, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFDESK_RERANKER", "shared-words")
    hits = refdesk("search", "annual fee", "--explain", "--json").json()["hits"]
    assert hits[0]["explanation"]["reranked"]["rank"] == 1
    assert refdesk("ask", "What is the annual fee?", "--json").exit_code == 0
