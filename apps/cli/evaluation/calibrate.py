"""`refdesk eval calibrate`: thresholds out of labelled questions, kept with the collection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.boundary import SCHEMA, errors_in_words
from apps.cli.context import AsJson, CollectionName, Verbose, opened
from apps.cli.evaluation.fitting import fit_evidence, fit_fusion, fit_own_state, judge_identity
from apps.cli.evaluation.options import Scoped, Seed
from apps.cli.screen import note, write, write_json
from apps.errors import WrongUse
from apps.settings import settings_from

if TYPE_CHECKING:
    from evaluation.collection_system import CollectionSystem
    from rag import Settings
    from rag.calibration import Calibration, CalibrationName

LabelledSet = Annotated[
    Path | None,
    typer.Argument(
        metavar="SET",
        help="Questions with gold about this collection, some of them unanswerable from it. Without it: show "
        "what the collection is calibrated to.",
        show_default=False,
    ),
]
What = Annotated[
    str,
    typer.Option(
        "--what",
        metavar="refusals|fusion|all",
        help="The evidence, and the model's own state, below which a question is refused; or how the two "
        "ways of searching are weighed.",
    ),
]
MostFalse = Annotated[
    float,
    typer.Option(
        "--max-false-refusals",
        metavar="X",
        min=0.0,
        max=0.5,
        help="The share of answerable questions that may be refused, by evidence and the model's state "
        "together.",
    ),
]
MostRead = Annotated[
    int,
    typer.Option(
        "--read",
        metavar="N",
        min=0,
        help="The model reads the passages of N questions of each kind, drawn by the seed, which takes "
        "seconds each; 0: its state is left as it is.",
    ),
]
Forget = Annotated[bool, typer.Option("--forget", help="Go back to the defaults.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be kept, and keep nothing.")]

_NOTHING_KEPT = "Nothing was changed: --dry-run."


def calibrate(
    question_set: LabelledSet = None,
    collection: CollectionName = "default",
    what: What = "all",
    most_false: MostFalse = 0.05,
    most_read: MostRead = 100,
    scoped: Scoped = False,
    forget: Forget = False,
    dry_run: DryRun = False,
    seed: Seed = 0,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Fit a collection's thresholds to labelled questions about it.

    What is chosen is judged on questions that it was not chosen on. A fusion weight that is not shown to be
    better there than the default is not kept. The values lie with the collection, with their evidence, and
    hold until it is embedded anew.

    \b
    Examples:
      refdesk eval calibrate questions.csv -c work
      refdesk eval calibrate -c work
    """
    with errors_in_words(as_json, verbose):
        from evaluation.calibration import calibrations, forget_calibration, keep
        from evaluation.datasets import drawn, load_question_set
        from evaluation.drafting.set_folder import is_drafted
        from ingest.store.store import Store

        wanted = _wanted(what)
        settings = settings_from()
        with closing(_system(collection, settings)) as system:
            if forget:
                for name in () if dry_run else wanted:
                    forget_calibration(system.store, name)
                write_or_json([], as_json, _NOTHING_KEPT if dry_run else "Forgotten. The defaults hold.")
                return
            if question_set is None:
                found = list(calibrations(system.store, judge_identity(settings) or ""))
                write_or_json(found, as_json, "" if found else "Not calibrated: the defaults hold.")
                return
            asked = load_question_set(question_set)
            chosen: list[Calibration] = []
            failed: list[Exception] = []
            weight = None
            if "dense_weight" in wanted:
                with _told_where_more_is_wanted(failed):
                    weight = fit_fusion(system, asked, scoped, seed)
            if weight is not None:
                chosen.append(weight)
                # What speaks for an answer is then looked for among the hits of that weight.
                settings = replace(settings, retrieval=replace(settings.retrieval, dense_weight=weight.value))
        judge = judge_identity(settings) if "minimum_answerability" in wanted and most_read else None
        if judge is not None and is_drafted(asked.questions):
            wanted.remove("minimum_evidence")
            note(
                "These questions were drafted in words of the documents, and are easier than people's: more "
                "false refusals will come than are allowed here. The evidence is left as it is."
            )
        elif judge is not None:
            most_false /= 2  # both refuse: what is allowed is shared between them
        elif "minimum_answerability" in wanted and most_read:
            note("Nothing tells this model's state, or not with this template: that is left as it is.")
        if "minimum_evidence" in wanted:
            with closing(_system(collection, settings)) as system, _told_where_more_is_wanted(failed):
                chosen.append(fit_evidence(system, asked, most_false, scoped, seed))
        if judge is not None:
            settings = replace(
                settings, answer=replace(settings.answer, minimum_evidence=0.0, minimum_answerability=1.0)
            )
            with closing(_system(collection, settings)) as system, _told_where_more_is_wanted(failed):
                read = drawn(asked, answerable=most_read, unanswerable=most_read, seed=seed)
                chosen.append(fit_own_state(system, read, most_false, scoped, seed, judge))
        if failed and len(failed) == len(wanted) - ("minimum_answerability" in wanted and judge is None):
            raise failed[0]
        for error in failed:
            note(str(error))
        if not dry_run:
            with opened(collection) as documents, Store.open(documents.folder) as store:
                for calibration in chosen:
                    keep(store, calibration)
        write_or_json(chosen, as_json, _NOTHING_KEPT if dry_run else "")


@contextmanager
def _told_where_more_is_wanted(failed: list[Exception]) -> Iterator[None]:
    """What cannot be told from these questions is no error where something else can be."""
    from evaluation.errors import NothingToCalibrate

    try:
        yield
    except NothingToCalibrate as error:
        failed.append(error)


def _system(collection: str, settings: Settings) -> CollectionSystem:
    from evaluation.assembly import build_system
    from rag import open_collection

    return build_system(open_collection(collection, settings))


def write_or_json(found: list[Calibration], as_json: bool, words: str) -> None:
    """The calibrations with their evidence."""
    if as_json:
        listed = [{"name": one.name, "value": one.value, "evidence": dict(one.evidence)} for one in found]
        write_json({"schema": SCHEMA, "calibrations": listed})
        return
    for one in found:
        write(f"{one.name}: {one.value:.4g}", bold=True)
        for name, value in one.evidence.items():
            write(f"  {name}: {value}")
    if words:
        write(words)


def _wanted(what: str) -> list[CalibrationName]:
    known: dict[str, list[CalibrationName]] = {
        "refusals": ["minimum_evidence", "minimum_answerability"],
        "fusion": ["dense_weight"],
        "all": ["minimum_evidence", "minimum_answerability", "dense_weight"],
    }
    if what not in known:
        raise WrongUse(f"--what is refusals, fusion or all, not {what!r}.")
    return known[what]
