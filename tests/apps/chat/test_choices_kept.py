"""What a person chose and half wrote is there again after a look at another page, and no more than that."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from apps.settings import settings_from
from rag import open_collection
from tests.apps.chat.pages import asked, button, open_page, turned_to

pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning", "default::PendingDeprecationWarning")


def away_and_back(page: Any, address: str) -> Any:
    """The same page again, after another one was looked at."""
    other = "settings" if address == "tools" else "tools"
    assert not turned_to(page, other).exception
    page = turned_to(page, address)
    assert not page.exception
    return page


def field(page: Any, kind: str, label: str) -> Any:
    return next(each for each in getattr(page, kind) if each.label == label)


def captions(page: Any) -> list[str]:
    return [caption.value for caption in page.caption]


def forget(path: Path) -> None:
    """Somebody takes a document out of the collection, elsewhere."""
    with open_collection("default", settings_from()) as held:
        held.remove_paths([str(path)])


def test_the_documents_to_ask_stay_chosen(filled: Path) -> None:
    page = open_page()
    page.multiselect(key="chat documents default").set_value([str(filled / "hours.txt")]).run()
    page.multiselect(key="chat kinds default").set_value(["text"]).run()
    page.date_input(key="chat since default").set_value(date(2001, 2, 3)).run()
    page = away_and_back(page, "")
    assert page.multiselect(key="chat documents default").value == [str(filled / "hours.txt")]
    assert page.multiselect(key="chat kinds default").value == ["text"]
    assert page.date_input(key="chat since default").value == date(2001, 2, 3)
    assert "1 of 3 documents are asked." in captions(page)


def test_the_choice_is_this_persons_alone(filled: Path) -> None:
    page = open_page()
    page.multiselect(key="chat documents default").set_value([str(filled / "hours.txt")]).run()
    assert open_page().multiselect(key="chat documents default").value == []


def test_each_collection_has_its_own_choice(refdesk: Any, filled: Path) -> None:
    assert refdesk("ingest", filled, "-c", "other").exit_code == 0
    page = open_page()
    page.multiselect(key="chat documents default").set_value([str(filled / "hours.txt")]).run()
    page.sidebar.selectbox[0].set_value("other").run()
    assert page.multiselect(key="chat documents other").value == []
    page.sidebar.selectbox[0].set_value("default").run()
    assert page.multiselect(key="chat documents default").value == [str(filled / "hours.txt")]


@pytest.mark.parametrize("looks_away", [True, False])
def test_a_chosen_document_that_is_gone_leaves_the_choice_in_words(filled: Path, looks_away: bool) -> None:
    page = open_page()
    both = [str(filled / "hours.txt"), str(filled / "fees.md")]
    page.multiselect(key="chat documents default").set_value(both).run()
    forget(filled / "fees.md")
    page = away_and_back(page, "") if looks_away else page.run()
    assert page.multiselect(key="chat documents default").value == [str(filled / "hours.txt")]
    assert "1 of 2 documents are asked." in captions(page)
    assert [each.value for each in page.warning] == [
        "1 document of your choice went from the collection. The others are asked."
    ]
    page.multiselect(key="chat documents default").set_value([str(filled / "rules.html")]).run()
    assert not page.warning


def test_where_every_chosen_document_is_gone_it_is_said_until_another_choice_is_made(filled: Path) -> None:
    page = open_page()
    page.multiselect(key="chat documents default").set_value([str(filled / "fees.md")]).run()
    forget(filled / "fees.md")
    page = away_and_back(page.run(), "")
    assert not page.exception
    said = "1 document of your choice went from the collection. All documents are asked."
    assert [each.value for each in page.warning] == [said]
    page.button(key="chat all default").click().run()
    assert not page.warning


def test_how_attached_files_are_asked_stays(filled: Path) -> None:
    page = open_page()
    page.checkbox(key="chat file with documents").check().run()
    assert away_and_back(page, "").checkbox(key="chat file with documents").value is True


def test_the_kept_chats_that_were_looked_through_stay_in_sight(filled: Path) -> None:
    page = asked(open_page(), "What is the annual fee?")
    page.toggle(key="chat history shown").set_value(True).run()
    page.text_input(key="chat history words").set_value("annual").run()
    page = away_and_back(page, "")
    assert page.text_input(key="chat history words").value == "annual"


def test_a_search_stays_with_its_words_and_its_hits(filled: Path) -> None:
    page = turned_to(open_page(), "documents")
    field(page, "text_input", "Search in these documents").set_value("annual fee")
    field(page, "multiselect", "In").set_value([str(filled / "fees.md")])
    field(page, "number_input", "Hits").set_value(3)
    button(page, "Search").click().run()
    page = away_and_back(page, "documents")
    assert field(page, "text_input", "Search in these documents").value == "annual fee"
    assert field(page, "multiselect", "In").value == [str(filled / "fees.md")]
    assert field(page, "number_input", "Hits").value == 3
    assert any("12 euros" in each.proto.body for each in page.get("html"))


def test_what_was_searched_in_may_be_gone_meanwhile(filled: Path) -> None:
    page = turned_to(open_page(), "documents")
    field(page, "text_input", "Search in these documents").set_value("annual fee")
    field(page, "multiselect", "In").set_value([str(filled / "fees.md")])
    button(page, "Search").click().run()
    forget(filled / "fees.md")
    page = away_and_back(page, "documents")
    assert field(page, "multiselect", "In").value == []


def test_how_files_are_read_stays_and_what_overwrites_does_not(filled: Path) -> None:
    page = turned_to(open_page(), "documents")
    page.radio(key="ocr default").set_value("never")
    page.radio(key="namesakes default").set_value("replace").run()
    page = away_and_back(page, "documents")
    assert page.radio(key="ocr default").value == "never"
    assert page.radio(key="namesakes default").value == "both"


def test_the_part_of_the_documents_page_that_was_open_is_open_again(filled: Path) -> None:
    page = turned_to(open_page(), "documents")
    page.session_state["views of default, True"] = "Search"
    page = away_and_back(page.run(), "documents")
    assert page.session_state["views of default, True"] == "Search"


def test_a_wish_that_was_sent_off_stays_through_another_tool_and_another_page(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.chat.tools_work.start", lambda *_: None)
    page = turned_to(open_page(), "tools")
    for tool, words in (("speak", "A sentence"), ("translate", "Another")):
        page.session_state["tool"] = tool
        page.run()
        page.text_area(key=f"{tool} text").set_value(words)
        button(page, "Begin").click().run()
    page = away_and_back(page, "tools")
    assert page.session_state["tool"] == "translate"
    assert page.text_area(key="translate text").value == "Another"
    page.session_state["tool"] = "speak"
    assert page.run().text_area(key="speak text").value == "A sentence"


def test_settings_that_are_not_saved_yet_stay_while_a_model_is_fetched(filled: Path) -> None:
    page = turned_to(open_page(), "settings")
    field(page, "selectbox", "What writes answers").set_value("extractive").run()
    page.session_state["settings part"] = "Models"
    page.run()
    page.session_state["settings part"] = "Answers"
    page = away_and_back(page.run(), "settings")
    chosen = field(page, "selectbox", "What writes answers").value
    assert chosen == "extractive"
    assert "Not saved yet: engine." in captions(page)
    assert page.session_state["settings part"] == "Answers"


def test_settings_that_were_saved_are_not_undone_by_what_stayed(filled: Path) -> None:
    page = turned_to(open_page(), "settings")
    field(page, "selectbox", "What writes answers").set_value("extractive").run()
    page = away_and_back(page, "settings")
    button(page, "Save").click().run()
    page = away_and_back(page, "settings")
    assert field(page, "selectbox", "What writes answers").value == "extractive"
    assert not [each for each in captions(page) if each.startswith("Not saved yet")]


def test_a_question_that_was_left_by_another_page_is_not_asked_again(filled: Path) -> None:
    page = turned_to(open_page(), "documents")
    page.button(key="delete collection").click().run()
    assert page.button(key="delete for good")
    page = away_and_back(page, "documents")
    assert not [each for each in page.button if each.label == "Delete for good"]


def test_a_source_that_was_left_by_another_page_is_not_open_any_more(filled: Path) -> None:
    page = asked(open_page(), "What is the annual fee?")
    page.button(key="source 0 0").click().run()
    assert "The only source" in captions(page)
    assert "The only source" not in captions(away_and_back(page, ""))
