"""The text that a tool works on: given in words, or a document's, or one of its pages'."""

from __future__ import annotations

from dataclasses import dataclass

from rag.errors import ToolCallRefused
from rag.neutralising import neutralised, without_notes
from rag.reading import file_name
from rag.sentences import sentence_spans
from rag.tools.workshop import Workshop
from rag.types import Passage, Span


@dataclass(frozen=True, slots=True)
class Given:
    """`name` says whose text it is, for file names and results; `sources` as a file's note has them."""

    text: str
    name: str
    sources: tuple[str, ...] = ()


def given_text(
    workshop: Workshop, tool: str, text: str | None, document: str | None, page: int | None
) -> Given:
    """Raises ToolCallRefused where it is not one of them, NoSuchDocument and NoSuchPage.

    What in a document would act on a model is left out, as it is for answers.
    """
    if (text is not None) == (document is not None or page is not None):
        raise ToolCallRefused(f"{tool} takes either a text, or a document and perhaps a page of it.")
    if text is not None:
        return Given(text, "")
    collection = workshop.collection()
    if page is not None:
        ground = collection.ground("", page_number=page, document=document)
        return Given(ground.text, f"page {page} of {file_name(ground.passages[0].document)}", ground.sources)
    path = collection.path_of(document or "")
    pages = collection.pages(path)
    shown = [_shown(each.text) for each in pages if each.text.strip()]
    return Given("\n\n".join(text for text in shown if text), file_name(path), (path,))


def _shown(text: str) -> str:
    spans = tuple(Span(start, end, 1, "", text[start:end]) for start, end in sentence_spans(text))
    return without_notes(neutralised(Passage(1, 0, "", "", (), spans, text)).text) if spans else ""
