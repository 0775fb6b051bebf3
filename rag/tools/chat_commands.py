"""What a person types in a chat to have something made: "/draw the winch on page 4"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from rag.errors import ToolCallRefused
from rag.grounded.references import read_reference
from rag.tools.types import ToolCall

_FROM_DOCUMENTS = re.compile(
    r"\s*\b(?:in|from|by|of) (?:the|my|these|our) documents?[\s.!?]*$", re.IGNORECASE
)
_ARTICLE = re.compile(r"^(?:the|my|our)\s+", re.IGNORECASE)

#: What else people type.
_ALSO = {"/summarise": "/summarize", "/summary": "/summarize", "/image": "/draw", "/read": "/speak"}

Arguments = dict[str, object]


@dataclass(frozen=True, slots=True)
class ChatCommand:
    """`usage` and `about` are what help shows; `read` makes arguments of what stands behind the command.

    Where it names no text, document or page, the last answer is meant.
    """

    tool: str
    usage: str
    about: str
    read: Callable[[str], Arguments]

    @property
    def name(self) -> str:
        return f"/{self.tool}"


def read_command(line: str) -> ToolCall | None:
    """The call that a line makes; None for a line that is none of these commands.

    Raises ToolCallRefused where something is missing.
    """
    name, _, rest = line.strip().partition(" ")
    name = _ALSO.get(name.lower(), name.lower())
    for command in COMMANDS:
        if command.name == name:
            return ToolCall(command.tool, command.read(rest.strip()))
    return None


def drawing(wish: str) -> Arguments:
    """From the documents where the wish names a page, a file, or says so; else from its words alone."""
    reference = read_reference(wish)
    named = reference.page_number is not None or reference.document is not None
    bare = _FROM_DOCUMENTS.sub("", wish).strip()
    if bare != wish.strip() and bare:
        return {"prompt": bare, "from_documents": True}
    return {"prompt": wish, "from_documents": True} if named else {"prompt": wish}


def place(phrase: str) -> Arguments:
    """ "page 4 of the rules" or "rules.pdf" as arguments; nothing of nothing."""
    if not phrase:
        return {}
    reference = read_reference(phrase)
    if reference.page_number is None:
        return {"document": _named(phrase)}
    document = reference.document or reference.subject
    return {"page": reference.page_number, **({"document": _named(document)} if document else {})}


def _named(document: str) -> str:
    return _ARTICLE.sub("", document).strip(" \"'“”")


def _draw(rest: str) -> Arguments:
    if not rest:
        raise ToolCallRefused("Say what to draw: /draw a brass telescope, or /draw the winch on page 4.")
    return drawing(rest)


def _music(rest: str) -> Arguments:
    if not rest:
        raise ToolCallRefused("Say what is to be heard: /music calm piano, or /music the storm on page 4.")
    return drawing(rest)


def _translate(rest: str) -> Arguments:
    language, _, behind = rest.partition(" ")
    if not language:
        raise ToolCallRefused("Say into which language: /translate German, or /translate German rules.pdf.")
    return {"language": language, **place(behind.strip())}


def _classify(rest: str) -> Arguments:
    listed, _, behind = rest.partition(":")
    labels = [label.strip() for label in listed.split(",") if label.strip()]
    if len(labels) < 2:
        raise ToolCallRefused("Give at least two labels, with commas between: /classify praise, complaint.")
    return {"labels": labels, **place(behind.strip())}


def _transcribe(rest: str) -> Arguments:
    if not rest:
        raise ToolCallRefused("Name a recording among the documents: /transcribe meeting.mp3.")
    return {"file": rest}


COMMANDS: tuple[ChatCommand, ...] = (
    ChatCommand("draw", "/draw WISH", "a picture of it; with “on page 4 of rules.pdf” from that page", _draw),
    ChatCommand("music", "/music WISH", "music or sound of it, likewise", _music),
    ChatCommand("speak", "/speak [PLACE]", "read aloud into a file", place),
    ChatCommand("transcribe", "/transcribe FILE", "what is said in a recording", _transcribe),
    ChatCommand("summarize", "/summarize [PLACE]", "in the model's words, unchecked", place),
    ChatCommand("translate", "/translate LANGUAGE [PLACE]", "into that language", _translate),
    ChatCommand("classify", "/classify LABEL, LABEL[: PLACE]", "which label fits best", _classify),
    ChatCommand("entities", "/entities [PLACE]", "the names in it", place),
)
#: What help says of all of them together.
PLACES = "PLACE is a document, or a page as in “page 4 of rules.pdf”; without it the last answer is meant."
