"""The chat page as a person meets it, with engines that need no model."""

from __future__ import annotations

import re
import shutil
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from apps.chat.chat_live import LIVE_CHATS
from apps.chat.shared import opened
from apps.jobs.jobs import Jobs
from rag import Conversations, delete_collection, open_collection, rename_collection
from tests.apps.chat.pages import answers, asked, button, open_page, panels, texts, turned_to, words

pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning", "default::PendingDeprecationWarning")

#: The engine without a model answers in the document's own words.
ANSWER = "A tow costs 48 euros. [1]"


@pytest.fixture
def flying(refdesk, folder: Path) -> Path:
    """A collection in which the price of a tow stands."""
    (folder / "tow.md").write_text("# Fees\n\nA tow costs 48 euros.\n")
    assert refdesk("ingest", folder, "-c", "flying").exit_code == 0
    return folder


def test_without_a_collection_the_page_says_how_to_make_one(modelless: Path) -> None:
    page = open_page()
    assert not page.exception
    assert any("refdesk ingest" in caption.value for caption in page.caption)
    assert button(page, "Try the sample")
    assert not page.chat_input


def test_the_sample_is_one_click_and_can_be_asked(modelless: Path) -> None:
    page = button(open_page(), "Try the sample").click().run()
    assert not page.exception
    deadline = time.monotonic() + 90
    while any(job.is_active for job in Jobs().all()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    page.run()
    assert not page.exception
    assert page.chat_input


def test_an_empty_collection_is_said_to_be_empty(flying: Path) -> None:
    with open_collection("flying") as held:
        for info in held.documents():
            held.remove(info.path)
    page = open_page()
    assert not page.exception
    assert any("holds no documents yet" in info.value for info in page.info)
    assert not page.chat_input


def test_a_missing_model_is_named_with_the_way_to_get_it(
    flying: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REFDESK_ENGINE")
    page = open_page()
    assert not page.exception
    assert any("language model is not here" in error.value for error in page.error)
    assert any("refdesk models pull" in text for text in texts(page))


def test_a_question_is_answered_with_marks_and_its_source(flying: Path) -> None:
    page = asked(open_page(), "What does a tow cost?")
    assert not page.exception
    assert "What does a tow cost?" in texts(page)
    (answer,) = answers(page)
    assert words(answer) == ANSWER
    assert {part["support"] for part in answer["parts"]} == {"supported"}
    assert button(page, "[1] tow.md")
    assert any("compared with the passages it cites and found" in caption.value for caption in page.caption)


def test_an_answer_stays_when_the_page_is_drawn_again(flying: Path) -> None:
    page = asked(open_page(), "What does a tow cost?")
    page.run()
    assert [words(answer) for answer in answers(page)] == [ANSWER]


def test_a_source_opens_with_its_lines_marked(flying: Path) -> None:
    page = asked(open_page(), "What does a tow cost?")
    button(page, "[1] tow.md").click().run()
    assert not page.exception
    assert "“A tow costs 48 euros.”" in texts(page)
    (panel,) = panels(page)
    assert [line["cited"] for line in panel["lines"] if line["cited"]] == ["A tow costs 48 euros."]
    assert panel["says"] == "section Fees; the cited lines are marked"  # for who cannot see it
    assert panel["first"]  # the dialog goes there


def test_a_refusal_shows_where_it_looked(flying: Path) -> None:
    page = asked(open_page(), "Who was the first emperor of Ethiopia?")
    assert not page.exception
    assert "The documents do not hold an answer to this question." in texts(page)
    assert "Looked for: Who was the first emperor of Ethiopia?" in texts(page)


def test_nothing_of_another_session_is_shown(flying: Path) -> None:
    asked(open_page(), "What does a tow cost?")
    other = open_page()
    assert not answers(other)
    assert "What does a tow cost?" not in texts(other)
    assert not [each for each in other.button if "tow" in each.label]


def test_a_reload_finds_the_chat_that_the_address_names(flying: Path) -> None:
    page = asked(open_page(), "What does a tow cost?")
    token = page.query_params["chat"]
    again = open_page(chat=token if isinstance(token, str) else token[0])
    assert [words(answer) for answer in answers(again)] == [ANSWER]


def test_an_address_that_names_no_chat_is_answered_in_words(flying: Path) -> None:
    page = open_page(chat="guessed")
    assert not page.exception
    assert any("not open any more" in info.value for info in page.info)
    assert page.chat_input


@pytest.fixture
def two(refdesk, flying: Path) -> Path:
    """Another collection beside it, that comes before it by name."""
    assert refdesk("ingest", flying, "-c", "boats").exit_code == 0
    return flying


def chosen(name: str) -> Any:
    page = open_page()
    return page.selectbox[0].set_value(name).run()


def test_a_collection_that_somebody_deletes_is_missed_and_no_other_asked(two: Path) -> None:
    page = asked(chosen("flying"), "What does a tow cost?")
    delete_collection("flying")
    page.chat_input[0].set_value("When does the library open?").run()
    assert not page.exception
    assert any("not here any more" in warning.value for warning in page.warning)
    assert any("“flying”" in text for text in texts(page))
    assert page.selectbox[0].value == "boats"
    assert not answers(page)
    assert not page.run().warning


def test_a_collection_that_was_asked_is_missed_though_nobody_chose_it(flying: Path) -> None:
    page = asked(open_page(), "What does a tow cost?")
    delete_collection("flying")
    page.run()
    assert not page.exception
    assert any("not here any more" in warning.value for warning in page.warning)
    assert button(page, "Try the sample")


def test_an_address_of_a_chat_whose_collection_is_gone_is_answered_in_words(two: Path) -> None:
    page = asked(chosen("flying"), "What does a tow cost?")
    token = page.query_params["chat"]
    delete_collection("flying")
    again = open_page(chat=token if isinstance(token, str) else token[0])
    assert not again.exception
    assert any("collection that is not here any more" in info.value for info in again.info)
    assert again.selectbox[0].value == "boats"


def test_a_chat_goes_with_its_collection_when_that_is_renamed(two: Path) -> None:
    page = asked(chosen("flying"), "What does a tow cost?")
    token = page.query_params["chat"]
    opened("flying").close()
    rename_collection("flying", "soaring")
    LIVE_CHATS.follow_renamed("flying", "soaring")
    again = open_page(chat=token if isinstance(token, str) else token[0])
    assert [words(answer) for answer in answers(again)] == [ANSWER]
    assert again.selectbox[0].value == "soaring"


def test_a_kept_chat_is_found_gone_on_with_renamed_and_deleted(flying: Path) -> None:
    asked(open_page(), "What does a tow cost?")
    page = open_page()
    page.toggle(key="chat history shown").set_value(True).run()
    button(page, "What does a tow cost?").click().run()
    assert not page.exception
    assert [words(answer) for answer in answers(page)] == [ANSWER]
    asked(page, "When does the library open?")
    (kept,) = Conversations().list("flying")
    assert kept.turn_count == 2
    page.text_input(key=f"chat title {kept.id}").set_value("Prices").run()
    assert Conversations().find(kept.id).title == "Prices"
    button(page, "Delete this chat").click().run()
    assert not Conversations().list("flying")
    assert not answers(page)


def test_what_is_not_to_be_kept_is_not(flying: Path) -> None:
    page = open_page()
    page.toggle(key="chat is kept").set_value(False).run()
    asked(page, "What does a tow cost?")
    assert not Conversations().list("flying")


def test_what_is_not_to_be_kept_is_not_kept_after_a_reload_either(flying: Path) -> None:
    page = open_page()
    page.toggle(key="chat is kept").set_value(False).run()
    page = asked(page, "What does a tow cost?")
    token = page.query_params["chat"]
    again = open_page(chat=token if isinstance(token, str) else token[0])
    asked(again, "When does the library open?")
    assert not Conversations().list("flying")


def test_what_is_not_to_be_kept_is_not_kept_after_a_look_at_another_page(flying: Path) -> None:
    page = open_page()
    page.toggle(key="chat is kept").set_value(False).run()
    assert turned_to(page, "documents").title[0].value == "Documents"
    asked(turned_to(page, ""), "What does a tow cost?")
    assert not Conversations().list("flying")


def test_a_new_chat_begins_empty(flying: Path) -> None:
    page = asked(open_page(), "What does a tow cost?")
    button(page, "New chat").click().run()
    assert not answers(page)


def test_an_answer_is_copied_with_its_references(flying: Path) -> None:
    page = asked(open_page(), "What does a tow cost?")
    button(page, "Copy as Markdown").click().run()
    copied = page.code[0].value
    assert copied.startswith("## 1. What does a tow cost?")
    assert "\\[1\\] tow.md" in copied


def test_only_chosen_documents_are_asked(flying: Path) -> None:
    page = open_page()
    page.multiselect(key="chat documents flying").set_value([str(flying / "hours.txt")]).run()
    assert any("1 of 4 documents" in caption.value for caption in page.caption)
    asked(page, "What does a tow cost?")
    assert not any("48 euros" in words(answer) for answer in answers(page))
    assert "Asked of 1 of 4 documents" in texts(page)


def test_a_choice_that_means_no_document_asks_none(flying: Path) -> None:
    page = open_page()
    page.date_input(key="chat since flying").set_value(date(2024, 5, 2)).run()
    page.date_input(key="chat until flying").set_value(date(2024, 5, 1)).run()
    assert not page.exception
    assert any("the first is the later one" in text for text in texts(page))
    assert not page.chat_input
    page.button(key="chat all flying").click().run()
    assert page.chat_input


def test_a_file_is_asked_alone(flying: Path) -> None:
    page = open_page()
    page.chat_input[0].upload("prices.txt", b"A winch launch costs 11 euros.\n")
    page = asked(page, "What does a winch launch cost?")
    assert not page.exception
    assert "Asked of the attached file alone: prices.txt" in texts(page)
    assert [words(answer) for answer in answers(page)] == ["A winch launch costs 11 euros. [1]"]
    button(page, "[1] prices.txt").click().run()
    assert "“A winch launch costs 11 euros.”" in texts(page)


def test_a_file_is_asked_together_with_the_documents(flying: Path) -> None:
    page = open_page()
    page.checkbox(key="chat file with documents").set_value(True).run()
    page.chat_input[0].upload("prices.txt", b"A winch launch costs 11 euros.\n")
    page = asked(page, "What does a winch launch cost, and what does a tow cost?")
    assert not page.exception
    assert "Asked of the documents and the attached file: prices.txt" in texts(page)
    (answer,) = answers(page)
    assert "11 euros" in words(answer)
    assert "48 euros" in words(answer)
    button(page, "[1] prices.txt").click().run()
    assert "“A winch launch costs 11 euros.”" in texts(page)
    button(page, "[2] tow.md").click().run()
    assert "“A tow costs 48 euros.”" in texts(page)


def test_what_follows_is_asked_of_the_attached_file_until_it_is_put_away(flying: Path) -> None:
    page = open_page()
    page.chat_input[0].upload("prices.txt", b"A winch launch costs 11 euros. A tow costs 52 euros.\n")
    page = asked(page, "What does a winch launch cost?")
    assert "The next question is asked of the attached file alone: prices.txt" in texts(page)
    page = asked(page, "And what does a tow cost?")
    assert not page.exception
    assert texts(page).count("Asked of the attached file alone: prices.txt") == 2
    assert words(answers(page)[-1]) == "A tow costs 52 euros. [1]"
    button(page, "Put it away").click().run()
    page = asked(page, "What does a tow cost?")
    assert words(answers(page)[-1]) == ANSWER
    assert texts(page).count("Asked of the attached file alone: prices.txt") == 2


def test_what_follows_is_asked_of_the_documents_too_where_that_is_chosen(flying: Path) -> None:
    page = open_page()
    page.chat_input[0].upload("prices.txt", b"A winch launch costs 11 euros.\n")
    page = asked(page, "What does a winch launch cost?")
    page.checkbox(key="chat file with documents").set_value(True).run()
    page = asked(page, "What does a tow cost?")
    assert not page.exception
    assert "Asked of the attached file alone: prices.txt" in texts(page)
    assert "Asked of the documents and the attached file: prices.txt" in texts(page)
    assert "48 euros" in words(answers(page)[-1])


def test_a_file_of_which_nothing_could_be_read_is_not_asked_again(flying: Path) -> None:
    page = open_page()
    page.chat_input[0].upload("empty.txt", b"")
    page = asked(page, "What does a tow cost?")
    (said,) = [text for text in texts(page) if "holds no byte" in text]
    assert said.count("empty.txt") == 1
    page = asked(page, "What does a tow cost?")
    assert words(answers(page)[-1]) == ANSWER


def test_a_file_that_cannot_be_read_is_told_in_words(flying: Path) -> None:
    page = open_page()
    page.chat_input[0].upload("broken.pdf", b"%PDF-1.4 and nothing behind it")
    page = asked(page, "What does it say?")
    assert not page.exception
    assert any(text.startswith("broken.pdf is a PDF that is cut short") for text in texts(page))


def test_a_command_reads_the_last_answer_aloud(
    flying: Path, modelless: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFDESK_VOICE", "scripted")
    page = asked(open_page(), "What does a tow cost?")
    page = asked(page, "/speak")
    assert not page.exception
    assert any("Made by a model: scripted" in text for text in texts(page))
    assert "tow.md, page 1" in texts(page)
    assert not any(str(modelless) in text or str(flying) in text for text in texts(page))
    assert len(list((modelless / "made").glob("speak-*.wav"))) == 1


def test_the_chat_draws_with_the_model_that_was_named_among_the_tools(
    flying: Path, modelless: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REFDESK_IMAGE_MODEL", raising=False)
    page = open_page()
    page.chat_input[0].set_value("/draw a tow plane").run()
    assert any("needs a model of your choice" in warning.value for warning in page.warning)
    page = turned_to(page, "tools")
    page.text_input(key="engine of draw").set_value("scripted").run()
    page = asked(turned_to(page, ""), "/draw a tow plane")
    assert not page.exception
    assert len(list((modelless / "made").glob("*.png"))) == 1


@pytest.mark.parametrize("command", ["/summarise hours.txt", "/Summarize hours.txt"])
def test_a_command_is_known_however_people_spell_it(flying: Path, command: str) -> None:
    page = asked(open_page(), command)
    assert not page.exception
    assert not any("no such command" in warning.value for warning in page.warning)


def test_a_command_does_not_swallow_a_file(flying: Path) -> None:
    page = open_page()
    page.chat_input[0].upload("prices.txt", b"A winch launch costs 11 euros.\n")
    page.chat_input[0].set_value("/summarize").run()
    assert any("takes no file" in warning.value for warning in page.warning)


def test_a_made_file_that_is_damaged_or_gone_stops_no_chat(
    flying: Path, modelless: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFDESK_IMAGE_MODEL", "scripted")
    page = asked(open_page(), "/draw a tow plane")
    (picture,) = (modelless / "made").glob("*.png")
    picture.write_bytes(picture.read_bytes()[:20])
    page.run()
    assert not page.exception
    assert any("cannot be shown" in error.value for error in page.error)
    picture.unlink()
    page.run()
    assert not page.exception
    assert any("not there any more" in text for text in texts(page))


def test_a_command_that_lacks_something_is_told_so(flying: Path) -> None:
    page = open_page()
    page.chat_input[0].set_value("/draw").run()
    assert any("Say what to draw" in text for text in texts(page))
    page.chat_input[0].set_value("/nonsense").run()
    assert any("no such command" in warning.value for warning in page.warning)


def test_an_answer_is_read_aloud(flying: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFDESK_VOICE", "scripted")
    page = asked(open_page(), "What does a tow cost?")
    button(page, "Read aloud").click().run()
    assert not page.exception
    assert len(page.get("audio")) == 1


def test_markup_in_a_document_is_shown_as_text(refdesk, folder: Path) -> None:
    (folder / "evil.txt").write_text("The tow fee is <img src=x onerror=alert(1)> **48** euros.")
    refdesk("ingest", folder, "-c", "flying")
    page = asked(open_page(), "What is the tow fee?")
    button(page, "[1] evil.txt").click().run()
    assert any("<img src=x" in text for text in texts(page))
    rendered = [*page.markdown, *page.caption, *page.error, *page.warning, *page.info]
    assert not [block.value for block in rendered if "<img" in block.value]


def test_a_heading_and_a_file_name_never_become_markdown(refdesk, folder: Path) -> None:
    heading = "<h1>Fees ![x](http://evil.example/p.png)</h1>"
    (folder / "[y](http:evil.example).html").write_text(
        f"<html><body>{heading}<p>A tow costs 48 euros.</p></body></html>"
    )
    refdesk("ingest", folder, "-c", "flying")
    page = asked(open_page(), "What does a tow cost?")
    rendered = [*page.markdown, *page.caption, *page.error, *page.warning, *page.info]
    assert not [block.value for block in rendered if "evil.example" in block.value]
    labels = [each.label for each in page.button if "evil" in each.label]
    assert labels
    assert not [label for label in labels if re.search(r"(?<!\\)\]\(|https?:(?!\u2060)", label)]


def test_the_collection_that_was_asked_for_is_chosen(
    refdesk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("first", "second"):
        refdesk("ingest", folder, "-c", name)
    monkeypatch.setenv("REFDESK_COLLECTION", "second")
    assert open_page().selectbox[0].value == "second"


def test_a_collection_that_does_not_open_is_named(modelless: Path) -> None:
    broken = modelless / "collections" / "broken"
    broken.mkdir(parents=True)
    (broken / "store.sqlite3").write_bytes(b"not a database at all, and long enough to be seen as none" * 20)
    page = open_page()
    assert not page.exception
    assert any(text.value.startswith("broken: ") for text in page.text)


def test_a_folder_whose_name_no_collection_can_have_stops_nothing(flying: Path, modelless: Path) -> None:
    folder = modelless / "collections"
    shutil.copytree(folder / "flying", folder / "Copy of flying")
    page = open_page()
    assert not page.exception
    assert page.selectbox[0].value == "flying"
    assert any("no collection can have" in text for text in texts(page))


def test_a_spoken_question_without_a_model_that_listens_is_answered_in_words(flying: Path) -> None:
    import io
    import wave

    recording = io.BytesIO()
    with wave.open(recording, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16000)
        sound.writeframes(bytes(32000))
    page = open_page()
    page.audio_input[0].set_value(("question.wav", recording.getvalue(), "audio/wav")).run()
    assert not page.exception
    assert any("cannot be listened to" in error.value for error in page.error)
    assert any("faster-whisper" in text for text in texts(page))
    assert page.chat_input
