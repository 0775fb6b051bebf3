"""The report of an ingest run, for a person to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.cli.screen import count_of, duration, one_line, write, write_table

if TYPE_CHECKING:
    from ingest.report import FileOutcome, IngestReport

_MOST_SHOWN = 20
_MOST_WORKED_ON_SHOWN = 40


def write_report(report: IngestReport, collection: str) -> None:
    """Counts first, then each file that was worked on or that something is to be said of."""
    from ingest.report import OUTCOMES

    seconds = max(report.seconds, 0.001)
    worked_on = [file for file in report.files if file.outcome in {"ingested", "replaced"}]
    if worked_on and len(worked_on) <= _MOST_WORKED_ON_SHOWN:
        rows = [
            [str(file.pages), str(file.chunks), f"{file.seconds:.1f}", file.outcome, one_line(file.path)]
            for file in worked_on
        ]
        write_table(["pages", "chunks", "seconds", "outcome", "path"], rows)
    counts = ", ".join(f"{report.count(outcome)} {outcome}" for outcome in OUTCOMES if report.count(outcome))
    write(f"Collection '{collection}': {count_of(len(report.files), 'file')}: {counts or 'nothing to do'}.")
    if report.pages:
        write(
            f"Made searchable: {count_of(report.pages, 'page')} in {count_of(report.chunks, 'chunk')}, "
            f"{duration(seconds)} in all ({report.pages / seconds:.1f} pages/s, "
            f"{report.chunks / seconds:.1f} chunks/s)."
        )
    failed = [file for file in report.files if file.outcome == "failed"]
    removed = [file for file in report.files if file.outcome == "removed"]
    skipped = [file for file in report.files if file.outcome == "skipped"]
    _write_group("Failed", failed, len(failed))
    _write_group("Removed", removed, _MOST_SHOWN)
    _write_group("Skipped", skipped, _MOST_SHOWN)
    _write_group("Worth knowing", [file for file in worked_on if file.reason], _MOST_SHOWN)


def _write_group(title: str, files: list[FileOutcome], most: int) -> None:
    if not files:
        return
    write(f"{title}:", bold=True)
    for file in files[:most]:
        write(f"  {one_line(file.path)}: {one_line(file.reason or '')}")
    if len(files) > most:
        write(f"  and {count_of(len(files) - most, 'file')} more; --json lists all")
