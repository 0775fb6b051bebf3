"""What was read, in words."""

from __future__ import annotations

import pytest

from rag import Coverage, LeftOut
from rag.reading import listed


@pytest.mark.parametrize(
    ("coverage", "text"),
    [
        (Coverage(12, 12, 341, 341), "From 12 of 12 documents, 341 pages."),
        (Coverage(1, 1, 1, 1), "From 1 of 1 document, 1 page."),
        (
            Coverage(1, 2, 40, 1341, "nearest", (LeftOut("/a/b.pdf", "holds no text"),)),
            "From 1 of 2 documents, 40 of 1,341 pages: those nearest to what was asked. "
            "Not read: b.pdf (holds no text).",
        ),
    ],
)
def test_coverage_is_told_as_a_person_would(coverage: Coverage, text: str) -> None:
    assert coverage.text == text
    assert coverage.is_whole is (coverage.documents == coverage.documents_total)


def test_the_first_of_many_are_named() -> None:
    many = Coverage(1, 21, 1, 21, left_out=tuple(LeftOut(f"{n}.pdf", "holds no text") for n in range(20)))
    assert many.text.endswith("4.pdf (holds no text) and 15 more.")
    assert listed(["a"], 1) == "a"
    assert listed(["a", "b"], 2) == "a and b"
    assert listed(["a", "b", "c"], 3) == "a, b and c"
