"""The operands of a calculation, found in tables by what the rows and columns are called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.calculation.asked import Asked, Operation, without_periods
from rag.calculation.expression import Binary, Constant, Expression, Leaf
from rag.calculation.located import Located, without_dates
from rag.terms import stem

#: How much of what is asked for and of what the row and column say must be the same; see `_likeness`.
_LEAST_LIKENESS = 0.65
_AS_GOOD = 0.02
_FOUND_ELSEWHERE = 0.1
_CHANGES = re.compile(r"\b(?:change|variance|increase|decrease|inc|dec|growth|vs)\b|[+/]-", re.IGNORECASE)
_OF_PERCENT = re.compile(r"%|\b(?:percent\w*|rates?|margins?|yield|ratio)\b", re.IGNORECASE)
_WORD = re.compile(r"\w+")
#: Words that tell no row from another; "other", "before" and "total" do.
_LITTLE_WORDS = frozenset(
    "a an and are as at by did do does for from has have how in is it its of on or that the their there "
    "these this those to was were what which with between amount amounts value annual nominal respective "
    "compared year".split()
)
#: What goes out: documents write such figures in brackets, and people mean them without the minus.
_OUTFLOW = re.compile(
    r"\b(?:expens\w*|costs?|used|depreciation|amorti[sz]ation|charges?|paid|payments?|purchases?|dividends?)\b",
    re.I,
)
#: Operations over two periods, the later first, and over two things, the dividend first.
OVER_TIME = frozenset({Operation.PERCENT_CHANGE, Operation.CHANGE, Operation.DIFFERENCE})
RELATIONS = frozenset({Operation.RATIO, Operation.SHARE, Operation.TIMES})
_FIRST, _SECOND = Leaf(0), Leaf(1)


def calculation_by_rule(
    asked: Asked, figures: Sequence[Located]
) -> tuple[Expression, tuple[Located, ...]] | None:
    """The expression and its operands; None where the tables leave a doubt."""
    cells = [cell for cell in figures if cell.table is not None and not _CHANGES.search(cell.heading)]
    operands = _operands(asked, cells)
    if operands is None or "difference" in asked.items[0]:  # a calculation over calculations
        return None
    if asked.operation in (Operation.SUM, Operation.AVERAGE):
        operands = _magnitudes(operands)
    elif asked.operation in RELATIONS:
        operands = tuple(cell for operand in operands for cell in _magnitudes((operand,)))
    return (formula(asked.operation, operands), operands) if in_one_unit(operands) else None


def in_one_unit(operands: Sequence[Located]) -> bool:
    """Whether figures can be put together as they are: one scale, and no two units."""
    scales = {operand.figure.scale or operand.scale for operand in operands}
    units = {operand.figure.unit for operand in operands if operand.figure.unit}
    return len(scales) == 1 and len(units) <= 1


def formula(operation: Operation, operands: Sequence[Located]) -> Expression:
    """The operation over its operands: (later, earlier) of a change, (dividend, divisor) of a ratio."""
    if operation is Operation.PERCENT_CHANGE:
        return Binary("/", Binary("-", _FIRST, _SECOND), _SECOND)
    if operation in OVER_TIME:
        return Binary("-", _FIRST, _SECOND)
    if operation in RELATIONS:
        return Binary("/", _FIRST, _SECOND)
    total: Expression = _FIRST
    for index in range(1, len(operands)):
        total = Binary("+", total, Leaf(index))
    return Binary("/", total, Constant(len(operands))) if operation is Operation.AVERAGE else total


def in_order_of_time(later: Located, earlier: Located) -> bool | None:
    """Whether the first is of a later year than the second; None where their places do not say."""
    first, second = later.periods, earlier.periods
    if len(first) != 1 or len(second) != 1 or first == second:
        return None
    return int(first[0]) > int(second[0])


def _operands(asked: Asked, cells: Sequence[Located]) -> tuple[Located, ...] | None:
    if len(asked.items) == 2 and asked.operation in (Operation.RATIO, Operation.SHARE):
        return _of_items(asked.items, asked.periods, cells)
    if not asked.items:
        return None
    if len(asked.periods) > 1:
        return _of_periods(asked, asked.periods, cells)
    if asked.operation is Operation.PERCENT_CHANGE and len(asked.periods) == 1:
        return _of_periods(asked, (str(int(asked.periods[0]) - 1), asked.periods[0]), cells)
    between = _between(asked, cells)
    if between is not None or asked.periods:
        return between
    return _of_all_periods(asked, cells)


def _of_periods(
    asked: Asked, periods: tuple[str, ...], cells: Sequence[Located]
) -> tuple[Located, ...] | None:
    """One thing in several years: all in one row, or in one column."""
    wanted = sorted(periods)
    if asked.operation in OVER_TIME:
        wanted = [wanted[-1], wanted[0]]
    found = [_find(asked.items[0], period, cells) for period in wanted]
    operands = tuple(cell for cell in found if cell is not None)
    if len(operands) < len(found) or not _belong_together(operands, cells):
        return None
    return _larger_first(operands) if asked.operation is Operation.DIFFERENCE else operands


def _belong_together(operands: Sequence[Located], cells: Sequence[Located]) -> bool:
    """Whether all have the same name in one table, years left out; so their columns where they must."""
    if len({(cell.table, frozenset(_terms(cell.label))) for cell in operands}) > 1:
        return False
    if len({frozenset(_terms(cell.heading)) for cell in operands}) == 1:
        return True
    rows = {(cell.table, cell.row) for cell in operands}
    periods = [cell.periods for cell in cells if (cell.table, cell.row) in rows]
    return len(rows) == 1 and len(set(periods)) == len(periods)


def _larger_first(pair: tuple[Located, ...]) -> tuple[Located, ...]:
    return tuple(sorted(pair, key=lambda cell: -cell.figure.value))


def _magnitudes(cells: tuple[Located, ...]) -> tuple[Located, ...]:
    """What goes out, without the brackets that say so."""
    if not all(cell.figure.value < 0 and _OUTFLOW.search(cell.label) for cell in cells):
        return cells
    return tuple(
        replace(
            cell, figure=replace(cell.figure, text=cell.figure.text.strip("()-–− "), value=-cell.figure.value)
        )
        for cell in cells
    )


def _of_all_periods(asked: Asked, cells: Sequence[Located]) -> tuple[Located, ...] | None:
    """The question names no year: all years of the row, exactly two for a change."""
    dated = sorted({cell.periods[0] for cell in cells if len(cell.periods) == 1})
    if len(dated) < 2 or (asked.operation in OVER_TIME and len(dated) != 2):
        return None
    return _of_periods(asked, tuple(dated), cells)


def _of_items(
    items: Sequence[str], periods: tuple[str, ...], cells: Sequence[Located], common: str = ""
) -> tuple[Located, ...] | None:
    """Different things in one year, each found beyond doubt and none twice."""
    if len(periods) > 1:
        return None
    period = periods[0] if periods else None
    found = [_find(item, period, cells, common) for item in items]
    operands = tuple(cell for cell in found if cell is not None)
    if len(operands) < len(found) or len({(cell.table, cell.row, cell.column) for cell in operands}) < len(
        found
    ):
        return None
    if len({cell.periods for cell in operands}) > 1 or len({cell.table for cell in operands}) > 1:
        return None
    return operands


def _between(asked: Asked, cells: Sequence[Located]) -> tuple[Located, ...] | None:
    """Things that the question lists: "the difference in sales between A and B", "the sum of A, B and C"."""
    if asked.operation not in (Operation.DIFFERENCE, Operation.SUM):
        return None
    common, _, listed = asked.items[0].rpartition("between ")
    for parts in _splits(listed):
        found = _of_items(parts, asked.periods, cells, common)
        if found is not None:
            return _larger_first(found) if asked.operation is Operation.DIFFERENCE else found
    return None


def _splits(listed: str) -> Iterator[list[str]]:
    """The ways to read "A and B and C" as a list: what is called "A and B" may be one thing."""
    parts = [part for part in re.split(r",\s*(?:and\s)?|\sand\s", listed) if part.strip()]
    if len(parts) > 2 and "," in listed:
        yield parts
    ands = [match.span() for match in re.finditer(r"\sand\s", listed)]
    for start, end in ands:
        yield [listed[:start], listed[end:]]


def _find(item: str, period: str | None, cells: Sequence[Located], common: str = "") -> Located | None:
    """The one cell that the item names best; None where none is near enough or two are as near."""
    wanted, shared = _terms(item), _terms(common)
    allowed = [cell for cell in cells if _is_of(cell, period, cells)]
    if not wanted or not allowed:
        return None
    scored = [(_likeness(wanted, shared, cell), cell) for cell in allowed]
    best = max(score for score, _ in scored)
    if best < _LEAST_LIKENESS:
        return None
    near = [cell for score, cell in scored if score >= best - _AS_GOOD]
    asks_percent = _OF_PERCENT.search(item) is not None
    near = [cell for cell in near if (cell.figure.unit == "%") == asks_percent] or near
    # The same figure in several places is one: the best passage's comes first.
    return near[0] if len({cell.figure.value for cell in near}) == 1 else None


def _is_of(cell: Located, period: str | None, cells: Sequence[Located]) -> bool:
    if period is None:
        return True
    if cell.periods:
        return cell.periods == (period,)
    return not any(other.periods for other in cells)


def _likeness(wanted: set[str], shared: set[str], cell: Located) -> float:
    """How much the item is what the row is called, or else the column: 2 |A ∩ B| / (|A| + |B|) (Dice).

    Words of the item that the other of the two or the title above says are found there, and count a little.
    `shared` words stand for all items of a list: they count where the cell has them.
    """
    label, heading, section = _terms(cell.label), _terms(cell.heading), _terms(cell.section)
    asked = wanted | (shared & (label | heading | section))
    if not wanted & (label | heading):
        return 0.0
    return max(_dice(asked, label, heading | section), _dice(asked, heading, label | section))


def _dice(asked: set[str], name: set[str], beside: set[str]) -> float:
    if not asked & name:
        return 0.0
    elsewhere = asked & (beside - name)
    left = asked - elsewhere
    return 2 * len(name & left) / (len(name) + len(left)) + _FOUND_ELSEWHERE * len(elsewhere) / len(asked)


def _terms(text: str) -> set[str]:
    words = _WORD.findall(without_dates(without_periods(text)).lower())
    return {stem(word) for word in words if word not in _LITTLE_WORDS}
