"""A chat with one collection, while another one is looked at."""

from __future__ import annotations

from pathlib import Path

from apps.settings import settings_from
from rag import open_collection
from tests.apps.chat.pages import answers, asked, open_page


def test_another_collection_can_be_chosen_in_the_middle_of_a_chat(filled: Path) -> None:
    with open_collection("other", settings_from()) as held:
        held.ingest([filled / "hours.txt"])
    page = asked(open_page(), "What is the annual fee?")
    assert len(answers(page)) == 1
    token = page.query_params["chat"]
    page.sidebar.selectbox[0].select("other").run()
    assert not page.exception
    assert page.sidebar.selectbox[0].value == "other"
    assert any(each.value.startswith("1 document") for each in page.sidebar.caption)
    assert answers(page) == []
    assert "chat" not in page.query_params
    page.sidebar.selectbox[0].select("default").run()
    assert len(answers(page)) == 1
    assert page.query_params["chat"] == token
