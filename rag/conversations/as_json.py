"""A chat for programs: what `refdesk chats show --json` and `export --format json` write."""

from __future__ import annotations

from dataclasses import asdict

from rag.conversations.details import plain
from rag.conversations.types import Conversation, KeptConversation


def listing(conversation: Conversation) -> dict[str, object]:
    """One chat in a listing."""
    return {
        "id": conversation.id,
        "title": conversation.title,
        "collection": conversation.collection,
        "began": conversation.began,
        "changed": conversation.changed,
        "questions": conversation.turn_count,
    }


def whole(chat: KeptConversation) -> dict[str, object]:
    """A chat with its turns: each with all that was kept of it. It says that a model made the answers."""
    turns = [asdict(turn, dict_factory=plain) for turn in chat.turns]
    return {**listing(chat.about), "made_by_a_model": True, "turns": turns}
