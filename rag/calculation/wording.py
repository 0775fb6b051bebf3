"""A calculation becomes a number as people write it, and a sentence that shows the arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from rag.calculation.asked import Asked, Operation
from rag.calculation.by_rule import OVER_TIME, RELATIONS
from rag.calculation.expression import Expression, compute, shown
from rag.calculation.located import Located
from rag.citations import citation_of
from rag.neutralising.invisible import without_invisible
from rag.neutralising.markup import as_plain_text
from rag.neutralising.passage import acts
from rag.types import Calculation, Operand, Sentence, Verdict

_DECIMALS = 2
_IN_PERCENT = frozenset({Operation.PERCENT_CHANGE, Operation.SHARE})
#: Of a number as small as 0.004 two decimals would show nothing.
_LEAST_DIGITS = 2
_MOST_DECIMALS = 6


def calculated_sentence(asked: Asked, expression: Expression, operands: Sequence[Located]) -> Sentence:
    """The sentence that says the result, with a citation for each figure. Raises ExpressionRefused."""
    result = compute(expression, [operand.figure.value for operand in operands])
    percent = asked.operation in _IN_PERCENT or (asked.operation is Operation.RATIO and asked.in_percent)
    if percent:
        result *= 100
    said = _said(result, asked, operands, percent)
    arithmetic = shown(expression, [operand.figure.text for operand in operands])
    citations = [citation_of(operand.passage, operand.span) for operand in operands]
    return Sentence(
        text=f"{_statement(asked, operands, said)} ({arithmetic}).",
        citations=tuple(dict.fromkeys(citations)),
        verdict=Verdict.SUPPORTED,
        support=1.0,
        rests_on=citations[0],
        calculation=Calculation(
            operation=asked.operation.value,
            expression=arithmetic,
            operands=tuple(
                Operand(operand.figure.text, operand.figure.value, citation)
                for operand, citation in zip(operands, citations, strict=True)
            ),
            result=result,
            shown=said,
        ),
    )


def _said(result: Decimal, asked: Asked, operands: Sequence[Located], percent: bool) -> str:
    number = _rounded(result, asked.decimals)
    if percent:
        return f"{number}%"
    if asked.operation is Operation.TIMES:
        return f"{number} times"
    if asked.operation is Operation.RATIO:
        return number
    unit = next((operand.figure.unit for operand in operands if operand.figure.unit), "")
    scale = operands[0].figure.scale or operands[0].scale
    if unit == "%":
        return f"{number}%" if asked.operation not in OVER_TIME else f"{number} percentage points"
    sign, digits = ("-", number[1:]) if number.startswith("-") else ("", number)
    return f"{sign}{unit}{digits}{f' {scale}' if scale else ''}"


def _rounded(value: Decimal, decimals: int | None) -> str:
    """With thousands separated; two decimals, without zeros at the end, where the question says nothing."""
    places = _DECIMALS if decimals is None else decimals
    while (
        decimals is None
        and value
        and places < _MOST_DECIMALS
        and abs(value) * 10**places < 10 ** (_LEAST_DIGITS - 1)
    ):
        places += 1
    number = f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,f}"
    if decimals is None and "." in number:
        number = number.rstrip("0").rstrip(".")
    return "0" if number in ("-0", "") else number


def _statement(asked: Asked, operands: Sequence[Located], said: str) -> str:
    operation, names = asked.operation, [_name(operand) for operand in operands]
    if operation in RELATIONS and all(names) and names[0] != names[1]:
        if said.endswith("%"):
            return f"{names[0]} is {said} of {names[1]}"
        if operation is Operation.RATIO:
            return f"The ratio of {names[0]} to {names[1]} is {said}"
    one = names[0] if names[0] and len({name.lower() for name in names}) == 1 else ""
    over = _over(operands)
    moved = operation in (Operation.PERCENT_CHANGE, Operation.CHANGE) and one and over
    if moved and all(operand.figure.value >= 0 for operand in operands) and said not in ("0", "0%"):
        return f"{one} {'fell' if said.startswith('-') else 'rose'} by {said.removeprefix('-')} {over}"
    kind = {Operation.CHANGE: "change in", Operation.PERCENT_CHANGE: "percentage change in"}.get(
        operation, f"{operation.value} {'in' if operation is Operation.DIFFERENCE else 'of'}"
    )
    about = f" {one}" if one else ""
    return f"The {kind if one else operation.value}{about}{f' {over}' if over and one else ''} is {said}"


def _name(operand: Located) -> str:
    """What the figure's row is called; nothing where it stands in prose or in a row of a year."""
    worded = any(character.isalpha() for character in operand.label)
    if operand.table is None or not worded or acts(operand.label):
        return ""
    return as_plain_text(without_invisible(operand.label)).strip(" :|")


def _over(operands: Sequence[Located]) -> str:
    periods = sorted({operand.periods[0] for operand in operands if len(operand.periods) == 1})
    return f"from {periods[0]} to {periods[-1]}" if len(periods) == len(operands) > 1 else ""
