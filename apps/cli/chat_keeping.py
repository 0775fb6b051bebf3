"""Keeping a chat while it goes on. Whatever is wrong with the file of chats, questions are answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.cli.screen import note, one_line, write
from apps.errors import WrongUse

if TYPE_CHECKING:
    from rag import Answer, Turn
    from rag.conversations.types import Conversation

#: What is typed for the chat that was last added to.
LAST = "last"


class ChatKeeping:
    """One chat with a collection, begun or gone on with; with `keep` False nothing is written."""

    def __init__(self, collection: str, resumed: str | None, *, keep: bool) -> None:
        """Raises WrongUse for a chat with another collection, NoSuchConversation, ConversationsUnusable."""
        from rag.conversations.conversations import Conversations

        self._chats = Conversations()
        self._collection = collection
        self._keep = keep
        self._chat: Conversation | None = None
        if resumed is not None:
            self._chat = self._chats.latest(collection) if resumed == LAST else self._chats.find(resumed)
            if self._chat.collection != collection:
                raise WrongUse(
                    f"Chat {self._chat.id} is with the collection '{self._chat.collection}', and this is "
                    f"'{collection}'. Go on with it: "
                    f"refdesk chat -c {self._chat.collection} --resume {self._chat.id}"
                )

    @property
    def id(self) -> str | None:
        """The chat's id; None as long as nothing of it is kept."""
        return self._chat.id if self._chat is not None else None

    def earlier_turns(self) -> tuple[Turn, ...]:
        """What was said before."""
        return () if self._chat is None else self._chats.resume(self._chat.id)

    def tell(self) -> None:
        """Say what becomes of the chat."""
        if self._chat is not None:
            write(f"Going on with {self._chat.id}: {one_line(self._chat.title)}", dim=True)
        if not self._keep:
            write("Nothing of this chat is kept.", dim=True)

    def keep(self, answer: Answer, engine: str) -> None:
        """Add an answer that this engine wrote.

        What keeps it from being kept is told once, and then no more is tried.
        """
        from rag.errors import ConversationError

        if not self._keep:
            return
        try:
            if self._chat is None:
                self._chat = self._chats.start(self._collection, answer, engine)
            else:
                self._chat = self._chats.append(self._chat.id, answer, engine)
        except ConversationError as error:
            self._keep = False
            note(f"From here on this chat is not kept. {error}")
