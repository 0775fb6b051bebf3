"""Kept chats on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.cli.screen import one_line, wrapped, write, write_table
from apps.document_names import shown_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.conversations.types import Conversation, KeptConversation, KeptTurn


def write_chats(chats: Sequence[Conversation]) -> None:
    """A line for each."""
    rows = [
        [chat.id, _minute(chat.changed), str(chat.turn_count), chat.collection, chat.title] for chat in chats
    ]
    write_table(["id", "last asked (UTC)", "questions", "collection", "title"], rows)


def write_chat(chat: KeptConversation) -> None:
    """Its questions and answers with their quotes."""
    about = chat.about
    write(one_line(about.title), bold=True)
    write(f"Chat {about.id} with '{one_line(about.collection)}', begun {_minute(about.began)} UTC", dim=True)
    for turn in chat.turns:
        _write_turn(turn)


def _write_turn(turn: KeptTurn) -> None:
    write()
    write(f"{turn.number}. {one_line(turn.question)}", bold=True)
    if turn.searched is not None:
        write(wrapped(f"Searched for: {turn.searched}"), dim=True)
    write(turn.text)
    cited = {
        (citation.passage_number, citation.start, citation.end): citation
        for sentence in turn.sentences
        for citation in sentence.citations
    }
    names = shown_names(citation.document for citation in cited.values())
    for key in sorted(cited):
        citation = cited[key]
        place = f"{one_line(names[citation.document])}, {one_line(citation.page_label)}"
        write(wrapped(f"[{citation.passage_number}] {place}: “{citation.quote.strip()}”", indent="  "))
    for sentence in turn.sentences:
        if sentence.verdict.value == "unsupported":
            write(wrapped(f"? Unsupported: “{sentence.text}”", indent="  "))


def _minute(moment: str) -> str:
    """A moment as it is kept, to the minute: "2026-03-01T09:30:00+00:00" is "2026-03-01 09:30"."""
    return moment[:16].replace("T", " ")
