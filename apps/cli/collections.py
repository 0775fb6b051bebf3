"""`refdesk collections`: what lies in the data home, and deleting it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.boundary import PROBLEM, SCHEMA, errors_in_words
from apps.cli.context import AsJson, Verbose, Yes, confirmed
from apps.cli.screen import megabytes, one_line, write, write_json, write_table
from apps.errors import WrongUse

if TYPE_CHECKING:
    from rag import CollectionInfo

collections = typer.Typer(rich_markup_mode=None)


@collections.callback(invoke_without_command=True)
def list_all(context: typer.Context, as_json: AsJson = False, verbose: Verbose = False) -> None:
    """List the collections, or delete one.

    Each with how much it holds. One that does not open is listed with the reason, and the exit code is 1.

    \b
    Examples:
      refdesk collections
      refdesk collections delete old-reports
    """
    if context.invoked_subcommand is not None:
        return
    with errors_in_words(as_json, verbose):
        from machine import collections_folder
        from rag import list_collections

        found = list_collections()
        if as_json:
            write_json({"schema": SCHEMA, "collections": [collection_as_json(info) for info in found]})
        elif found:
            write_table(["name", "documents", "pages", "chunks", "on disk"], [_row(info) for info in found])
            for info in found:
                if info.problem is not None:
                    write(f"{one_line(info.name)} does not open: {info.problem}")
        else:
            write(f"No collections yet in {collections_folder()}. Make one: refdesk ingest FOLDER -c NAME")
        if any(info.problem is not None for info in found):
            raise typer.Exit(PROBLEM)


@collections.command()
def delete(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The collection.", show_default=False)],
    yes: Yes = False,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Delete a collection and its index. The documents' own files are not touched.

    \b
    Example:
      refdesk collections delete old-reports --yes
    """
    with errors_in_words(as_json, verbose):
        from rag import delete_collection, open_collection

        try:
            folder = open_collection(name).folder
        except ValueError as error:
            raise WrongUse(str(error)) from error
        agreed = yes or not folder.is_dir() or confirmed(f"Delete the collection '{name}' in {folder}?")
        if agreed:
            delete_collection(name)
        if as_json:
            write_json({"schema": SCHEMA, "deleted": [name] if agreed else []})
        else:
            write(f"Deleted '{name}'." if agreed else "Nothing was deleted.")


def collection_as_json(info: CollectionInfo) -> dict[str, object]:
    """One collection in a listing; its figures are null where it does not open."""
    counted = info.statistics
    return {
        "name": info.name,
        "folder": str(info.folder),
        "documents": counted and counted.documents,
        "sources": counted and counted.sources,
        "pages": counted and counted.pages,
        "chunks": counted and counted.chunks,
        "bytes_on_disk": counted and counted.bytes_on_disk,
        "problem": info.problem,
    }


def _row(info: CollectionInfo) -> list[str]:
    counted = info.statistics
    if counted is None:
        return [info.name, "?", "?", "?", "?"]
    numbers = [f"{count:,}" for count in (counted.documents, counted.pages, counted.chunks)]
    return [info.name, *numbers, megabytes(counted.bytes_on_disk)]
