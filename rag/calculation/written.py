"""A line of arithmetic that a model wrote becomes a calculation over cited figures, or is refused."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.calculation.asked import Asked, Operation
from rag.calculation.by_rule import OVER_TIME, RELATIONS, formula, in_one_unit, in_order_of_time
from rag.calculation.expression import Binary, Constant, Expression, ExpressionRefused, Leaf, leaves, parse
from rag.calculation.figures import Figure
from rag.calculation.located import Located
from rag.citations import cited_numbers, without_marks
from rag.terms import content_terms

_RESULT = re.compile(r"\s*(?:=|≈).*")
_QUOTES = re.compile(r"^[`'\"\s]+|[`'\".\s]+$")


def calculation_as_written(
    line: str, asked: Asked, question: str, figures: Sequence[Located], passage_count: int
) -> tuple[Expression, tuple[Located, ...]]:
    """The expression and its operands, in the form that the operation has. Raises ExpressionRefused.

    Every figure must stand in the passages that the line cites, or in any where it cites none, with its sign
    and its scale. An expression of another form than the question asks for is refused; (later, earlier) are
    put in order where their columns say which is which.
    """
    bare = _RESULT.sub("", _QUOTES.sub("", without_marks(line)))
    cited = cited_numbers(line, passage_count)
    tree, written = parse(bare)
    indices = _operands(asked.operation, tree, written)
    near = [figure for figure in figures if not cited or figure.passage.number in cited]
    operands: list[Located] = []
    for index in indices:
        operands.append(_stated(written[index], near, asked, question, operands))
    found = tuple(operands)
    if not in_one_unit(found):
        raise ExpressionRefused("its figures are of different units or scales")
    if asked.operation in OVER_TIME and not asked.periods and not _told_apart(found, question):
        raise ExpressionRefused("the question does not name what tells its figures apart")
    if asked.operation in OVER_TIME and in_order_of_time(found[0], found[1]) is False:
        found = (found[1], found[0])
    if asked.operation is Operation.DIFFERENCE:
        found = tuple(sorted(found, key=lambda operand: -operand.figure.value))
    return formula(asked.operation, found), found


def _told_apart(operands: Sequence[Located], question: str) -> bool:
    """Whether the question names what only one of two rows or columns is called."""
    asked = set(content_terms(question))
    first, second = (set(content_terms(f"{one.label} {one.heading}")) for one in operands)
    return operands[0].table is None or all(only & asked for only in (first - second, second - first))


def _operands(operation: Operation, tree: Expression, written: Sequence[Figure]) -> list[int]:
    """The figures' indices in the formula's order, where the expression has the operation's form."""
    if (
        isinstance(tree, Binary)
        and tree.operator == "*"
        and operation in (Operation.PERCENT_CHANGE, Operation.SHARE)
    ):
        if not (isinstance(tree.right, Leaf) and written[tree.right.index].value == 100):
            raise ExpressionRefused(f"a {operation.value} is no product")
        tree = tree.left
    if operation is Operation.PERCENT_CHANGE:
        match tree:
            case Binary("/", Binary("-", Leaf(later), Leaf(earlier)), Leaf(base)):
                if written[earlier].value == written[base].value:
                    return [later, earlier]
            case Binary("-", Binary("/", Leaf(later), Leaf(earlier)), Leaf(one)):
                if written[one].value == 1:
                    return [later, earlier]
    elif operation in OVER_TIME:
        if isinstance(tree, Binary) and tree.operator == "-" and _are_leaves(tree):
            return list(leaves(tree))
    elif operation in RELATIONS:
        if isinstance(tree, Binary) and tree.operator == "/" and _are_leaves(tree):
            return list(leaves(tree))
    else:
        return _terms_of_sum(operation, tree, written)
    raise ExpressionRefused(f"it has not the form of a {operation.value}")


def _terms_of_sum(operation: Operation, tree: Expression, written: Sequence[Figure]) -> list[int]:
    count = None
    if operation is Operation.AVERAGE:
        match tree:
            case Binary("/", left, Leaf(index)):
                tree, count = left, written[index].value
            case _:
                raise ExpressionRefused("an average ends with a division by how many there are")
    terms = list(leaves(tree))
    if len(terms) < 2 or not _adds(tree) or (count is not None and count != len(terms)):
        raise ExpressionRefused(f"it has not the form of a {operation.value}")
    return terms


def _adds(tree: Expression) -> bool:
    if isinstance(tree, Binary):
        return tree.operator == "+" and _adds(tree.left) and _adds(tree.right)
    return not isinstance(tree, Constant)


def _are_leaves(tree: Binary) -> bool:
    return isinstance(tree.left, Leaf) and isinstance(tree.right, Leaf)


def _stated(
    written: Figure, figures: Sequence[Located], asked: Asked, question: str, before: Sequence[Located]
) -> Located:
    """The figure of the passages that this one is: the one whose place says most of the question."""
    same = [
        figure
        for figure in figures
        if _is_same(written, figure) and figure not in before and _is_of(figure, asked)
    ]
    if not same:
        raise ExpressionRefused(f"{written.text!r} stands in none of the cited passages")
    terms = set(content_terms(question))
    return max(
        same,
        key=lambda one: len(terms & set(content_terms(f"{one.label} {one.heading} {one.section}"))),
    )


def _is_same(written: Figure, stated: Located) -> bool:
    """Equal to the last digit; a figure in brackets may be written without its minus, never the other way."""
    figure = stated.figure
    if written.value != figure.value and written.value != -figure.value:
        return False
    if written.value < 0 < figure.value:
        return False
    scale = figure.scale or stated.scale
    if written.scale and written.scale != scale:
        return False
    return not (written.unit and figure.unit and written.unit != figure.unit)


def _is_of(figure: Located, asked: Asked) -> bool:
    """Whether its column or row is of a year that was asked for, or of the one before; or says none."""
    wanted = {*asked.periods, *(str(int(period) - 1) for period in asked.periods[:1])}
    return not asked.periods or not figure.periods or bool(wanted & set(figure.periods))
