"""`refdesk search`: the chunks that fit a query best."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.boundary import SCHEMA, errors_in_words
from apps.cli.context import AsJson, CollectionName, DocumentPattern, Verbose, opened, opened_store
from apps.cli.places import Places
from apps.cli.screen import one_line, sound, wrapped, write, write_json
from apps.document_names import shown_names

if TYPE_CHECKING:
    from rag import Hit

_LINES_OF_TEXT = 4


def search(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="Words or a question.", show_default=False)],
    k: Annotated[int, typer.Option("-k", metavar="NUMBER", min=1, max=1000, help="How many hits.")] = 10,
    document: DocumentPattern = None,
    collection: CollectionName = "default",
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Find the places that fit a query best.

    By meaning and by words. No language model is needed. Each hit shows its rank, document, page and score:
    the two ways of searching fused, 1 the best that a query can reach and 0 the least of what was looked
    at. Scores of different queries are not comparable.

    \b
    Examples:
      refdesk search "notice period" -c work
      refdesk search "operating margin" -k 3 --document "2023*.pdf"
    """
    with errors_in_words(as_json, verbose), opened(collection) as documents:
        if not query.strip():
            from rag import EmptyQuestion

            raise EmptyQuestion("The query is empty. Name some words to search for.")
        hits = documents.search(sound(query), k, document=document)
        with opened_store(documents) as store:
            places = Places(store)
            if as_json:
                write_json({"schema": SCHEMA, "hits": [_as_json(hit, places) for hit in hits]})
            else:
                _write_hits(hits, places)


def _write_hits(hits: list[Hit], places: Places) -> None:
    if not hits:
        write("Nothing found.")
    names = shown_names(hit.document for hit in hits)
    for hit in hits:
        write(f"{hit.rank}. {one_line(names[hit.document])}, {_label(hit, places)}", bold=True)
        headings = " > ".join(one_line(heading) for heading in hit.headings)
        write(f"   score {hit.score:.3f}" + (f"  {headings}" if headings else ""), dim=True)
        write(wrapped(hit.text, indent="   ", most_lines=_LINES_OF_TEXT))


def _label(hit: Hit, places: Places) -> str:
    return places.label(hit.document_id, hit.page_number, hit.page_end)


def _as_json(hit: Hit, places: Places) -> dict[str, object]:
    return {
        "rank": hit.rank,
        "document": hit.document,
        "page": hit.page_number,
        "page_end": hit.page_end,
        "page_label": _label(hit, places),
        "score": round(hit.score, 6),
        "text": hit.text,
    }
