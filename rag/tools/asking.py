"""Tools over a collection: ask it, search it."""

from __future__ import annotations

from typing import Annotated

from rag.errors import TaskStopped
from rag.grounded.finding import passage_of
from rag.grounded.ground import cited_sources
from rag.neutralising import neutralised, neutralised_name
from rag.reading import file_name
from rag.tools.arguments import About
from rag.tools.told import told_sources
from rag.tools.types import ToolResult
from rag.tools.workshop import Workshop

Within = Annotated[str | None, About("Only this document, by its file name.", longest=500)]


def ask(
    workshop: Workshop,
    question: Annotated[str, About("The question, complete in itself.")],
    document: Within = None,
) -> ToolResult:
    """Answer a question from the documents, with the page each sentence stands on."""
    workshop.go_on()
    answer = workshop.collection().ask(question, document=document, cancelled=workshop.cancelled)
    if answer.finish == "cancelled":
        raise TaskStopped("It was stopped before it was answered.")
    sources = cited_sources(answer)
    said = "\n".join([answer.text, *told_sources(sources)])
    return ToolResult("ask", said, answer, sources=sources)


def search(
    workshop: Workshop,
    query: Annotated[str, About("What to look for.")],
    count: Annotated[int, About("How many passages.", least=1, most=20)] = 4,
    document: Within = None,
) -> ToolResult:
    """Find the passages of the documents that say most of something."""
    workshop.go_on()
    hits = workshop.collection().search(query, count, document=document)
    workshop.go_on()
    # Whoever reads this may be a language model: it is shown what the answers' prompt would show, and names
    # as lines, for they are the documents' as well.
    passages = [neutralised(passage_of(hit, hit.rank)) for hit in hits]
    said = "\n\n".join(
        f"[{one.number}] {neutralised_name(file_name(one.document))}, page {one.page_number}:\n{one.text}"
        for one in passages
    )
    sources = tuple(dict.fromkeys(f"{hit.document}, page {hit.page_number}" for hit in hits))
    return ToolResult("search", said or "Nothing was found.", tuple(hits), sources=sources)
