"""`refdesk documents` and `remove`: what a collection holds, and letting go of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.boundary import SCHEMA, errors_in_words
from apps.cli.context import AsJson, CollectionName, Verbose, Yes, confirmed, opened, opened_store
from apps.cli.screen import count_of, one_line, write, write_json, write_table

if TYPE_CHECKING:
    from ingest.store.store import Store
    from rag import DocumentInfo


def documents(
    collection: CollectionName = "default", as_json: AsJson = False, verbose: Verbose = False
) -> None:
    """List the documents of a collection.

    A line per path: its pages, and how many of them OCR read; its chunks; the day it was read (UTC); its
    title.

    \b
    Example:
      refdesk documents -c work
    """
    with errors_in_words(as_json, verbose):
        with opened(collection) as held:
            listing = held.documents()
        if as_json:
            write_json({"schema": SCHEMA, "documents": [_as_json(info) for info in listing]})
        elif listing:
            rows = [
                [_page_count(info), str(info.chunk_count), info.ingested_at[:10], info.path, info.title]
                for info in listing
            ]
            write_table(["pages", "chunks", "ingested", "path", "title"], rows)
        else:
            write(f"The collection '{collection}' holds no documents yet.")


def remove(
    patterns: Annotated[
        list[str],
        typer.Argument(
            metavar="PATTERN",
            help="A path, a file name, a part of it, a folder or an archive (all in it), or a pattern such "
            "as '*.pdf'.",
            show_default=False,
        ),
    ],
    yes: Yes = False,
    collection: CollectionName = "default",
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Forget documents; their files stay.

    They are no longer found or quoted. Says what would go and asks, unless --yes is given. If one pattern
    matches nothing, nothing goes.

    \b
    Examples:
      refdesk remove old-contract.pdf -c work
      refdesk remove "2019/*" --yes
    """
    with errors_in_words(as_json, verbose), opened(collection) as held, opened_store(held) as store:
        going = _all_matching(store, patterns, held.name)
        if not yes and not _agreed(going, held.name):
            going = []
        store.remove(going)
        if as_json:
            write_json({"schema": SCHEMA, "removed": going})
            return
        for path in going:
            write(f"Removed {one_line(path)}")
        if not going:
            write("Nothing was removed.")


def _all_matching(store: Store, patterns: list[str], collection: str) -> list[str]:
    """The paths that the patterns mean. Raises NoSuchDocument if one of them means none."""
    from rag import NoSuchDocument

    found: set[str] = set()
    for pattern in patterns:
        paths = store.matching_paths(pattern)
        if not paths:
            raise NoSuchDocument(f"No document of {collection!r} matches {pattern!r}; nothing was removed.")
        found.update(paths)
    return sorted(found)


def _agreed(paths: list[str], collection: str) -> bool:
    for path in paths:
        typer.echo(f"  {one_line(path)}", err=True)
    return confirmed(f"Remove {count_of(len(paths), 'path')} from '{collection}'?")


def _page_count(info: DocumentInfo) -> str:
    recognised = f" ({info.recognised_pages} by OCR)" if info.recognised_pages else ""
    return f"{info.page_count}{recognised}"


def _as_json(info: DocumentInfo) -> dict[str, object]:
    return {
        "path": info.path,
        "title": info.title,
        "media_type": info.media_type,
        "sha256": info.sha256,
        "pages": info.page_count,
        "recognised_pages": info.recognised_pages,
        "chunks": info.chunk_count,
        "size_bytes": info.size_bytes,
        "ingested_at": info.ingested_at,
        "language": info.language,
    }
