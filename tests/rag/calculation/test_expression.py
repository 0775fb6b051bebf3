"""Arithmetic is read, computed in decimals and written; anything else is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.calculation.expression import ExpressionRefused, compute, parse, shown
from rag.calculation.figures import figures_in, stated_scale, whole_figure


def value(line: str) -> Decimal:
    tree, figures = parse(line)
    return compute(tree, [figure.value for figure in figures])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("1,234 - 1,100", Decimal("134")),
        ("(410 - 395) / 395 * 100", Decimal(15) / Decimal(395) * 100),
        ("2 + 3 * 4", Decimal(14)),
        ("10 - 3 - 2", Decimal(5)),
        ("-5 - (-3)", Decimal(-2)),
        ("$0.1 + $0.2", Decimal("0.3")),
        ("12 − 4 ÷ 2", Decimal(10)),
    ],
)
def test_an_expression_is_computed(line: str, expected: Decimal) -> None:
    assert value(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "",
        "none",
        "2 ** 8",
        "1 +",
        "(1 + 2",
        "1 2",
        "__import__('os')",
        "1 / 0",
        "9" * 500,
        "(" * 60 + "1" + ")" * 60,
    ],
)
def test_anything_else_is_refused(line: str) -> None:
    with pytest.raises(ExpressionRefused):
        value(line)


@given(st.text(alphabet="0123456789.,+-*/()% $x", max_size=40))
def test_no_line_does_worse_than_be_refused(line: str) -> None:
    try:
        found = value(line)
    except ExpressionRefused:
        return
    assert Decimal(found).is_finite()


def test_it_is_written_with_the_brackets_it_needs() -> None:
    tree, figures = parse("((1,234 - 1,100)) / (1,100)")
    assert shown(tree, [figure.text for figure in figures]) == "(1,234 − 1,100) / 1,100"
    tree, figures = parse("10 - (3 - 2)")
    assert shown(tree, [figure.text for figure in figures]) == "10 − (3 − 2)"


@pytest.mark.parametrize(
    ("text", "expected", "unit", "scale"),
    [
        ("(1,234)", "-1234", "", ""),
        ("$ (426)", "-426", "$", ""),
        ("(4.1)%", "-4.1", "%", ""),
        ("1,234 (1)", "1234", "", ""),
        ("$5.2 million", "5.2", "$", "million"),
    ],
)
def test_a_figure_has_its_sign_unit_and_scale(text: str, expected: str, unit: str, scale: str) -> None:
    figure = whole_figure(text)
    assert figure is not None
    assert (figure.value, figure.unit, figure.scale) == (Decimal(expected), unit, scale)


@pytest.mark.parametrize("text", ["December 31, 2019", "63 bps", "—", "about 5"])
def test_what_holds_more_than_a_figure_is_none(text: str) -> None:
    assert whole_figure(text) is None


def test_figures_of_prose() -> None:
    found = [figure.value for _, _, figure in figures_in("It rose 5.0% (from 3.2%) to $8.7 billion in A4.")]
    assert found == [Decimal("5.0"), Decimal("3.2"), Decimal("8.7")]


def test_the_scale_of_a_table() -> None:
    assert stated_scale("(in thousands, except per share)") == "thousand"
    assert stated_scale("Ticket sales") == ""
