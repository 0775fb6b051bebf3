"""Chats that go on in this process. A page finds its own again by a token that nobody can guess.

What a person asked thus outlives a reload and a closed page; no list of these chats is shown to anybody.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass

from apps.chat.chat_attachment import Attachment
from apps.chat.chat_shown import Shown, shown_answer, shown_turn
from apps.chat.chat_work import Job, Made, Outcome, Problem, Stopped, Work
from rag import Answer, Collection, Conversations, Turn
from rag.earlier_turns import turns_of
from rag.errors import ConversationError

_MOST_CHATS = 100
_MOST_ENTRIES = 200
#: Of more files the first ones are let go of: what they were cited for can be read, not opened.
_MOST_ATTACHMENTS = 5

#: What an entry shows.
EntryOutcome = Shown | Made | Stopped | Problem


@dataclass(frozen=True, slots=True)
class Entry:
    """One question and what came of it.

    `attachment` is the file that was asked; `asked_of` says in words what was, where not all documents were.
    """

    question: str
    outcome: EntryOutcome
    attachment: Attachment | None = None
    asked_of: str = ""

    def collection_of(self, document: str, own: Collection) -> Collection:
        """Where a document stands that it cites; `own` is the chat's collection."""
        attached = self.attachment
        return own if attached is None or not attached.holds(document) else attached.collection


class LiveChat:
    """One chat with one collection: what was asked, and what is being worked on. Threads may share it."""

    def __init__(self, token: str, collection: str, kept: str | None = None) -> None:
        self.token = token
        self.collection = collection
        self._lock = threading.RLock()
        self._entries: list[Entry] = []
        self._turns: list[Turn] = []
        self._work: Work | None = None
        self._attachment: Attachment | None = None
        self._asked_of = ""
        self._held: Attachment | None = None
        self._attachments: list[Attachment] = []
        self.sounds: dict[int, bytes] = {}
        self.kept_id: str | None = None
        self.keep = True
        self.not_kept: str = ""
        if kept is not None:
            self._resume(kept)

    @property
    def entries(self) -> tuple[Entry, ...]:
        with self._lock:
            return tuple(self._entries)

    @property
    def turns(self) -> tuple[Turn, ...]:
        """What a follow-up goes on from."""
        with self._lock:
            return tuple(self._turns)

    @property
    def work(self) -> Work | None:
        """What is being worked on; None when nothing is."""
        with self._lock:
            return self._work

    @property
    def attachment(self) -> Attachment | None:
        """The file that what is being worked on is asked of; None for none."""
        with self._lock:
            return None if self._work is None else self._attachment

    @property
    def asked_of(self) -> str:
        """What that is asked of, in words; "" for all documents."""
        with self._lock:
            return self._asked_of

    @property
    def held(self) -> Attachment | None:
        """The file that the next question is asked of too: the one attached last, until it is put away."""
        with self._lock:
            return self._held

    def put_away(self) -> None:
        """The next question is asked of the documents again."""
        with self._lock:
            self._held = None

    @property
    def last_answer(self) -> Answer | None:
        """The answer that commands such as /speak mean."""
        shown = [entry.outcome for entry in self.entries if isinstance(entry.outcome, Shown)]
        return next((each.answer for each in reversed(shown) if each.answer is not None), None)

    def begin(
        self,
        question: str,
        job: Job,
        engine: str,
        attachment: Attachment | None = None,
        *,
        asked_of: str = "",
    ) -> bool:
        """Start working on it, unless something is being worked on: then False.

        An `attachment` is asked from here on, until it is put away.
        """
        with self._lock:
            if self._work is not None:
                return False
            self._attachment, self._asked_of = attachment, asked_of
            if attachment is not None:
                self._held = attachment
                self._attachments = [each for each in self._attachments if each is not attachment]
                self._attachments.append(attachment)
            leaving, self._attachments = (
                self._attachments[:-_MOST_ATTACHMENTS],
                self._attachments[-_MOST_ATTACHMENTS:],
            )
            work = Work(question, job, lambda done, outcome: self._finished(done, outcome, engine))
            self._work = work
        for each in leaving:
            each.close()
        work.start()
        return True

    def stop(self) -> None:
        """Stop what is being worked on. It is over at once; what was written so far stays to be read."""
        with self._lock:
            if self._work is None:
                return
            work, self._work = self._work, None
            work.stop()
            self._add(Entry(work.question, Stopped(work.draft.text), self._attachment, self._asked_of))

    def close(self) -> None:
        """Stop, and let go of attached files."""
        self.stop()
        for attachment in self._attachments:
            attachment.close()

    def _finished(self, work: Work, outcome: Outcome, engine: str) -> None:
        with self._lock:
            if work is not self._work:
                return  # it was stopped
            self._work = None
            attachment = self._attachment
            if not isinstance(outcome, Answer):
                self._add(Entry(work.question, outcome, attachment, self._asked_of))
                if attachment is not None and not attachment.is_read and self._held is attachment:
                    self._held = None  # nothing can be asked of it
                return
            shown = shown_answer(outcome, engine, len(self._entries) + 1)
            self._add(Entry(work.question, shown, attachment, self._asked_of))
            if attachment is None:  # else its passages stand in another collection
                self._turns += turns_of([outcome])
                self._keep(outcome, engine)

    def _add(self, entry: Entry) -> None:
        self._entries.append(entry)
        if (gone := len(self._entries) - _MOST_ENTRIES) > 0:
            del self._entries[:gone]
            self.sounds = {at - gone: sound for at, sound in self.sounds.items() if at >= gone}

    def _keep(self, answer: Answer, engine: str) -> None:
        """What keeps it from being kept is told, and then no more is tried."""
        if not self.keep:
            return
        chats = Conversations()
        try:
            if self.kept_id is None:
                self.kept_id = chats.start(self.collection, answer, engine).id
            else:
                chats.append(self.kept_id, answer, engine)
        except ConversationError as error:
            self.keep = False
            self.not_kept = f"From here on this chat is not kept. {error}"

    def _resume(self, kept: str) -> None:
        chats = Conversations()
        whole = chats.get(kept)
        self.kept_id = whole.about.id
        self._turns = list(chats.resume(kept))
        self._entries = [Entry(turn.question, shown_turn(turn)) for turn in whole.turns][-_MOST_ENTRIES:]


class LiveChats:
    """All of them, by token; the one looked at longest ago leaves when there are too many."""

    def __init__(self, most: int = _MOST_CHATS) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._chats: OrderedDict[str, LiveChat] = OrderedDict()

    def begin(self, collection: str, kept: str | None = None) -> LiveChat:
        """A new chat, or one that goes on with a kept one. Raises ConversationError for that."""
        # In hexadecimal: it is part of components' keys, where Streamlit refuses two underscores in a row.
        chat = LiveChat(secrets.token_hex(24), collection, kept)
        with self._lock:
            self._chats[chat.token] = chat
            leaving = [each for each in list(self._chats.values())[: -self._most] if each.work is None]
            for each in leaving:
                del self._chats[each.token]
        for each in leaving:
            each.close()
        return chat

    def find(self, token: str) -> LiveChat | None:
        with self._lock:
            if token in self._chats:
                self._chats.move_to_end(token)
            return self._chats.get(token)

    def follow_renamed(self, collection: str, name: str) -> None:
        """A collection has another name now: its chats are with it under that name."""
        with self._lock:
            for chat in self._chats.values():
                if chat.collection == collection:
                    chat.collection = name


#: One process serves everybody: a page's script runs anew, this module does not.
LIVE_CHATS = LiveChats()
