"""What can go wrong between a question and its answer.

    RagError
    ├── CitationOutdated    the document no longer says what an earlier answer quoted
    ├── EmptyCollection     a question to a collection that holds nothing yet
    ├── EmptyQuestion       a question without a word
    ├── NoPagePicture       a page cannot be drawn: its file is gone, changed, or has no pages to draw
    ├── NoSuchDocument      `document=` or a filter leaves nothing of the collection
    ├── NoSuchPage          a document has no page of that number, or none that holds text
    ├── QuestionTooLong     the question alone does not fit the model's context
    ├── CheckerUnusable     what was named as support checker is none, or cannot be loaded
    ├── RerankerUnusable    what was named as reranker is none, or cannot be loaded
    ├── SettingUnusable     a setting is named that there is not, or a value that it cannot have
    ├── TaskStopped         a task was told to stop before it was done
    ├── TaskUnsuited        an engine cannot do a task, or did not
    ├── TemplateUnusable    what was named as prompt template is none, or its file is not right
    ├── ToolCallRefused     a tool is called by a wrong name or with arguments that it does not take
    └── ConversationError   the chats that are kept
        ├── ConversationsUnusable   their file is damaged, another version's, or cannot be written
        └── NoSuchConversation      none has that id

Errors of the packages below (`IngestError`, `GeneratorError`, `MachineError`) pass through unchanged.
"""

from __future__ import annotations


class RagError(Exception):
    """Root of every error this package raises on purpose."""


class CitationOutdated(RagError):
    """Names the document and the page, and says to ask again."""


class EmptyCollection(RagError):
    """Says how to put documents in."""


class EmptyQuestion(RagError):
    """Says to ask something."""


class NoPagePicture(RagError):
    """Says which file, and why not."""


class NoSuchDocument(RagError):
    """Names the condition that left nothing, and what is there."""


class NoSuchPage(RagError):
    """Names the document, and the pages that it has."""


class QuestionTooLong(RagError):
    """Says how long it is and how long it may be."""


class CheckerUnusable(RagError):
    """Says what the folder holds instead, or what failed."""


class RerankerUnusable(RagError):
    """Says what the folder holds instead, or what failed."""


class SettingUnusable(RagError):
    """Names the setting and the value, and what there is instead."""


class TaskStopped(RagError):
    """Says that nothing of it is kept."""


class TaskUnsuited(RagError):
    """Says what the engine does instead, and which can."""


class TemplateUnusable(RagError):
    """Names the template or its file, and what to put right."""


class ToolCallRefused(RagError):
    """Names the tool and the argument, and says what it may be. Nothing was made."""


class ConversationError(RagError):
    """Root of what can go wrong with chats that are kept. Never stands in the way of asking."""


class ConversationsUnusable(ConversationError):
    """Names the file, what is wrong with it, and what to do with it."""


class NoSuchConversation(ConversationError):
    """Says how to list those there are."""
