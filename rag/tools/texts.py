"""Tools on a text: summarise, translate, classify, name what occurs."""

from __future__ import annotations

from typing import Annotated

from rag.errors import ToolCallRefused
from rag.tasks.classifying import classify as classified
from rag.tasks.entities import KINDS, find_entities
from rag.tasks.summarising import SummaryForm, summarise
from rag.tasks.translating import translate as translated
from rag.tools.arguments import About
from rag.tools.given import given_text
from rag.tools.making import Document, Page
from rag.tools.types import ToolResult
from rag.tools.workshop import Workshop

Text = Annotated[str | None, About("The text, instead of a document.", longest=200_000)]


def summarize(
    workshop: Workshop,
    text: Text = None,
    document: Document = None,
    page: Page = None,
    form: Annotated[SummaryForm, About("One or two sentences, paragraphs, or bullet points.")] = "short",
) -> ToolResult:
    """Summarise a text, a document or a page in the model's own words."""
    given = given_text(workshop, "summarize", text, document, page)
    lines = summarise(workshop.writer(), given.text, form, cancelled=workshop.cancelled)
    said = "\n".join(f"- {line}" if form == "bullets" else line for line in lines)
    return ToolResult("summarize", said or "The text is empty.", lines, sources=given.sources)


def translate(
    workshop: Workshop,
    language: Annotated[str, About("The language's name, such as German.", longest=40)],
    text: Text = None,
    document: Document = None,
    page: Page = None,
) -> ToolResult:
    """Translate a text, a document or a page into a language."""
    if not language.replace(" ", "").replace("-", "").isalpha():
        raise ToolCallRefused(f"translate: {language!r} is no language's name. Say one such as German.")
    given = given_text(workshop, "translate", text, document, page)
    said = translated(workshop.writer(), given.text, language, cancelled=workshop.cancelled)
    return ToolResult("translate", said, said, sources=given.sources)


def classify(
    workshop: Workshop,
    labels: Annotated[tuple[str, ...], About("The labels to choose from, at least two.", longest=60)],
    text: Text = None,
    document: Document = None,
    page: Page = None,
) -> ToolResult:
    """Say which of some labels fits a text, a document or a page best."""
    given = given_text(workshop, "classify", text, document, page)
    try:
        found = classified(workshop.writer(), given.text, labels, cancelled=workshop.cancelled)
    except ValueError as error:
        raise ToolCallRefused(f"classify: {error}") from error
    return ToolResult("classify", found.label, found, sources=given.sources)


def entities(
    workshop: Workshop,
    text: Text = None,
    document: Document = None,
    page: Page = None,
    kinds: Annotated[
        tuple[str, ...], About("What is looked for, such as person or place.", longest=40, fine=True)
    ] = KINDS,
) -> ToolResult:
    """List the names that stand in a text, a document or a page, by kind.

    Their places are offsets into the text as the model was shown it.
    """
    given = given_text(workshop, "entities", text, document, page)
    told: list[str] = []
    try:
        found = find_entities(
            workshop.writer(), given.text, kinds, told=told.append, cancelled=workshop.cancelled
        )
    except ValueError as error:
        raise ToolCallRefused(f"entities: {error}") from error
    lines = [f"{one.kind}: {one.text}" for one in found] or ["None were found."]
    return ToolResult("entities", "\n".join([*lines, *told]), found, sources=given.sources)
