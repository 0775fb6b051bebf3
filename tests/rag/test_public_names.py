"""`rag` is the library's face: its names are a promise."""

from __future__ import annotations

import rag

PROMISED = {
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
    "Place",
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
}


def test_the_public_names_are_those_promised() -> None:
    assert set(rag.__all__) == PROMISED
    assert all(hasattr(rag, name) for name in PROMISED)
