"""`refdesk ingest` and `refdesk sync`: files become searchable."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from apps.cli.boundary import INTERRUPTED, errors_in_words
from apps.cli.context import AsJson, CollectionName, Verbose, can_ask, opened
from apps.cli.ingest_progress import shown_progress
from apps.cli.interruption import Interruption
from apps.cli.screen import count_of, duration, note, note_from_signal, one_line, write, write_json

if TYPE_CHECKING:
    from ingest.progress import Progress
    from ingest.report import FileOutcome, IngestReport
    from rag import Collection

_MOST_SKIPPED_SHOWN = 20

Ocr = Literal["auto", "always", "never"]  # as ingest.loaders.protocol has it, which --help need not import

Paths = Annotated[list[str], typer.Argument(metavar="PATH", help="Files and folders.", show_default=False)]
Passwords = Annotated[
    list[str] | None,
    typer.Option(
        "--password",
        metavar="TEXT",
        envvar="REFDESK_PASSWORD",
        help="For locked files; may be given several times. The variable keeps it out of the list of "
        "processes. Without it, a terminal asks for each locked file at the end.",
    ),
]
Include = Annotated[
    list[str] | None,
    typer.Option(
        "--include",
        metavar="PATTERN",
        help="Of what lies in folders read only this: '*.pdf', 'reports/*'. May be given several times.",
    ),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option("--exclude", metavar="PATTERN", help="Of what lies in folders leave this out."),
]
Recognition = Annotated[
    Ocr,
    typer.Option(
        "--ocr",
        help="Which pages are read from their picture: those without usable text, all, or none.",
    ),
]


@dataclass(frozen=True, slots=True)
class _Order:
    """What one command was told."""

    command: str
    paths: list[str]
    collection: str
    passwords: list[str]
    include: list[str]
    exclude: list[str]
    ocr: Ocr

    def to_go_on(self) -> str:
        """The same command once more, without its passwords."""
        words = ["refdesk", self.command, *self.paths, "-c", self.collection]
        for option, patterns in (("--include", self.include), ("--exclude", self.exclude)):
            for pattern in patterns:
                words += [option, pattern]
        if self.ocr != "auto":
            words += ["--ocr", self.ocr]
        return shlex.join(words) + (" --password ..." if self.passwords else "")


def ingest(
    paths: Paths,
    collection: CollectionName = "default",
    include: Include = None,
    exclude: Exclude = None,
    ocr: Recognition = "auto",
    passwords: Passwords = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Read files and folders into a collection.

    The collection is made if it is new. Office files, PDF and pictures of pages, web pages, e-books, mail,
    notebooks, tables, source code, text and ZIP archives of these are read; folders with all that is below
    them. A file that did not change is skipped, a changed one is replaced. One that cannot be read is named
    with the reason and stops nothing. Ctrl-C ends cleanly: what is done is kept, and the same command goes
    on from there.

    \b
    Examples:
      refdesk ingest ~/Documents/reports
      refdesk ingest contract.pdf notes/ -c work
      refdesk ingest ~/Documents --include '*.pdf' --exclude 'drafts/*'
    """
    _run(
        _Order("ingest", paths, collection, passwords or [], include or [], exclude or [], ocr),
        as_json,
        verbose,
    )


def sync(
    paths: Paths,
    collection: CollectionName = "default",
    include: Include = None,
    exclude: Exclude = None,
    ocr: Recognition = "auto",
    passwords: Passwords = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Like ingest, and forget what is gone from disk.

    Afterwards the collection holds of these folders what is on disk now, no more and no less. A file that
    was only renamed is not read again. What was ingested from elsewhere stays.

    \b
    Example:
      refdesk sync ~/Documents/reports -c work
    """
    _run(
        _Order("sync", paths, collection, passwords or [], include or [], exclude or [], ocr),
        as_json,
        verbose,
    )


def _run(order: _Order, as_json: bool, verbose: bool) -> None:
    again = order.to_go_on()
    with errors_in_words(as_json, verbose):

        def asked_to_stop() -> None:
            note_from_signal("Stopping after this step, so that nothing is lost. Ctrl-C again stops at once.")

        interruption = Interruption(asked_to_stop)
        try:
            with opened(order.collection) as documents, interruption:
                with shown_progress() as progress:
                    report = _ingest(
                        documents,
                        order,
                        order.paths,
                        order.passwords,
                        order.command == "sync",
                        progress,
                        interruption,
                    )
                if not as_json and not report.interrupted:
                    report = _unlocked(documents, order, report, interruption)
        except KeyboardInterrupt:
            note(f"Stopped at once. The collection is whole; to go on: {again}")
            raise
        if as_json:
            write_json({**report.as_json(), "interrupted": report.interrupted})
        else:
            _write_report(report, order.collection)
        if report.interrupted:
            left = count_of(len(report.left), "file")
            note(f"Stopped with {left} to go. What is done is kept; to go on: {again}")
            raise typer.Exit(INTERRUPTED)
        raise typer.Exit(report.exit_status)


def _ingest(
    documents: Collection,
    order: _Order,
    paths: list[str],
    passwords: list[str],
    sync: bool,
    progress: Callable[[Progress], None],
    cancelled: Callable[[], bool],
) -> IngestReport:
    return documents.ingest(
        paths,
        sync=sync,
        include=order.include,
        exclude=order.exclude,
        passwords=passwords,
        ocr=order.ocr,
        progress=progress,
        cancelled=cancelled,
    )


def _unlocked(
    documents: Collection, order: _Order, report: IngestReport, cancelled: Callable[[], bool]
) -> IngestReport:
    """Ask the terminal, if there is one, for the password of each locked file, and read it with that."""
    passwords = list(order.passwords)
    for file in report.files:
        if not file.wants_password or not can_ask():
            continue
        path = _file_on_disk(file.path)
        password = typer.prompt(
            f"Password for {one_line(file.path)} (Enter leaves it out)",
            default="",
            hide_input=True,
            show_default=False,
            err=True,
        )
        if password:
            passwords.insert(0, password)
            with shown_progress() as progress:
                report = report.followed_by(
                    _ingest(documents, order, [path], passwords, False, progress, cancelled)
                )
    return report


def _file_on_disk(path: str) -> str:
    """The file itself, or the archive or mail that holds it."""
    place = Path(path)
    while not place.exists() and place != place.parent:
        place = place.parent
    return str(place)


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
