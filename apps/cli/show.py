"""`refdesk show`: a document's text as it was read, or a page of it as it looks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.answer_text import boxes_as_json
from apps.cli.boundary import SCHEMA, errors_in_words
from apps.cli.context import AsJson, CollectionName, Verbose, opened, opened_store
from apps.cli.excerpts import marked_text
from apps.cli.screen import count_of, note, one_line, sound, write, write_json
from apps.cli.shown_sources import passwords
from apps.errors import WrongUse

if TYPE_CHECKING:
    from ingest.store.records import PlacedPage
    from ingest.types import Page
    from rag import Collection, Highlight, NoSuchDocument

_MOST_NAMED = 10
_SPAN = re.compile(r"(\d{1,15}):(\d{1,15})")


def show(
    document: Annotated[
        str,
        typer.Argument(metavar="DOCUMENT", help="A path, a file name or a part of it.", show_default=False),
    ],
    page: Annotated[
        int | None,
        typer.Option("--page", metavar="NUMBER", min=1, help="This page alone.", show_default=False),
    ] = None,
    quote: Annotated[
        str | None,
        typer.Option(
            "--quote",
            metavar="TEXT",
            help="Mark the lines where these words first stand, whatever white space is between them.",
            show_default=False,
        ),
    ] = None,
    span: Annotated[
        str | None,
        typer.Option(
            "--span",
            metavar="START:END",
            help="Mark the lines of this stretch of the document's text, as `ask --json` tells it.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            "--out",
            metavar="FILE",
            help="Draw the page into this PNG file, with the marked lines coloured. For PDF files and "
            "pictures that are still as they were ingested.",
            show_default=False,
        ),
    ] = None,
    scale: Annotated[
        float,
        typer.Option(
            "--scale", metavar="NUMBER", min=0.25, max=2.0, help="How large: pixels per point (1/72 inch)."
        ),
    ] = 1.5,
    collection: CollectionName = "default",
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Show a document's text as it was read, or a page as it looks.

    This is what answers are made from. A page is a page of a PDF, else the section under a heading; its
    label is what citations call it. A page that was read from a picture says so: it may hold misread letters.
    With --quote or --span a `>` stands before the lines in question, and only their pages are shown.

    \b
    Examples:
      refdesk show contract.pdf --page 3 -c work
      refdesk show contract.pdf --quote "may be ended with three months' notice" -o page.png
      refdesk show notes.md
    """
    with errors_in_words(as_json, verbose):
        if quote is not None and span is not None:
            raise WrongUse("--quote and --span both say what to mark. Give one of them.")
        if output is not None and output.suffix.lower() != ".png":
            raise WrongUse(f"A page is drawn as PNG: name a file that ends with .png, not {output.name!r}.")
        with opened(collection) as held:
            shown = _found(held, document, page, quote, span)
            if output is not None:
                _draw(held, shown, output, scale)
        if as_json:
            write_json(_as_json(shown, output))
        elif output is not None:
            write(one_line(str(output)))
        else:
            _write(shown)


@dataclass(frozen=True, slots=True)
class _Shown:
    """Pages of one document, and what of them is marked between these offsets of the document's text."""

    paths: list[str]
    pages: list[Page]
    start: int = 0
    end: int = 0
    highlights: tuple[Highlight, ...] = ()


def _found(
    held: Collection, document: str, page_number: int | None, quote: str | None, span: str | None
) -> _Shown:
    from rag.highlights import highlights_between, placed

    with opened_store(held) as store:
        paths = store.matching_paths(document)
        if len(store.document_ids(document) or ()) > 1:
            raise _several(document, paths)
        pages = placed(held.pages(document))
    if page_number is not None and page_number not in [each.page.number for each in pages]:
        raise WrongUse(f"{document!r} has {count_of(len(pages), 'page')}; there is no page {page_number}.")
    if quote is None and span is None:
        return _Shown(paths, [each.page for each in pages if page_number in (None, each.page.number)])
    start, end = _stretch(pages, document, page_number, quote, span)
    highlights = highlights_between(pages, paths[0], start, end)
    numbers = [each.page_number for each in highlights]
    if page_number is not None and page_number not in numbers:
        raise WrongUse(
            f"{span} of {document!r} does not stand on page {page_number}"
            + (f", but on page {numbers[0]}." if numbers else ", and on no other page.")
        )
    if not numbers:
        raise WrongUse(f"{span} of {document!r} holds no text.")
    numbers = numbers if page_number is None else [page_number]
    return _Shown(
        paths,
        [each.page for each in pages if each.page.number in numbers],
        start,
        end,
        tuple(each for each in highlights if each.page_number in numbers),
    )


def _stretch(
    pages: Sequence[PlacedPage], document: str, page_number: int | None, quote: str | None, span: str | None
) -> tuple[int, int]:
    """The offsets in the document's text that are asked for."""
    from rag.highlights import find_quote

    if quote is not None:
        found = find_quote(pages, sound(quote), page_number)
        if found is None:
            place = "" if page_number is None else f"page {page_number} of "
            raise WrongUse(
                f"{place}{document!r} does not hold these words as it was read: {one_line(quote)!r}. "
                "`refdesk show` without --quote shows what it holds."
            )
        return found
    match = _SPAN.fullmatch(span or "")
    if match is None or int(match[1]) >= int(match[2]):
        raise WrongUse(f"{span!r} is no span. Give two offsets, the first one smaller: --span 120:180.")
    return int(match[1]), int(match[2])


def _draw(held: Collection, shown: _Shown, output: Path, scale: float) -> None:
    if len(shown.pages) > 1 and not shown.highlights:
        raise WrongUse("One page is drawn at a time. Say which: --page, --quote or --span.")
    page = shown.pages[0]
    boxes = [box for each in shown.highlights if each.page_number == page.number for box in each.boxes]
    with held.page_pictures() as pictures:
        png = pictures.png(shown.paths[0], page.number, boxes, scale=scale, passwords=passwords())
    output.write_bytes(png)
    if shown.highlights and not boxes:
        note(f"Nothing is marked: where the lines of {page.label} stand is not known.")
    for other in shown.pages[1:]:
        note(f"The marked words go on on {other.label}: --page {other.number} draws it.")


def _write(shown: _Shown) -> None:
    for path in shown.paths:
        write(one_line(path), dim=True)
    for page in shown.pages:
        own = [each for each in shown.highlights if each.page_number == page.number]
        write(f"\n[{one_line(page.label)}{', read by OCR' if page.recognised else ''}]", bold=True)
        write(marked_text(own) if own else page.text)


def _as_json(shown: _Shown, output: Path | None) -> dict[str, object]:
    told: dict[str, object] = {
        "schema": SCHEMA,
        "document": shown.paths[0],
        "paths": shown.paths,
        "pages": [_page_as_json(one) for one in shown.pages],
    }
    if shown.highlights:
        told["marked"] = {
            "start": shown.start,
            "end": shown.end,
            "boxes": boxes_as_json(shown.highlights),
        }
    if output is not None:
        told["picture"] = str(output)
    return told


def _several(document: str, paths: list[str]) -> NoSuchDocument:
    from rag import NoSuchDocument

    lines = [f"  {one_line(path)}" for path in paths[:_MOST_NAMED]]
    if len(paths) > _MOST_NAMED:
        lines.append(f"  and {len(paths) - _MOST_NAMED:,} more")
    listed = "\n".join(lines)
    return NoSuchDocument(f"{len(paths):,} documents match {document!r}. Name one of them:\n{listed}")


def _page_as_json(page: Page) -> dict[str, object]:
    return {
        "page": page.number,
        "label": page.label,
        "headings": list(page.headings),
        "recognised": page.recognised,
        "text": page.text,
    }
