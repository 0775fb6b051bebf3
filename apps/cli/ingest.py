"""`refdesk ingest` and `refdesk sync`: files become searchable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.boundary import INTERRUPTED, errors_in_words
from apps.cli.context import AsJson, CollectionName, Verbose, opened
from apps.cli.ingest_progress import shown_progress
from apps.cli.interruption import Interruption
from apps.cli.screen import count_of, duration, note, note_from_signal, one_line, write, write_json

if TYPE_CHECKING:
    from ingest.report import FileOutcome, IngestReport

_MOST_SKIPPED_SHOWN = 20

Paths = Annotated[list[str], typer.Argument(metavar="PATH", help="Files and folders.", show_default=False)]
Password = Annotated[
    str | None,
    typer.Option(
        "--password",
        metavar="TEXT",
        envvar="REFDESK_PASSWORD",
        help="For encrypted files; the variable keeps it out of the list of processes.",
    ),
]


def ingest(
    paths: Paths,
    collection: CollectionName = "default",
    password: Password = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Read files and folders into a collection.

    The collection is made if it is new. PDF, DOCX, HTML, Markdown and text are read; folders with all that
    is below them. A file that did not change is skipped, a changed one is replaced. One that cannot be read
    is named with the reason and stops nothing. Ctrl-C ends cleanly: what is done is kept, and the same
    command goes on from there.

    \b
    Examples:
      refdesk ingest ~/Documents/reports
      refdesk ingest contract.pdf notes/ -c work
    """
    _run("ingest", paths, collection, password, as_json, verbose)


def sync(
    paths: Paths,
    collection: CollectionName = "default",
    password: Password = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Like ingest, and forget what is gone from disk.

    Afterwards the collection holds of these folders what is on disk now, no more and no less. What was
    ingested from elsewhere stays.

    \b
    Example:
      refdesk sync ~/Documents/reports -c work
    """
    _run("sync", paths, collection, password, as_json, verbose)


def _run(
    command: str, paths: list[str], collection: str, password: str | None, as_json: bool, verbose: bool
) -> None:
    again = _command_to_go_on(command, paths, collection, password is not None)
    with errors_in_words(as_json, verbose):

        def asked_to_stop() -> None:
            note_from_signal("Stopping after this step, so that nothing is lost. Ctrl-C again stops at once.")

        interruption = Interruption(asked_to_stop)
        try:
            with opened(collection) as documents, interruption, shown_progress() as progress:
                report = documents.ingest(
                    paths,
                    sync=command == "sync",
                    password=password,
                    progress=progress,
                    cancelled=interruption,
                )
        except KeyboardInterrupt:
            note(f"Stopped at once. The collection is whole; to go on: {again}")
            raise
        if as_json:
            write_json({**report.as_json(), "interrupted": report.interrupted})
        else:
            _write_report(report, collection)
        if report.interrupted:
            left = count_of(len(report.left), "file")
            note(f"Stopped with {left} to go. What is done is kept; to go on: {again}")
            raise typer.Exit(INTERRUPTED)
        raise typer.Exit(report.exit_status)


def _write_report(report: IngestReport, collection: str) -> None:
    from ingest.report import OUTCOMES

    seconds = max(report.seconds, 0.001)
    counts = ", ".join(f"{report.count(outcome)} {outcome}" for outcome in OUTCOMES if report.count(outcome))
    write(f"Collection '{collection}': {count_of(len(report.files), 'file')}: {counts or 'nothing to do'}.")
    if report.pages:
        write(
            f"Made searchable: {count_of(report.pages, 'page')} in {count_of(report.chunks, 'chunk')}, "
            f"{duration(seconds)} in all ({report.pages / seconds:.1f} pages/s, "
            f"{report.chunks / seconds:.1f} chunks/s)."
        )
    failed = [file for file in report.files if file.outcome == "failed"]
    skipped = [file for file in report.files if file.outcome == "skipped"]
    noted = [file for file in report.files if file.outcome in {"ingested", "replaced"} and file.reason]
    _write_group("Failed", failed, len(failed))
    _write_group("Skipped", skipped, _MOST_SKIPPED_SHOWN)
    _write_group("Worth knowing", noted, _MOST_SKIPPED_SHOWN)


def _write_group(title: str, files: list[FileOutcome], most: int) -> None:
    if not files:
        return
    write(f"{title}:", bold=True)
    for file in files[:most]:
        write(f"  {one_line(file.path)}: {one_line(file.reason or '')}")
    if len(files) > most:
        write(f"  and {count_of(len(files) - most, 'file')} more; --json lists all")


def _command_to_go_on(command: str, paths: list[str], collection: str, has_password: bool) -> str:
    import shlex

    words = ["refdesk", command, *paths, "-c", collection]
    return shlex.join(words) + (" --password ..." if has_password else "")
