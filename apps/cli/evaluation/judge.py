"""`refdesk eval judge`: what a language model is worth as a judge, beside people and without it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from apps.cli.boundary import SCHEMA, errors_in_words
from apps.cli.context import AsJson, Verbose
from apps.cli.evaluation.options import LeastKappa
from apps.cli.evaluation.progress import shown_count
from apps.cli.screen import write, write_json, write_table
from apps.errors import WrongUse
from apps.settings import settings_from

if TYPE_CHECKING:
    from evaluation.agreement import Agreement
    from evaluation.judging.labelled import Half
    from evaluation.judging.measuring import JudgeAgreement, JudgeMeasurement
    from evaluation.judging.types import Way

LabelledSetPath = Annotated[
    Path,
    typer.Argument(
        metavar="SET",
        help="Answers that people judged: a .jsonl file, or a folder with items.jsonl, in one of "
        "the two forms of docs/evaluation.md.",
        show_default=False,
    ),
]
JudgeModel = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="ENGINE",
        envvar="REFDESK_ENGINE",
        help="The judge: any engine that writes text, named as for `refdesk ask`.",
    ),
]
RubricNames = Annotated[
    list[str] | None,
    typer.Option(
        "--rubric",
        metavar="RUBRIC",
        help="A rubric by name, or a .toml file of that name. Repeatable. Without it: all that "
        "people judged by.",
    ),
]
WayOption = Annotated[
    str | None,
    typer.Option(
        "--way",
        metavar="pointwise|pairwise",
        help="Of pairs: score each answer, as `eval run --judge` does, or show both beside each "
        "other, in both orders. Without it: both ways.",
    ),
]
HalfOption = Annotated[
    str, typer.Option("--half", metavar="even|odd", help="The half to report; all is chosen on the other.")
]
Limit = Annotated[
    int | None,
    typer.Option("--limit", metavar="N", min=2, help="Only N items of each half, always the same ones."),
]


def judge(
    labelled_set: LabelledSetPath,
    model: JudgeModel = None,
    rubric: RubricNames = None,
    way: WayOption = None,
    half: HalfOption = "odd",
    limit: Limit = None,
    least_kappa: LeastKappa = 0.4,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Measure how far a language model agrees with people as a judge of answers.

    Beside it stand token F1, ROUGE-L and embedding similarity as judges. Agreement is Cohen's kappa with its
    95% interval. Where a score becomes a verdict is chosen on one half of the set, for each of them, and the
    figures are of the other. They are kept, and stand beside every score of that judge. Stopped, the same
    command goes on where it was.

    \b
    Examples:
      refdesk eval judge labelled.jsonl
      refdesk eval judge labelled.jsonl --model langchain:ollama:qwen3 --rubric correct --limit 50
    """
    with errors_in_words(as_json, verbose):
        from evaluation.assembly import build_judge, opened_likenesses
        from evaluation.judging.labelled import drawn_of_halves, judged_rubrics, load_labelled
        from evaluation.judging.measuring import measure_judge
        from evaluation.judging.rubric_file import load_rubric
        from evaluation.judging.trust import keep_measurement

        reported, asked_way = _half(half), _way(way)
        settings = settings_from(model)
        rubrics = [load_rubric(name) for name in rubric or judged_rubrics(labelled_set)]
        sets = [drawn_of_halves(load_labelled(labelled_set, one.name), limit) for one in rubrics]
        measured = []
        with (
            closing(build_judge(settings.generator.engine)) as built,
            opened_likenesses(settings.ingest.embedder.engine) as likenesses,
        ):
            for one, labelled in zip(rubrics, sets, strict=True):
                for used in (asked_way,) if asked_way else _ways(bool(labelled.pairs)):
                    with shown_count(f"Judging, {one.name}, {used}") as told:
                        measurement = measure_judge(
                            built, one, labelled, likenesses, way=used, half=reported, told=told
                        )
                    measured.append((measurement, keep_measurement(measurement)))
        if as_json:
            write_json(
                {"schema": SCHEMA, "measurements": [_as_json(one, least_kappa) for one, _ in measured]}
            )
            return
        for measurement, kept in measured:
            write_measurement(measurement, least_kappa)
            if not kept:
                write("A measurement on more items is kept already, and stays.")
            write()


def write_measurement(measurement: JudgeMeasurement, least_kappa: float) -> None:
    """A table of all that judge, and what to take from it."""
    from evaluation.judging.trust import verdict_in_words

    write(
        f"{measurement.rubric}, {measurement.way}: {measurement.engine} on {measurement.set_name}", bold=True
    )
    pairs = measurement.judged == "pairs"
    rows = [_row(one, pairs) for one in (measurement.model, *measurement.baselines)]
    if measurement.people is not None:
        people = measurement.people
        rows.append(
            ["a second annotator", *_kappa(people), *([""] if pairs else []), f"{people.share:.1%}", ""]
        )
    plain = ["plain kappa"] if pairs else []
    cut = "margin" if pairs else "threshold"
    write_table(["judge", "kappa", "95% interval", *plain, "agrees", cut], rows)
    what = (
        "quadratic: a tie taken for a preference costs less than the wrong side"
        if pairs
        else "of two verdicts"
    )
    write(
        f"kappa: Cohen's, {what}. Of {measurement.items} items of the {measurement.half} half; chosen on the "
        f"{measurement.chosen_on} of the other. The judge's readings of one answer differ by "
        f"{measurement.spread:.2f} on average."
    )
    if measurement.unread:
        write(f"Left out: {measurement.unread} items of which no verdict could be read.")
    for sentence in verdict_in_words(measurement, least_kappa):
        write(sentence)


def _row(one: JudgeAgreement, pairs: bool) -> list[str]:
    plain = [f"{one.plain.kappa:.2f}"] if pairs else []
    return [one.name, *_kappa(one.kappa), *plain, f"{one.kappa.share:.1%}", f"{one.cut:.3f}"]


def _kappa(agreement: Agreement) -> list[str]:
    return [f"{agreement.kappa:.2f}", f"{agreement.low:.2f} to {agreement.high:.2f}"]


def _as_json(measurement: JudgeMeasurement, least_kappa: float) -> dict[str, object]:
    from dataclasses import asdict

    from evaluation.judging.trust import trust_of, verdict_in_words

    return {
        **asdict(measurement),
        "no_better_than": list(measurement.no_better_than),
        "trusted": trust_of((measurement,), least_kappa).trusted,
        "words": list(verdict_in_words(measurement, least_kappa)),
    }


def _ways(pairs: bool) -> tuple[Way, ...]:
    return ("pairwise", "pointwise") if pairs else ("pointwise",)


def _half(half: str) -> Half:
    if half not in {"even", "odd"}:
        raise WrongUse(f"--half is even or odd, not {half!r}.")
    return cast("Half", half)


def _way(way: str | None) -> Way | None:
    if way not in {None, "pointwise", "pairwise"}:
        raise WrongUse(f"--way is pointwise or pairwise, not {way!r}.")
    return cast("Way | None", way)
