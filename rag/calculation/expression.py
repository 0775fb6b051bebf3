"""Arithmetic as a tree: read from a line, computed in decimals, written as people write it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from rag.calculation.figures import SCALES, Figure, figures_in

Operator = Literal["+", "-", "*", "/"]
_SIGNS: dict[Operator, str] = {"+": "+", "-": "−", "*": "×", "/": "/"}
_OPERATORS: dict[str, Operator] = {
    "+": "+", "-": "-", "–": "-", "−": "-", "*": "*", "×": "*", "x": "*", "/": "/", "÷": "/",
}  # fmt: skip
_DEEPEST = 40
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Leaf:
    """A figure of the documents: its index among the operands, which are counted from left to right."""

    index: int


@dataclass(frozen=True, slots=True)
class Constant:
    """A number of the arithmetic, not of the documents: how many terms there are, 100 for percent."""

    value: int


@dataclass(frozen=True, slots=True)
class Binary:
    """Two expressions put together."""

    operator: Operator
    left: Expression
    right: Expression


Expression = Leaf | Constant | Binary


class ExpressionRefused(ValueError):
    """The line is no arithmetic over figures, or cannot be computed; says why."""


def parse(line: str) -> tuple[Expression, tuple[Figure, ...]]:
    """The expression on a line such as `(1,234 - 1,100) / 1,100`, and its figures. Raises ExpressionRefused.

    A minus right before a figure is the figure's own. Nothing but figures, the four operations, brackets,
    currencies, percent and scales is taken.
    """
    if len(line) > _LONGEST:
        raise ExpressionRefused(f"the line is longer than {_LONGEST} characters")
    parser = _Parser(_tokens(line))
    tree = parser.sum(0)
    if parser.ahead() is not None:
        raise ExpressionRefused(f"{parser.ahead()!r} stands where the expression should end")
    return tree, tuple(parser.figures)


def leaves(expression: Expression) -> Iterator[int]:
    """The operands' indices from left to right, each as often as it stands there."""
    if isinstance(expression, Leaf):
        yield expression.index
    elif isinstance(expression, Binary):
        yield from leaves(expression.left)
        yield from leaves(expression.right)


def compute(expression: Expression, values: Sequence[Decimal]) -> Decimal:
    """What the expression comes to. Raises ExpressionRefused for a division by zero."""
    if isinstance(expression, Leaf):
        return values[expression.index]
    if isinstance(expression, Constant):
        return Decimal(expression.value)
    first, second = compute(expression.left, values), compute(expression.right, values)
    if expression.operator == "/" and second == 0:
        raise ExpressionRefused("it divides by zero")
    return _apply(expression.operator, first, second)


def shown(expression: Expression, written: Sequence[str]) -> str:
    """The expression as people write it, with no more brackets than it needs."""
    return _shown(expression, written)[0]


def _shown(expression: Expression, written: Sequence[str]) -> tuple[str, int]:
    """The text and how tightly it binds: 1 for a sum, 2 for a product, 3 for a number."""
    if isinstance(expression, Leaf):
        return written[expression.index], 3
    if isinstance(expression, Constant):
        return str(expression.value), 3
    binds = 1 if expression.operator in "+-" else 2
    (first, tight), (second, tight_too) = _shown(expression.left, written), _shown(expression.right, written)
    if tight < binds:
        first = f"({first})"
    if tight_too < binds or (tight_too == binds and expression.operator in "-/"):
        second = f"({second})"
    return f"{first} {_SIGNS[expression.operator]} {second}", binds


def _apply(operator: Operator, first: Decimal, second: Decimal) -> Decimal:
    if operator == "+":
        return first + second
    if operator == "-":
        return first - second
    return first * second if operator == "*" else first / second


_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:(?:US|A|C)?[$€£¥]\s?)?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:\s?%)?"
    rf"(?:\s?(?:{'|'.join(SCALES)})s?\b)?)|(?P<sign>[-+*/()–−×÷]|(?<=[\s\d)])x(?=[\s\d(])))\s*"
)


def _tokens(line: str) -> list[str]:
    tokens: list[str] = []
    position = 0
    while position < len(line):
        match = _TOKEN.match(line, position)
        if match is None or match.end() == position:
            raise ExpressionRefused(f"{line[position : position + 20]!r} is no arithmetic")
        tokens.append((match.group("number") or match.group("sign")).strip())
        position = match.end()
    return tokens


class _Parser:
    """Sums of products of numbers and brackets."""

    def __init__(self, tokens: list[str]) -> None:
        self.figures: list[Figure] = []
        self._tokens = tokens
        self._position = 0

    def ahead(self) -> str | None:
        return self._tokens[self._position] if self._position < len(self._tokens) else None

    def sum(self, depth: int) -> Expression:
        return self._chain("+-", lambda: self._chain("*/", lambda: self._part(depth)))

    def _chain(self, operators: str, part: Callable[[], Expression]) -> Expression:
        tree = part()
        while (operator := _OPERATORS.get(self.ahead() or "")) is not None and operator in operators:
            self._position += 1
            tree = Binary(operator, tree, part())
        return tree

    def _part(self, depth: int) -> Expression:
        if depth > _DEEPEST:
            raise ExpressionRefused("its brackets are nested too deep")
        token = self._take()
        if token == "(":  # noqa: S105 - a bracket, not a password
            tree = self.sum(depth + 1)
            if self._take() != ")":
                raise ExpressionRefused("a bracket is not closed")
            return tree
        if _OPERATORS.get(token) == "-":
            following = self._take()
            figure = _figure(following)
            return self._leaf(replace(figure, text=f"-{figure.text}", value=-figure.value))
        return self._leaf(_figure(token))

    def _leaf(self, figure: Figure) -> Leaf:
        self.figures.append(figure)
        return Leaf(len(self.figures) - 1)

    def _take(self) -> str:
        token = self.ahead()
        if token is None:
            raise ExpressionRefused("it ends too early")
        self._position += 1
        return token


def _figure(token: str) -> Figure:
    found = None if token in _OPERATORS else next((figure for _, _, figure in figures_in(token)), None)
    if found is None:
        raise ExpressionRefused(f"{token!r} stands where a figure should be")
    return found
