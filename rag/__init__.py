"""A question becomes a cited answer: the library's public face.

    from rag import open_collection

    with open_collection("reports") as reports:
        reports.ingest(["~/Documents/reports"])
        print(reports.ask("What did travel cost in 2023?").text)

`rag.langchain` holds the parts for LangChain, apart because importing LangChain takes a while.
"""

from __future__ import annotations

from ingest.document_filter import DocumentFilter
from ingest.errors import (
    CollectionNotFound,
    EmbedderMismatch,
    IngestError,
    NothingToIngest,
    StoreDamaged,
    StoreError,
    StoreFull,
)
from ingest.progress import Progress
from ingest.report import FileOutcome, IngestReport
from ingest.types import DocumentInfo, Page
from rag.collection import Collection
from rag.errors import (
    CheckerUnusable,
    EmptyCollection,
    EmptyQuestion,
    NoSuchDocument,
    QuestionTooLong,
    RagError,
    RerankerUnusable,
)
from rag.explain import Explanation, Missed
from rag.scope import Narrowing, Scope
from rag.settings import (
    AnswerSettings,
    PassageSettings,
    RetrievalSettings,
    Settings,
)
from rag.shelf import CollectionInfo, delete_collection, list_collections, open_collection
from rag.types import (
    Answer,
    Answered,
    ArmScore,
    Calculation,
    Citation,
    Contributions,
    Event,
    Hit,
    Operand,
    Passage,
    PassagesFound,
    Place,
    Refused,
    Sentence,
    SentenceChecked,
    SentenceCorrected,
    SentenceWithdrawn,
    Span,
    TextAdded,
    Timings,
    TokenUse,
    Turn,
    Verdict,
)

__all__ = [
    "Answer",
    "AnswerSettings",
    "Answered",
    "ArmScore",
    "Calculation",
    "CheckerUnusable",
    "Citation",
    "Collection",
    "CollectionInfo",
    "CollectionNotFound",
    "Contributions",
    "DocumentFilter",
    "DocumentInfo",
    "EmbedderMismatch",
    "EmptyCollection",
    "EmptyQuestion",
    "Event",
    "Explanation",
    "FileOutcome",
    "Hit",
    "IngestError",
    "IngestReport",
    "Missed",
    "Narrowing",
    "NoSuchDocument",
    "NothingToIngest",
    "Operand",
    "Page",
    "Passage",
    "PassageSettings",
    "PassagesFound",
    "Place",
    "Progress",
    "QuestionTooLong",
    "RagError",
    "Refused",
    "RerankerUnusable",
    "RetrievalSettings",
    "Scope",
    "Sentence",
    "SentenceChecked",
    "SentenceCorrected",
    "SentenceWithdrawn",
    "Settings",
    "Span",
    "StoreDamaged",
    "StoreError",
    "StoreFull",
    "TextAdded",
    "Timings",
    "TokenUse",
    "Turn",
    "Verdict",
    "delete_collection",
    "list_collections",
    "open_collection",
]
