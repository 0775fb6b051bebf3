"""A question becomes a cited answer: the library's public face.

    from rag import open_collection

    with open_collection("reports") as reports:
        reports.ingest(["~/Documents/reports"])
        print(reports.ask("What did travel cost in 2023?").text)

`rag.langchain` holds the parts for LangChain, apart because importing LangChain takes a while.
"""

from __future__ import annotations

from generators.text.protocol import Sampling
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
from rag.conversations.conversations import Conversations
from rag.conversations.types import Conversation, KeptConversation, KeptTurn
from rag.errors import (
    CheckerUnusable,
    CitationOutdated,
    ConversationError,
    ConversationsUnusable,
    EmptyCollection,
    EmptyQuestion,
    NoPagePicture,
    NoSuchConversation,
    NoSuchDocument,
    QuestionTooLong,
    RagError,
    RerankerUnusable,
    TemplateUnusable,
)
from rag.explain import Explanation, Missed
from rag.highlights import Box, Highlight, MarkedLine
from rag.hits import ArmScore, Contributions, Hit, Place
from rag.page_pictures import PagePictures
from rag.reading import Coverage, LeftOut, ReadingPlanned, ReadingProgress
from rag.scope import Narrowing, Scope
from rag.settings import (
    AnswerSettings,
    OverviewSettings,
    PassageSettings,
    RetrievalSettings,
    Settings,
)
from rag.shelf import (
    CollectionInfo,
    delete_collection,
    list_collections,
    open_collection,
    rename_collection,
)
from rag.trace import Searched, Trace, TracedPassage, TracedSentence, Writing
from rag.types import (
    Answer,
    Answered,
    Calculation,
    Citation,
    Event,
    Neutralised,
    Operand,
    Passage,
    PassagesFound,
    ReasoningAdded,
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
    "Box",
    "Calculation",
    "CheckerUnusable",
    "Citation",
    "CitationOutdated",
    "Collection",
    "CollectionInfo",
    "CollectionNotFound",
    "Contributions",
    "Conversation",
    "ConversationError",
    "Conversations",
    "ConversationsUnusable",
    "Coverage",
    "DocumentFilter",
    "DocumentInfo",
    "EmbedderMismatch",
    "EmptyCollection",
    "EmptyQuestion",
    "Event",
    "Explanation",
    "FileOutcome",
    "Highlight",
    "Hit",
    "IngestError",
    "IngestReport",
    "KeptConversation",
    "KeptTurn",
    "LeftOut",
    "MarkedLine",
    "Missed",
    "Narrowing",
    "Neutralised",
    "NoPagePicture",
    "NoSuchConversation",
    "NoSuchDocument",
    "NothingToIngest",
    "Operand",
    "OverviewSettings",
    "Page",
    "PagePictures",
    "Passage",
    "PassageSettings",
    "PassagesFound",
    "Place",
    "Progress",
    "QuestionTooLong",
    "RagError",
    "ReadingPlanned",
    "ReadingProgress",
    "ReasoningAdded",
    "Refused",
    "RerankerUnusable",
    "RetrievalSettings",
    "Sampling",
    "Scope",
    "Searched",
    "Sentence",
    "SentenceChecked",
    "SentenceCorrected",
    "SentenceWithdrawn",
    "Settings",
    "Span",
    "StoreDamaged",
    "StoreError",
    "StoreFull",
    "TemplateUnusable",
    "TextAdded",
    "Timings",
    "TokenUse",
    "Trace",
    "TracedPassage",
    "TracedSentence",
    "Turn",
    "Verdict",
    "Writing",
    "delete_collection",
    "list_collections",
    "open_collection",
    "rename_collection",
]
