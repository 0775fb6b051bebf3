"""The text that a tool works on: given in words, or a document's, or one of its pages'."""

from __future__ import annotations

from dataclasses import dataclass

from rag.errors import ToolCallRefused
from rag.neutralising import neutralised_name
from rag.reading import file_name
from rag.tasks.documents import shown_text
from rag.tools.workshop import Workshop


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
        of = neutralised_name(file_name(ground.passages[0].document))
        return Given(ground.text, f"page {page} of {of}", ground.sources)
    path = collection.path_of(document or "")
    pages = collection.pages(path)
    shown = [shown_text(each.text) for each in pages]
    whole = "\n\n".join(text for text in shown if text)
    return Given(whole, neutralised_name(file_name(path)), (path,))
