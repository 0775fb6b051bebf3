"""The written-down expectations are whole, and a miss of each kind is told."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from ingest.report import FileOutcome, Outcome
from torture.robustness import Expectation, Held, misses_of, plain, read_expectations

EXPECTED = Expectation("a.pdf", ("ingested",), 2, "Zwei Wörter", True, False, "", ())
INGESTED = FileOutcome("/f/a.pdf", "ingested")
HELD = Held(pages=2, recognised=0, text="Hier stehen zwei\nWörter.", found_by_search=True)


def misses(expected: Expectation, first: FileOutcome | None, held: Held | None = HELD) -> list[str]:
    return list(misses_of(expected, first, None, held))


def test_every_expectation_is_sound() -> None:
    expectations = read_expectations()
    assert len({each.file for each in expectations}) == len(expectations) == 267
    for each in expectations:
        assert set(each.outcomes) <= set(get_args(Outcome)), each
        assert "/" not in each.file
        assert len(each.phrase) <= 60
        assert each.reasons or each.outcomes == ("ingested",), each
        assert not each.password or "password" in each.reasons


def test_what_is_expected_is_no_miss() -> None:
    assert misses(EXPECTED, INGESTED) == []


def test_each_miss_is_told() -> None:
    assert misses(EXPECTED, None) == ["not in the report"]
    assert misses(EXPECTED, FileOutcome("/f/a.pdf", "failed", "x")) == ["failed (x), not ingested"]
    assert misses(EXPECTED, INGESTED, None) == ["said to be ingested, and not in the store"]
    assert misses(EXPECTED, INGESTED, replace(HELD, pages=1)) == ["1 pages, not 2"]
    assert misses(EXPECTED, INGESTED, replace(HELD, recognised=1)) == ["1 pages recognised, expected none"]
    assert misses(EXPECTED, INGESTED, replace(HELD, found_by_search=False)) == [
        "a search for 'Zwei Wörter' does not find it"
    ]
    assert "does not stand in its text" in misses(EXPECTED, INGESTED, replace(HELD, text="Nichts"))[0]


def test_a_refusal_must_give_the_expected_reason() -> None:
    empty = replace(EXPECTED, outcomes=("failed",), reasons=("no text", "empty"))
    assert misses(empty, FileOutcome("/f/a.pdf", "failed", "a.pdf holds No Text at all."), None) == []
    assert misses(empty, FileOutcome("/f/a.pdf", "failed", "It is damaged."), None) == [
        "failed for another reason: It is damaged."
    ]


def test_a_protected_file_is_refused_first_and_opened_with_its_password() -> None:
    protected = replace(EXPECTED, password="secret", reasons=("password",))
    refused = FileOutcome("/f/a.pdf", "failed", "a.pdf asks for a password.")
    assert list(misses_of(protected, refused, INGESTED, HELD)) == []
    assert list(misses_of(protected, INGESTED, INGESTED, HELD)) == ["without its password: ingested (None)"]
    assert list(misses_of(protected, refused, refused, HELD)) == [
        "with its password: failed (a.pdf asks for a password.)"
    ]


def test_texts_are_compared_without_spaces_case_and_ligatures() -> None:
    assert plain("E\ufb03cient \u201cOF\u00adFICE\u201d\n\u2013 x") == 'efficient"office"-x'
