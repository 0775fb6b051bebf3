"""Chats, kept: begun, gone on with, found again, renamed, deleted."""

from __future__ import annotations

import re
import secrets
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingest.store.connection import reading, writing
from machine import data_home
from rag.conversations.database import damaged, forget_deleted, opened
from rag.conversations.details import DetailsUnreadable, details_of, read, written
from rag.conversations.types import Conversation, KeptConversation, KeptTurn
from rag.earlier_turns import FOLLOWED
from rag.errors import NoSuchConversation
from rag.types import Answer, Turn

#: What an id is made of: no vowels, so that none reads as a word, and nothing that looks like another.
_ALPHABET = "bcdfghjkmnpqrstvwxz23456789"
_ID_LENGTH = 5
_LONGEST_TITLE = 80
_WORD = re.compile(r"\w+")

_LISTED = """SELECT id, title, collection, began, changed,
    (SELECT count(*) FROM turn WHERE conversation_id = conversation.id) FROM conversation"""


def conversations_file() -> Path:
    """Where chats are kept, apart from the collections: a long ingest never stands in their way."""
    return data_home() / "conversations.sqlite3"


class Conversations:
    """The chats in one file. Several threads and processes may use it at once.

    Every operation opens the file for itself and is whole when it returns: what was kept survives a crash.
    All raise ConversationsUnusable where the file cannot be used, and NoSuchConversation for an unknown id.
    An id may be cut short, as long as only one begins so.
    """

    def __init__(self, path: Path | None = None, now: Callable[[], datetime] = lambda: datetime.now(UTC)):
        self._path = path or conversations_file()
        self._now = now

    @property
    def path(self) -> Path:
        return self._path

    def start(self, collection: str, answer: Answer, engine: str) -> Conversation:
        """Begin a chat with its first answer; its question is the title. `engine` is what wrote it."""
        moment = self._moment()
        with opened(self._path, create=True) as connection, writing(connection):
            id = _new_id(connection)
            connection.execute(
                "INSERT INTO conversation (id, title, collection, began, changed) VALUES (?, ?, ?, ?, ?)",
                (id, title_of(answer.question), collection, moment, moment),
            )
            _add_turn(connection, id, moment, answer, engine)
            return _listed(connection, id)

    def append(self, id: str, answer: Answer, engine: str) -> Conversation:
        """Add a further question and its answer."""
        self._require_file(id)
        moment = self._moment()
        with opened(self._path) as connection, writing(connection):
            id = _found(connection, id)
            _add_turn(connection, id, moment, answer, engine)
            connection.execute("UPDATE conversation SET changed = ? WHERE id = ?", (moment, id))
            return _listed(connection, id)

    def list(self, collection: str | None = None) -> tuple[Conversation, ...]:
        """All chats, or those with one collection, the latest first."""
        if not self._path.exists():
            return ()
        with opened(self._path) as connection:
            return _all_listed(connection, collection)

    def search(self, words: str, collection: str | None = None) -> tuple[Conversation, ...]:
        """Chats with a turn or a title that has words beginning as each of these, the latest first."""
        wanted = _WORD.findall(words.casefold())
        chats = self.list(collection)
        if not wanted or not chats:
            return ()
        query = " ".join(f'"{word}"*' for word in wanted)
        with opened(self._path) as connection:
            rows = connection.execute(
                "SELECT DISTINCT conversation_id FROM turn WHERE id IN "
                "(SELECT rowid FROM turn_words WHERE turn_words MATCH ?)",
                (query,),
            ).fetchall()
        found = {id for (id,) in rows}
        return tuple(
            chat
            for chat in chats
            if chat.id in found or _begins_each(wanted, _WORD.findall(chat.title.casefold()))
        )

    def latest(self, collection: str | None = None) -> Conversation:
        """The chat that was last added to. Raises NoSuchConversation where there is none."""
        chats = self.list(collection)
        if not chats:
            of = f" with the collection {collection!r}" if collection is not None else ""
            raise NoSuchConversation(f"No chat{of} is kept yet.")
        return chats[0]

    def find(self, id: str) -> Conversation:
        """The chat that this id, or its beginning, names, without its turns."""
        self._require_file(id)
        with opened(self._path) as connection:
            return _listed(connection, _found(connection, id))

    def get(self, id: str) -> KeptConversation:
        """A chat, whole."""
        self._require_file(id)
        with opened(self._path) as connection, reading(connection):
            id = _found(connection, id)
            about = _listed(connection, id)
            rows = connection.execute(
                "SELECT number, asked, question, searched, text, short_answer, refused, refusal, finish, "
                "engine, details FROM turn WHERE conversation_id = ? ORDER BY number",
                (id,),
            ).fetchall()
        return KeptConversation(about, tuple(self._turn(id, row) for row in rows))

    def resume(self, id: str) -> tuple[Turn, ...]:
        """A chat's turns as `Collection.ask` takes them, without small talk and what was here.

        What is kept beside them need not be readable.
        """
        self._require_file(id)
        with opened(self._path) as connection:
            rows = connection.execute(
                "SELECT question, text, refused, "
                "CASE WHEN json_valid(details) THEN json_extract(details, '$.kind') END "
                "FROM turn WHERE conversation_id = ? ORDER BY number",
                (_found(connection, id),),
            ).fetchall()
        return tuple(
            Turn(question, text, bool(refused))
            for question, text, refused, kind in rows
            if kind is None or kind in FOLLOWED
        )

    def rename(self, id: str, title: str) -> Conversation:
        """Give it another title. Raises ValueError for one without a letter or digit."""
        title = title_of(title)
        if not _WORD.search(title):
            raise ValueError("The title is empty. Give the chat one that can be read.")
        self._require_file(id)
        with opened(self._path) as connection, writing(connection):
            id = _found(connection, id)
            connection.execute("UPDATE conversation SET title = ? WHERE id = ?", (title, id))
            return _listed(connection, id)

    def delete(self, id: str) -> Conversation:
        """Delete one chat; returns what it was. No word of it is left in the file."""
        self._require_file(id)
        with opened(self._path) as connection:
            with writing(connection):
                gone = _listed(connection, _found(connection, id))
                connection.execute("DELETE FROM conversation WHERE id = ?", (gone.id,))
            forget_deleted(connection)
        return gone

    def delete_of_collection(self, collection: str) -> tuple[Conversation, ...]:
        """Delete all chats with a collection, whether it is still there or not; returns what they were."""
        return self._delete_many(collection)

    def follow_renamed(self, collection: str, name: str) -> None:
        """A collection has another name now: its chats are with it under that name."""
        if not self._path.exists():
            return
        with opened(self._path) as connection, writing(connection):
            connection.execute(
                "UPDATE conversation SET collection = ? WHERE collection = ?", (name, collection)
            )

    def delete_all(self) -> tuple[Conversation, ...]:
        """Delete all chats; returns what they were."""
        return self._delete_many(None)

    def _delete_many(self, collection: str | None) -> tuple[Conversation, ...]:
        if not self._path.exists():
            return ()
        with opened(self._path) as connection:
            with writing(connection):
                gone = _all_listed(connection, collection)
                connection.executemany("DELETE FROM conversation WHERE id = ?", [(chat.id,) for chat in gone])
            forget_deleted(connection)
        return gone

    def _turn(self, id: str, row: tuple[Any, ...]) -> KeptTurn:
        number, asked, question, searched, text, short_answer, refused, refusal, finish, engine, kept = row
        try:
            details = read(str(kept))
        except DetailsUnreadable as error:
            raise damaged(self._path, f"question {number} of chat {id}: {error}") from error
        return KeptTurn(
            number, asked, question, searched, text, short_answer, bool(refused), refusal, finish,
            details.sentences, details.passages, details.timings, details.tokens, engine, details.kind,
            details.coverage,
        )  # fmt: skip

    def _moment(self) -> str:
        return self._now().astimezone(UTC).isoformat(timespec="seconds")

    def _require_file(self, id: str) -> None:
        if not self._path.exists():
            raise _no_such(id)


def title_of(question: str) -> str:
    """A question as a title: one line, cut at a word where it is long."""
    line = " ".join(question.split())
    if len(line) <= _LONGEST_TITLE:
        return line
    cut = line[: _LONGEST_TITLE - 1]
    return (cut.rpartition(" ")[0].rstrip(",;:") or cut) + "…"


def _add_turn(connection: sqlite3.Connection, id: str, moment: str, answer: Answer, engine: str) -> None:
    (number,) = connection.execute(
        "SELECT coalesce(max(number), 0) + 1 FROM turn WHERE conversation_id = ?", (id,)
    ).fetchone()
    connection.execute(
        "INSERT INTO turn (conversation_id, number, asked, question, searched, text, short_answer, refused, "
        "refusal, finish, engine, details) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            id, number, moment, answer.question, answer.searched, answer.text, answer.short_answer,
            answer.refused, answer.refusal, answer.finish, engine, written(details_of(answer)),
        ),
    )  # fmt: skip


def _found(connection: sqlite3.Connection, id: str) -> str:
    """The whole id of the one chat that it names, or that alone begins so."""
    typed = id.strip().lower()
    rows = connection.execute("SELECT id FROM conversation WHERE substr(id, 1, ?) = ?", (len(typed), typed))
    found = [str(row[0]) for row in rows]
    if typed in found:
        return typed
    if len(found) != 1 or not typed:
        raise _no_such(id, len(found))
    return found[0]


def _no_such(id: str, count: int = 0) -> NoSuchConversation:
    if count > 1 and id.strip():
        return NoSuchConversation(f"{count} chats have an id that begins with {id!r}. Type more of it.")
    return NoSuchConversation(f"No chat {id!r} is kept. `refdesk chats` lists those that are.")


def _listed(connection: sqlite3.Connection, id: str) -> Conversation:
    return Conversation(*connection.execute(_LISTED + " WHERE id = ?", (id,)).fetchone())


def _all_listed(connection: sqlite3.Connection, collection: str | None) -> tuple[Conversation, ...]:
    rows = connection.execute(
        _LISTED + " WHERE ?1 IS NULL OR collection = ?1 ORDER BY changed DESC, rowid DESC", (collection,)
    )
    return tuple(Conversation(*row) for row in rows)


def _new_id(connection: sqlite3.Connection) -> str:
    while True:
        id = "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))
        if not connection.execute("SELECT 1 FROM conversation WHERE id = ?", (id,)).fetchone():
            return id


def _begins_each(wanted: Sequence[str], words: Sequence[str]) -> bool:
    return all(any(word.startswith(one) for word in words) for one in wanted)
