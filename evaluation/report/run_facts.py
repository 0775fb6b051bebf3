"""What made a run, in tables: side by side where there are two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evaluation.report.blocks import Block, Body, Cell, Column, Command, Fold, Paragraph, Table, Term, Terms
from evaluation.report.characters import clipped, one_line
from evaluation.report.figures import NONE, count_of
from evaluation.types import Manifest, Row, Run

_LONGEST_FACT = 600


def measured_blocks(run: Run) -> tuple[Block, ...]:
    """The set, the seed and the time; what else there was; folded away, what decides the outcomes."""
    manifest = run.manifest
    terms = Terms(
        (
            Term("Question set", manifest.question_set),
            Term("Questions", f"{len(run.rows):,} of {manifest.question_count:,}"),
            Term("Seed", str(manifest.seed)),
            Term("Started", f"{manifest.started_at} (UTC)"),
        )
    )
    decisive = _facts(
        "What decides the outcomes: settings, models, collection, code, versions", manifest.facts
    )
    return (
        terms,
        *_facts("What else there was: machine, command", manifest.surroundings),
        *(
            (Fold(f"{count_of(len(manifest.facts), 'fact')} that decide the outcomes", decisive),)
            if decisive
            else ()
        ),
    )


def difference_blocks(first: Manifest, second: Manifest) -> tuple[Block, ...]:
    """The facts that are not equal, side by side; the equal ones are folded away."""
    sides = [{**_own_facts(manifest), **manifest.facts} for manifest in (first, second)]
    around = [dict(manifest.surroundings) for manifest in (first, second)]
    names = (first.name, second.name)
    blocks: list[Block] = []
    if differing := _unequal(*sides):
        blocks.append(_beside("What decides the outcomes and is not equal", names, differing))
    else:
        blocks.append(
            Paragraph("Nothing that decides the outcomes differs: the runs ask the same of the same.")
        )
    if surroundings := _unequal(*around):
        blocks.append(_beside("What else is not equal (it can change times)", names, surroundings))
    equal = {name: value for name, value in sides[0].items() if sides[1].get(name) == value}
    if equal:
        title = f"{count_of(len(equal), 'fact')} equal in both"
        blocks.append(Fold(title, _facts("Equal in both runs", equal)))
    return tuple(blocks)


def reproduce_blocks(command: str, manifests: Sequence[Manifest]) -> tuple[Block, ...]:
    """The command, and what must be equal for the same numbers to come out."""
    rows = tuple(
        (
            Cell(manifest.name),
            Cell(manifest.question_set),
            Cell(str(manifest.seed)),
            Cell(manifest.fingerprint),
            Cell(manifest.question_set_sha256),
        )
        for manifest in manifests
    )
    columns = tuple(
        Column(title) for title in ("Run", "Question set", "Seed", "Fingerprint", "Question set's SHA-256")
    )
    return (
        Command(command),
        Paragraph(
            "A run with the same fingerprint asks the same questions of the same system. Outcomes and scores "
            "are then comparable; times also need the same machine, with nothing else to do."
        ),
        Table("What must be equal", columns, (Body(rows),)),
    )


def row_warnings(run: Run) -> tuple[str, ...]:
    """What is missing from a run, what went wrong in it, and which times are old."""
    name, count = one_line(run.manifest.name), len(run.rows)
    found = []
    if not run.is_whole:
        wanted = count_of(run.manifest.question_count, "question")
        found.append(f"{name} is not whole: {count:,} of {wanted} have a row.")
    if errors := len(error_rows(run)):
        found.append(f"{name}: {count_of(errors, 'question')} of {count:,} ended in an error.")
    if cached := sum(row.outcome.cached for row in run.rows):
        found.append(
            f"{name}: {count_of(cached, 'question')} of {count:,} came from a cache. Their times are of the "
            "earlier, equal call, not of this run."
        )
    return tuple(found)


def error_rows(run: Run) -> tuple[Row, ...]:
    return tuple(row for row in run.rows if row.outcome.error is not None)


def _own_facts(manifest: Manifest) -> dict[str, str]:
    """What a manifest holds beside its facts and decides outcomes too."""
    return {
        "question set": manifest.question_set,
        "question set's SHA-256": manifest.question_set_sha256,
        "seed": str(manifest.seed),
    }


def _unequal(first: Mapping[str, str], second: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    names = list(dict.fromkeys([*first, *second]))
    return {
        name: (first.get(name, NONE), second.get(name, NONE))
        for name in names
        if first.get(name) != second.get(name)
    }


def _beside(caption: str, names: tuple[str, str], facts: Mapping[str, tuple[str, str]]) -> Table:
    rows = tuple((Cell(name), _fact(values[0]), _fact(values[1])) for name, values in facts.items())
    return Table(caption, (Column("Fact"), *(Column(name) for name in names)), (Body(rows),))


def _facts(caption: str, facts: Mapping[str, str]) -> tuple[Table, ...]:
    if not facts:
        return ()
    rows = tuple((Cell(name), _fact(value)) for name, value in facts.items())
    return (Table(caption, (Column("Fact"), Column("Value")), (Body(rows),)),)


def _fact(value: str) -> Cell:
    return Cell(clipped(value, _LONGEST_FACT))
