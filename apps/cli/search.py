"""`refdesk search`: the chunks that fit a query best."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.boundary import SCHEMA, errors_in_words
from apps.cli.context import AsJson, CollectionName, RerankerModel, Verbose, opened, opened_store
from apps.cli.explanations import explanation_as_json, missed_as_json, write_explanation, write_missed
from apps.cli.filters import (
    EVERYTHING,
    FilterOptions,
    scope_as_json,
    with_filter_options,
    write_scope,
)
from apps.cli.places import Places
from apps.cli.screen import one_line, sound, wrapped, write, write_json
from apps.document_names import shown_names
from apps.errors import WrongUse

if TYPE_CHECKING:
    from rag import Explanation, Hit, Missed, Scope

_LINES_OF_TEXT = 4
_MOST_REPEATS = 4


@with_filter_options
def search(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="Words or a question.", show_default=False)],
    k: Annotated[int, typer.Option("-k", metavar="NUMBER", min=1, max=1000, help="How many hits.")] = 10,
    only: FilterOptions = EVERYTHING,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help="Say for each hit what speaks for it, and why it stands above the next."
        ),
    ] = False,
    why_not: Annotated[
        str | None,
        typer.Option(
            "--why-not",
            metavar="DOCUMENT",
            help="Say why this document (with --page, this page of it) is not among the hits.",
        ),
    ] = None,
    page: Annotated[
        int | None, typer.Option("--page", metavar="NUMBER", min=1, help="The page that --why-not is about.")
    ] = None,
    reranker: RerankerModel = None,
    collection: CollectionName = "default",
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Find the places that fit a query best.

    By meaning and by words. No language model is needed. Each hit shows its rank, document, page and score:
    the two ways of searching fused, 1 the best that a query can reach and 0 the least of what was looked
    at. Scores of different queries are not comparable. With --reranker a hit's score is what that model
    gives it, 0 to 1, and 0 for those it did not read.

    \b
    Examples:
      refdesk search "notice period" -c work
      refdesk search "operating margin" -k 3 --document "2023*.pdf"
      refdesk search "operating margin" --folder reports --type pdf --since 2023
      refdesk search "operating margin" --explain --why-not 2023.pdf --page 41
    """
    with errors_in_words(as_json, verbose), opened(collection, reranker=reranker) as documents:
        if not query.strip():
            from rag import EmptyQuestion

            raise EmptyQuestion("The query is empty. Name some words to search for.")
        if page is not None and why_not is None:
            raise WrongUse("--page says which page --why-not is about. Name its document too.")
        wanted = only.as_filter()
        if wanted is not None and why_not is not None:
            raise WrongUse(
                "--why-not asks about a search of all documents. Leave out --document and whatever else "
                "says which."
            )
        explained = documents.explain(sound(query), k, only=wanted)
        scope = documents.scope(only=wanted) if explain and wanted is not None else None
        missed = (
            None
            if why_not is None
            else documents.explain_missed(sound(query), k, document=why_not, page_number=page)
        )
        with opened_store(documents) as store:
            places = Places(store)
            if as_json:
                write_json(_all_as_json(explained, missed, scope, explain, places))
                return
            if scope is not None:
                write_scope(scope)
            _write_hits(explained, explain, places)
            if missed is not None:
                write()
                write_missed(missed, one_line(why_not or "") + ("" if page is None else f", page {page}"))


def _all_as_json(
    explained: list[Explanation], missed: Missed | None, scope: Scope | None, explain: bool, places: Places
) -> dict[str, object]:
    hits = [
        _as_json(one.hit, places) | ({"explanation": explanation_as_json(one)} if explain else {})
        for one in explained
    ]
    return (
        {"schema": SCHEMA, "hits": hits}
        | ({} if missed is None else {"why_not": missed_as_json(missed)})
        | ({} if scope is None else {"scope": scope_as_json(scope)})
    )


def _write_hits(explained: list[Explanation], explain: bool, places: Places) -> None:
    if not explained:
        write("Nothing found.")
    names = shown_names(one.hit.document for one in explained)
    for one, following in zip(explained, [*explained[1:], None], strict=True):
        hit = one.hit
        write(f"{hit.rank}. {one_line(names[hit.document])}, {_label(hit, places)}", bold=True)
        headings = " > ".join(one_line(heading) for heading in hit.headings)
        write(f"   score {hit.score:.3f}" + (f"  {headings}" if headings else ""), dim=True)
        if explain:
            write_explanation(one, following)
        write(wrapped(hit.text, indent="   ", most_lines=_LINES_OF_TEXT))
        if hit.repeats:
            write(wrapped(_repeats(hit, places), indent="   "), dim=True)


def _label(hit: Hit, places: Places) -> str:
    return places.label(hit.document_id, hit.page_number, hit.page_end)


def _repeats(hit: Hit, places: Places) -> str:
    """Where else the same stands."""
    names = shown_names(place.document for place in hit.repeats)
    told = [
        f"{one_line(names[place.document])}, "
        + places.label(place.document_id, place.page_number, place.page_end)
        for place in hit.repeats[:_MOST_REPEATS]
    ]
    more = len(hit.repeats) - len(told)
    return "also in: " + "; ".join(told) + (f"; and {more} more" if more else "")


def _as_json(hit: Hit, places: Places) -> dict[str, object]:
    return {
        "rank": hit.rank,
        "document": hit.document,
        "page": hit.page_number,
        "page_end": hit.page_end,
        "page_label": _label(hit, places),
        "score": round(hit.score, 6),
        "text": hit.text,
        "repeats": [
            {"document": place.document, "page": place.page_number, "page_end": place.page_end}
            for place in hit.repeats
        ],
    }
