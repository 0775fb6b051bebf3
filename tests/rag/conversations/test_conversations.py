"""Chats in their file: kept whole, found, changed, gone."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from rag import (
    Calculation,
    Conversations,
    ConversationsUnusable,
    Coverage,
    LeftOut,
    NoSuchConversation,
    Operand,
    Turn,
)
from rag.conversations.as_json import whole
from tests.rag.conversations.conftest import an_answer


def test_all_of_an_answer_is_kept(chats: Conversations) -> None:
    answer = an_answer(searched="What does a tow cost in 2024?")
    chat = chats.start("flying", answer, "llama-cpp:small")
    (turn,) = chats.get(chat.id).turns
    for name in ("question", "searched", "text", "short_answer", "refused", "refusal", "finish"):
        assert getattr(turn, name) == getattr(answer, name), name
    assert (turn.sentences, turn.timings, turn.tokens) == (answer.sentences, answer.timings, answer.tokens)
    (place,) = turn.passages
    assert (place.number, place.document, place.page_number) == (1, "/papers/club.md", 2)
    assert (turn.number, turn.engine, turn.asked) == (1, "llama-cpp:small", "2026-03-01T09:01:00+00:00")


def test_a_refusal_is_kept_with_its_reason(chats: Conversations) -> None:
    refused = an_answer(text="No.", short_answer=None, refused=True, refusal="not-stated", sentences=())
    chat = chats.start("flying", refused, "extractive")
    assert chats.get(chat.id).turns[0].refusal == "not-stated"
    assert chats.resume(chat.id) == (Turn(refused.question, "No.", refused=True),)


def test_a_chat_goes_on_where_it_was(chats: Conversations) -> None:
    chat = chats.start("flying", an_answer("First?"), "extractive")
    chats.append(chat.id, an_answer("Second?"), "extractive")
    assert [turn.question for turn in chats.resume(chat.id)] == ["First?", "Second?"]
    assert [turn.number for turn in chats.get(chat.id).turns] == [1, 2]
    assert chats.get(chat.id).about.changed > chat.changed


def test_the_title_is_the_first_question(chats: Conversations) -> None:
    assert chats.start("flying", an_answer("What\n is  this?"), "x").title == "What is this?"
    long = chats.start("flying", an_answer("word " * 40), "x").title
    assert len(long) <= 80
    assert long.endswith("word…")


def test_ids_are_short_and_may_be_cut_short(chats: Conversations) -> None:
    chat = chats.start("flying", an_answer(), "x")
    assert re.fullmatch("[bcdfghjkmnpqrstvwxz2-9]{5}", chat.id)
    assert chats.find(chat.id[:3].upper()).id == chat.id
    with pytest.raises(NoSuchConversation, match="refdesk chats"):
        chats.get("aaaaa")
    with pytest.raises(NoSuchConversation):
        chats.get("")


def test_the_latest_comes_first(chats: Conversations) -> None:
    first = chats.start("flying", an_answer("First?"), "x")
    second = chats.start("law", an_answer("Second?"), "x")
    assert [chat.id for chat in chats.list()] == [second.id, first.id]
    chats.append(first.id, an_answer("Third?"), "x")
    assert chats.latest().id == first.id
    assert chats.latest("law").id == second.id
    assert [chat.id for chat in chats.list("flying")] == [first.id]
    with pytest.raises(NoSuchConversation, match="'cooking'"):
        chats.latest("cooking")


def test_words_find_chats_in_questions_answers_and_titles(chats: Conversations) -> None:
    tow = chats.start("flying", an_answer("What does a tow cost?", "Café: 48 euros [1]"), "x")
    rope = chats.start("flying", an_answer("How old is the rope?", "Two years [1]"), "x")
    chats.rename(rope.id, "Winch")
    assert [chat.id for chat in chats.search("cafe EUR")] == [tow.id]
    assert [chat.id for chat in chats.search("winch")] == [rope.id]
    assert chats.search('tow AND "rope') == ()
    assert chats.search("*") == ()
    assert chats.search("tow", "law") == ()


def test_a_title_can_be_changed_and_not_emptied(chats: Conversations) -> None:
    chat = chats.start("flying", an_answer(), "x")
    assert chats.rename(chat.id, " Winch\nrope ").title == "Winch rope"
    with pytest.raises(ValueError, match="empty"):
        chats.rename(chat.id, " ?! ")


def test_chats_are_deleted_one_by_one_by_collection_and_all(chats: Conversations) -> None:
    one, two, three, four = (
        chats.start(name, an_answer(f"{name} {number}?"), "x")
        for number, name in enumerate(("flying", "flying", "law", "law"))
    )
    assert chats.delete(one.id).id == one.id
    assert [chat.id for chat in chats.delete_of_collection("law")] == [four.id, three.id]
    assert [chat.id for chat in chats.list()] == [two.id]
    assert len(chats.delete_all()) == 1
    assert chats.list() == ()
    assert chats.search("flying") == ()


def test_no_word_of_a_deleted_chat_stays_on_the_disk(chats: Conversations, file: Path) -> None:
    kept = chats.start("flying", an_answer("Ordinary?"), "x")
    secret = chats.start("flying", an_answer("Zanzibar?", "Zanzibar [1]"), "x")
    chats.delete(secret.id)
    found = b"".join(path.read_bytes() for path in file.parent.iterdir())
    assert b"zanzibar" not in found.lower()
    assert chats.get(kept.id).turns[0].question == "Ordinary?"


@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")
def test_others_may_not_read_it(chats: Conversations, file: Path) -> None:
    chats.start("flying", an_answer(), "x")
    assert file.stat().st_mode & 0o077 == 0


def test_looking_makes_no_file(chats: Conversations, file: Path) -> None:
    assert (chats.list(), chats.search("x"), chats.delete_all()) == ((), (), ())
    with pytest.raises(NoSuchConversation):
        chats.get("bcdfg")
    assert not file.exists()


def test_a_chat_deleted_meanwhile_is_not_added_to(chats: Conversations) -> None:
    chat = chats.start("flying", an_answer(), "x")
    chats.delete(chat.id)
    with pytest.raises(NoSuchConversation):
        chats.append(chat.id, an_answer(), "x")


def test_many_write_at_once(file: Path) -> None:
    id = Conversations(file).start("flying", an_answer(), "x").id
    writers = [
        threading.Thread(target=lambda: [Conversations(file).append(id, an_answer(), "x") for _ in range(5)])
        for _ in range(4)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [turn.number for turn in Conversations(file).get(id).turns] == list(range(1, 22))


PROGRAM = """
import sys
from pathlib import Path
from rag import Conversations
from tests.rag.conversations.conftest import an_answer
chats = Conversations(Path(sys.argv[1]))
id = chats.start("flying", an_answer("0"), "x").id
number = 0
while True:
    number += 1
    chats.append(id, an_answer(str(number)), "x")
    print(number, flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
def test_what_was_kept_survives_a_process_that_is_killed(file: Path) -> None:
    root = Path(__file__).resolve().parents[3]
    writer = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(file)], stdout=subprocess.PIPE, cwd=root, text=True
    )
    assert writer.stdout is not None
    told = [int(writer.stdout.readline()) for _ in range(5)]
    writer.send_signal(signal.SIGKILL)
    rest, _ = writer.communicate()
    told += [int(line) for line in rest.split()]
    (chat,) = Conversations(file).list()
    kept = [turn.question for turn in Conversations(file).resume(chat.id)]
    assert kept[: told[-1] + 1] == [str(number) for number in range(told[-1] + 1)]


@pytest.mark.parametrize("content", [b"no database at all, " * 300, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_damage_is_told_in_words(chats: Conversations, file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    for use in (chats.list, lambda: chats.start("flying", an_answer(), "x"), lambda: chats.get("bcdfg")):
        with pytest.raises(ConversationsUnusable, match="Move it away") as error:
            use()
        assert str(file) in str(error.value)
    assert file.read_bytes() == content


def test_other_databases_and_other_versions_are_left_alone(chats: Conversations, file: Path) -> None:
    chats.start("flying", an_answer(), "x")
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(ConversationsUnusable, match="format 99"):
        chats.list()
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA application_id = 1")
    connection.close()
    with pytest.raises(ConversationsUnusable, match="another program"):
        chats.list()


def test_what_an_overview_was_read_from_is_kept(chats: Conversations) -> None:
    coverage = Coverage(1, 2, 3, 9, "central", (LeftOut("/papers/scan.pdf", "holds no text"),))
    turn = chats.get(chats.start("flying", an_answer(kind="overview", coverage=coverage), "x").id).turns[0]
    assert (turn.kind, turn.coverage) == ("overview", coverage)


def test_how_a_number_was_computed_is_kept(chats: Conversations) -> None:
    answer = an_answer()
    (sentence,) = answer.sentences
    operands = (
        Operand("48", Decimal("48"), sentence.citations[0]),
        Operand("12", Decimal("12.0"), sentence.citations[0]),
    )
    calculation = Calculation("sum", "48 + 12", operands, Decimal("60.0"), "60")
    answer = replace(answer, sentences=(replace(sentence, calculation=calculation, quoted=True),))
    kept = chats.get(chats.start("flying", answer, "x").id)
    assert kept.turns[0].sentences == answer.sentences
    told = json.loads(json.dumps(whole(kept)))["turns"][0]["sentences"][0]["calculation"]
    assert (told["result"], told["operands"][1]["value"]) == ("60.0", "12.0")


def test_a_number_that_is_none_is_damage(chats: Conversations, file: Path) -> None:
    answer = an_answer()
    (sentence,) = answer.sentences
    calculation = Calculation("sum", "48", (), Decimal(48), "48")
    id = chats.start(
        "flying", replace(answer, sentences=(replace(sentence, calculation=calculation),)), "x"
    ).id
    with sqlite3.connect(file) as connection:
        connection.execute(
            "UPDATE turn SET details = json_set(details, '$.sentences[0].calculation.result', 'x')"
        )
    connection.close()
    with pytest.raises(ConversationsUnusable, match="'x' is no number"):
        chats.get(id)


def test_small_talk_is_kept_and_nothing_to_go_on_from(chats: Conversations) -> None:
    id = chats.start("flying", an_answer("Hello", "This is a desk.", kind="small-talk"), "x").id
    chats.append(id, an_answer("Which documents are here?", "club.md", kind="inventory"), "x")
    chats.append(id, an_answer("Summarise club.md", kind="overview"), "x")
    chats.append(id, an_answer(), "x")
    assert [turn.question for turn in chats.resume(id)] == ["Summarise club.md", "What does a tow cost?"]
    assert len(chats.get(id).turns) == 4


def test_what_was_kept_before_there_were_kinds_is_read(chats: Conversations, file: Path) -> None:
    id = chats.start("flying", an_answer(), "x").id
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE turn SET details = json_remove(details, '$.kind', '$.coverage')")
    connection.close()
    turn = chats.get(id).turns[0]
    assert (turn.kind, turn.coverage) == ("answer", None)
    assert len(chats.resume(id)) == 1


@pytest.mark.parametrize("details", ["{", "[]", '{"schema": 1}', '{"schema": 2}', '"x"', "[" * 5000])
def test_a_turn_that_is_not_what_was_written_is_damage_and_can_be_gone_on_from(
    chats: Conversations, file: Path, details: str
) -> None:
    id = chats.start("flying", an_answer(), "x").id
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE turn SET details = ?", (details,))
    connection.close()
    with pytest.raises(ConversationsUnusable, match=f"question 1 of chat {id}"):
        chats.get(id)
    assert chats.resume(id) == (Turn("What does a tow cost?", "48 euros [1]"),)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    blocked = tmp_path / "home"
    blocked.write_text("a file, and no folder")
    with pytest.raises(ConversationsUnusable, match="Chats cannot be kept"):
        Conversations(blocked / "conversations.sqlite3").start("flying", an_answer(), "x")
