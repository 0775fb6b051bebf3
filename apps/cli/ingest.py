"""`refdesk ingest` and `refdesk sync`: files become searchable."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from apps.cli.boundary import INTERRUPTED, errors_in_words
from apps.cli.context import PASSWORD_VARIABLE, AsJson, CollectionName, Verbose, opened
from apps.cli.embedder_options import CollectionEmbedder, DocumentPrefix, QueryPrefix
from apps.cli.ingest_progress import shown_progress
from apps.cli.ingest_report import write_report
from apps.cli.interruption import Interruption
from apps.cli.screen import count_of, note, note_from_signal, write_json
from apps.cli.unlocking import Unlocking
from apps.errors import WrongUse

if TYPE_CHECKING:
    from ingest.report import IngestReport

Ocr = Literal["auto", "always", "never"]  # as ingest.loaders.protocol has it, which --help need not import

Paths = Annotated[list[str], typer.Argument(metavar="PATH", help="Files and folders.", show_default=False)]
Passwords = Annotated[
    list[str] | None,
    typer.Option(
        "--password",
        metavar="TEXT",
        help=f"For locked files; may be given several times. {PASSWORD_VARIABLE} holds one more, kept out "
        "of the list of processes. Where none fits, a terminal asks at the end.",
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
    embedder: str | None
    query_prefix: str | None
    document_prefix: str | None

    def to_go_on(self) -> str:
        """The same command once more, without its passwords."""
        words = ["refdesk", self.command, *self.paths, "-c", self.collection]
        for option, patterns in (("--include", self.include), ("--exclude", self.exclude)):
            for pattern in patterns:
                words += [option, pattern]
        if self.ocr != "auto":
            words += ["--ocr", self.ocr]
        for option, value in (
            ("--embedder", self.embedder),
            ("--query-prefix", self.query_prefix),
            ("--document-prefix", self.document_prefix),
        ):
            if value is not None:
                words += [option, value]
        return shlex.join(words) + (" --password ..." if self.passwords else "")


def ingest(
    paths: Paths,
    collection: CollectionName = "default",
    include: Include = None,
    exclude: Exclude = None,
    ocr: Recognition = "auto",
    passwords: Passwords = None,
    embedder: CollectionEmbedder = None,
    query_prefix: QueryPrefix = None,
    document_prefix: DocumentPrefix = None,
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
      refdesk ingest ~/Dokumente -c german --embedder ~/models/paraphrase-multilingual-MiniLM-L12-v2
    """
    _run(
        _Order(
            "ingest",
            paths,
            collection,
            passwords or [],
            include or [],
            exclude or [],
            ocr,
            embedder,
            query_prefix,
            document_prefix,
        ),
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
    embedder: CollectionEmbedder = None,
    query_prefix: QueryPrefix = None,
    document_prefix: DocumentPrefix = None,
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
        _Order(
            "sync",
            paths,
            collection,
            passwords or [],
            include or [],
            exclude or [],
            ocr,
            embedder,
            query_prefix,
            document_prefix,
        ),
        as_json,
        verbose,
    )


def _run(order: _Order, as_json: bool, verbose: bool) -> None:
    again = order.to_go_on()
    with errors_in_words(as_json, verbose):
        from apps.settings import embedder_settings

        _refuse_wrong_paths(order.paths)
        embedder = embedder_settings(order.embedder, order.query_prefix, order.document_prefix)

        def asked_to_stop() -> None:
            note_from_signal("Stopping after this step, so that nothing is lost. Ctrl-C again stops at once.")

        interruption = Interruption(asked_to_stop)
        asked_on = True
        try:
            with opened(order.collection, embedder=embedder) as documents, interruption:

                def read(paths: list[str], passwords: list[str], *, sync: bool = False) -> IngestReport:
                    with shown_progress() as progress:
                        return documents.ingest(
                            paths,
                            sync=sync,
                            include=order.include,
                            exclude=order.exclude,
                            passwords=passwords,
                            ocr=order.ocr,
                            progress=progress,
                            cancelled=interruption,
                        )

                passwords = _given_passwords(order)
                report = read(order.paths, passwords, sync=order.command == "sync")
                if not as_json:
                    unlocking = Unlocking(report, read, passwords, interruption)
                    asked_on = unlocking.run()
                    report = unlocking.report
        except KeyboardInterrupt:
            note(f"Stopped at once. The collection is whole; to go on: {again}")
            raise
        if as_json:
            write_json({**report.as_json(), "interrupted": report.interrupted})
        else:
            write_report(report, order.collection)
        if report.interrupted:
            left = count_of(len(report.left), "file")
            note(f"Stopped with {left} to go. What is done is kept; to go on: {again}")
            raise typer.Exit(INTERRUPTED)
        raise typer.Exit(report.exit_status if asked_on else INTERRUPTED)


def _refuse_wrong_paths(paths: list[str]) -> None:
    for path in paths:
        if not path.strip():
            raise WrongUse("A path is empty: perhaps a variable that is not set. Name a file or a folder.")
        if "://" in path:
            raise WrongUse(f"{path} is a web address. Save the page, and name the file.")


def _given_passwords(order: _Order) -> list[str]:
    """Those of the command line, then the variable's: one password, whatever is in it."""
    return [*order.passwords, *filter(None, [os.environ.get(PASSWORD_VARIABLE)])]
