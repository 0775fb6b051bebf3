"""The tools page in its states, with engines that need no model."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from streamlit.testing.v1 import AppTest

from apps.background import Background
from apps.chat import tools_work
from apps.gallery import MadeFileStays, delete_made, made_folder, made_paths
from generators.making import NOTE, Making
from tests.enormous_pictures import claimed_png

pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning", "default::PendingDeprecationWarning")

_PAGE = """
from apps.chat import tools_page
tools_page.show()
"""

#: Before the page has shown that the button is of no use any more.
_TWICE = """
from apps.chat import tools_work
for _ in range(2):
    tools_work.start(None, None, None)
"""


@pytest.fixture
def scripted(modelless: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Scripted engines for pictures and music."""
    monkeypatch.setenv("REFDESK_IMAGE_MODEL", "scripted")
    monkeypatch.setenv("REFDESK_MUSIC_MODEL", "scripted")
    return modelless


def open_page(tool: str = "draw"):
    import streamlit

    streamlit.cache_resource.clear()
    page = AppTest.from_string(_PAGE, default_timeout=60)
    page.session_state["tool"] = tool
    return page.run()


def field(page, kind: str, label: str):
    return next(each for each in getattr(page, kind) if each.label == label)


def begin(page):
    """Click the button, wait for the work, and draw the page anew."""
    next(each for each in page.button if each.label == "Begin").click().run()
    work = page.session_state[tools_work._WORK]
    assert work.wait(60)
    return page.run()


def shown(page) -> str:
    return "\n".join(text.value for text in page.text)


def test_a_picture_is_drawn_shown_and_marked(scripted: Path) -> None:
    page = open_page()
    assert not page.exception
    field(page, "text_area", "Prompt").set_value("a brass telescope")
    field(page, "number_input", "Seed").set_value(7)
    begin(page)
    assert not page.exception
    assert len(made_paths(made_folder())) == 1
    assert any("Made by a model" in caption.value for caption in page.caption)
    assert "a brass telescope" in shown(page)
    assert "seed 7" in shown(page)
    assert any("Made in" in success.value for success in page.success)


def test_a_made_thing_is_deleted_once_that_is_confirmed(scripted: Path) -> None:
    page = open_page()
    field(page, "text_area", "Prompt").set_value("a brass telescope")
    begin(page)
    (file,) = made_paths(made_folder())
    page.button(key=f"delete {file.name}").click().run()
    assert file.is_file()
    assert "a brass telescope" in shown(page)
    page.button(key="keep made").click().run()
    assert file.is_file()
    page.button(key=f"delete {file.name}").click().run()
    page.button(key="delete made for good").click().run()
    assert not page.exception
    assert not file.exists()
    assert any("appear here" in caption.value for caption in page.caption)


def test_what_cannot_be_shown_is_told_in_its_place_and_the_rest_is_shown(scripted: Path) -> None:
    page = open_page()
    field(page, "text_area", "Prompt").set_value("a brass telescope")
    begin(page)
    (good,) = made_paths(made_folder())
    (made_folder() / "bomb.png").write_bytes(claimed_png(50_000, 50_000))
    (made_folder() / "wide.png").write_bytes(claimed_png(10_000, 10_000))
    (made_folder() / "half.png").write_bytes(good.read_bytes()[:60])
    (made_folder() / "none.webp").write_bytes(b"no picture")
    (made_folder() / "none.wav").write_bytes(b"RIFF")
    Path(os.fsdecode(os.fsencode(made_folder()) + b"/\xff.png")).write_bytes(b"no picture")
    page.run()
    assert not page.exception
    assert [each.value for each in page.warning].count("This file cannot be shown.") == 5
    for words in (
        "bomb.png: Pictures of up to 80 million",
        "wide.png: Pictures",
        "half.png: The file is dam",
    ):
        assert words in shown(page)
    assert "a brass telescope" in shown(page)
    page.button(key="delete bomb.png").click().run()
    page.button(key="delete made for good").click().run()
    assert not page.exception
    assert not (made_folder() / "bomb.png").exists()


@pytest.mark.parametrize(
    "note",
    [
        {"prompt": 3},
        {"prompt": "half a character: \ud800"},
        {"seconds": "long"},
        {"sources": "one"},
        {"sources": [1]},
    ],
)
def test_a_note_that_somebody_changed_stops_no_gallery(scripted: Path, note: dict[str, object]) -> None:
    made_folder().mkdir(parents=True)
    told = {**json.loads(Making("image", "a-model", "a telescope").to_json()), **note}
    written = PngInfo()
    written.add_itxt(NOTE, json.dumps(told))
    Image.new("RGB", (9, 9)).save(made_folder() / "changed.png", pnginfo=written)
    page = open_page()
    assert not page.exception
    assert page.button(key="delete changed.png")


def test_a_button_that_is_clicked_twice_begins_one_work(
    scripted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[object] = []
    done = threading.Event()

    class Bench:
        def start(self, *order: object) -> Background[object]:
            begun.append(order)
            return Background("draw", lambda work: done.wait(60))

    monkeypatch.setattr(tools_work, "_bench", Bench)
    page = AppTest.from_string(_TWICE, default_timeout=60).run()
    done.set()
    assert not page.exception
    assert len(begun) == 1


def test_nothing_but_what_was_made_here_can_be_deleted(modelless: Path, tmp_path: Path) -> None:
    made_folder().mkdir(parents=True)
    others = [tmp_path / "mine.png", made_folder() / "notes.txt"]
    for other in others:
        other.write_bytes(b"mine")
        with pytest.raises(MadeFileStays, match=other.name):
            delete_made(other)
    assert all(other.is_file() for other in others)
    delete_made(made_folder() / "gone.png")


def test_music_and_speech_are_made(scripted: Path) -> None:
    page = open_page("music")
    field(page, "text_area", "Prompt").set_value("calm piano")
    begin(page)
    page = open_page("speak")
    field(page, "text_input", "Voice").set_value("scripted").run()
    field(page, "text_area", "Text").set_value("Good day.")
    begin(page)
    assert not page.exception
    assert [path.name.partition("-")[0] for path in made_paths(made_folder())] == ["speak", "music"]


def test_a_document_can_be_what_is_read_aloud(refdesk, filled: Path) -> None:
    page = open_page("speak")
    field(page, "text_input", "Voice").set_value("scripted").run()
    page.session_state["source of speak"] = "A document"
    page.run()
    options = field(page, "selectbox", "Document").options
    assert options == ["fees.md", "hours.txt", "rules.html"]
    field(page, "selectbox", "Document").set_value(options[0])
    field(page, "number_input", "Page").set_value(1)
    begin(page)
    assert not page.exception
    assert "fees.md" in shown(page)


def test_without_a_model_the_page_names_some_with_licence_size_and_command(modelless: Path) -> None:
    for tool in ("draw", "music"):
        page = open_page(tool)
        assert not page.exception
        assert "licence" in shown(page)
        assert "GB" in shown(page)
        assert page.code[0].value.startswith("hf download")


def test_a_text_is_made_marked_and_can_be_taken_along(
    filled: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    replies = tmp_path / "replies.json"
    replies.write_text('["Die Jahresgebuehr ist 12 Euro."]')
    monkeypatch.setenv("REFDESK_ENGINE", f"scripted:{replies}")
    page = open_page("translate")
    field(page, "text_input", "Language").set_value("German")
    field(page, "text_area", "Text").set_value("The annual fee is 12 euros.")
    begin(page)
    assert not page.exception
    assert "Die Jahresgebuehr ist 12 Euro." in shown(page)
    assert any("Made by a model, not checked" in caption.value for caption in page.caption)
    assert "translate by scripted" in shown(page)


def test_an_engine_that_only_quotes_says_that_it_writes_nothing(filled: Path) -> None:
    page = open_page("translate")
    field(page, "text_input", "Language").set_value("German")
    field(page, "text_area", "Text").set_value("The annual fee is 12 euros.")
    begin(page)
    assert not page.exception
    assert [error.value for error in page.error] == ["That was not made."]


def test_wrong_arguments_are_said_and_nothing_is_made(scripted: Path) -> None:
    page = open_page()
    begin(page)
    assert any("needs the argument prompt" in text.value for text in page.text)
    assert made_paths(made_folder()) == ()


def test_every_tool_has_a_form(filled: Path) -> None:
    for tool in ("draw", "speak", "music", "summarize", "translate", "classify", "entities"):
        assert not open_page(tool).exception
