"""The settings page in its states, with engines that need no model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from machine import evaluation_folder
from rag.saved_settings import SETTINGS_FILE, read_saved, save
from rag.shelf import collection_folder

pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning", "default::PendingDeprecationWarning")

_PAGE = """
from apps.chat import settings_page
settings_page.show()
"""


def open_page(part: str = "Answers"):
    import streamlit
    from streamlit.testing.v1 import AppTest

    streamlit.cache_resource.clear()
    streamlit.cache_data.clear()
    page = AppTest.from_string(_PAGE, default_timeout=60)
    page.session_state["settings part"] = part
    return page.run()


def field(page, kind: str, label: str):
    return next(each for each in getattr(page, kind) if each.label == label)


def button(page, label: str):
    return next(each for each in page.button if each.label == label)


def test_without_a_collection_it_says_what_settings_are_saved_for(modelless: Path) -> None:
    page = open_page()
    assert not page.exception
    assert "there is none yet" in page.info[0].value


def test_what_is_saved_on_the_page_is_what_the_command_goes_by(refdesk, filled: Path) -> None:
    page = open_page()
    assert not page.exception
    assert button(page, "Save").disabled
    field(page, "number_input", "Least evidence").set_value(1.0).run()
    assert not button(page, "Save").disabled
    button(page, "Save").click().run()
    assert not page.exception
    assert read_saved(collection_folder("default")).values == {"answer.minimum_evidence": "1.0"}
    assert "Saved" in page.success[0].value
    assert refdesk("ask", "What is the annual fee?", "--json").json()["refused"] is True
    assert any("nearly every question will be refused" in text.value for text in page.text)


def test_all_go_back_to_the_defaults(filled: Path) -> None:
    folder = collection_folder("default")
    save(folder, {"answer.sampling.temperature": "0.7", "answer.template": "detailed"})
    page = open_page()
    assert field(page, "number_input", "Temperature").value == 0.7
    assert field(page, "selectbox", "Prompt template").value == "detailed"
    button(page, "Reset them").click().run()
    assert not page.exception
    assert not (folder / SETTINGS_FILE).exists()
    assert field(page, "number_input", "Temperature").value == 0.0


def test_a_setting_that_is_no_more_is_said_and_saving_forgets_it(filled: Path) -> None:
    folder = collection_folder("default")
    values = {"answer.gone": "1", "overview.most_pages": "7"}
    (folder / SETTINGS_FILE).write_text(json.dumps({"schema": 1, "values": values}))
    page = open_page()
    assert any("answer.gone" in text.value for text in page.text)
    button(page, "Save").click().run()
    assert read_saved(folder).values == {"overview.most_pages": "7"}  # not on the page, and kept


def test_what_is_saved_beyond_what_is_offered_is_shown_and_stays(filled: Path) -> None:
    folder = collection_folder("default")
    values = {"answer.max_tokens": "9000", "passages.hits": "120", "retrieval.name_weight": "7.5"}
    save(folder, values)
    page = open_page()
    assert not page.exception
    field(page, "number_input", "Temperature").set_value(0.5).run()
    button(page, "Save").click().run()
    assert not page.exception
    assert read_saved(folder).values == {**values, "answer.sampling.temperature": "0.5"}


def test_what_somebody_else_saved_meanwhile_is_not_undone(filled: Path) -> None:
    folder = collection_folder("default")
    page = open_page()
    save(folder, {"answer.sampling.temperature": "0.7", "answer.template": "detailed"})
    field(page, "number_input", "Least evidence").set_value(0.9).run()
    button(page, "Save").click().run()
    assert read_saved(folder).values == {
        "answer.sampling.temperature": "0.7",
        "answer.template": "detailed",
        "answer.minimum_evidence": "0.9",
    }


def test_a_template_of_ones_own_is_checked_before_it_is_saved(filled: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text("no template")
    folder = collection_folder("default")
    save(folder, {"answer.template": str(own)})
    page = open_page()
    assert any("template cannot be used" in error.value for error in page.error)
    field(page, "number_input", "Temperature").set_value(0.5).run()
    button(page, "Save").click().run()
    assert "answer.sampling.temperature" not in read_saved(folder).values


def test_what_is_without_effect_is_said(filled: Path) -> None:
    save(collection_folder("default"), {"answer.sampling.top_p": "0.9"})
    assert any("without effect at temperature 0" in text.value for text in open_page().text)


def test_a_model_that_is_not_here_is_named_with_size_licence_and_command(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REFDESK_ENGINE")
    page = open_page()
    assert any("1,117 MB, licence Apache-2.0" in text.value for text in page.text)
    assert any("refdesk models pull qwen" in code.value for code in page.code)


def test_the_environments_choice_is_said(filled: Path) -> None:
    assert any("REFDESK_ENGINE was set" in info.value for info in open_page().info)


def test_models_are_listed_and_fetched_in_the_background(
    modelless: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apps import model_fetching
    from machine import DownloadFailed

    def pull(id: str, progress) -> None:
        raise DownloadFailed(f"{id} could not be fetched.")

    fetches = model_fetching.ModelFetches(pull)
    monkeypatch.setattr("apps.chat.settings_models.model_fetches", lambda: fetches)
    page = open_page("Models")
    assert not page.exception
    assert any("writes answers" in text.value and "licence Apache-2.0" in text.value for text in page.text)
    next(each for each in page.button if each.key == "fetch all-minilm-l6-v2").click().run()
    assert fetches.start("all-minilm-l6-v2").wait(10)
    page.run()
    assert any("all-minilm-l6-v2 could not be fetched" in text.value for text in page.text)


def test_the_machine_is_checked_in_the_background(filled: Path) -> None:
    from apps.chat import settings_machine

    page = open_page("This machine")
    assert not page.exception
    assert any("No model is loaded" in text.value or "idle" in text.value for text in page.text)
    button(page, "Check this machine").click().run()
    latest = settings_machine._checks().latest
    assert latest is not None
    assert latest.wait(120)
    page.run()
    assert not page.exception
    assert [each.label for each in page.expander] == [
        "Versions", "Extras", "This machine", "Models", "Memory for models", "GPU", "Energy", "Speed",
        "Collections",
    ]  # fmt: skip
    assert any("default: whole" in text.value for text in page.text)


def test_runs_are_listed_with_their_figures_and_reports(
    modelless: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page("Evaluations")
    assert "Nothing was measured yet" in page.info[0].value
    folder = evaluation_folder() / "runs" / "bad"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{}")
    assert any("cannot be read" in text.value for text in open_page("Evaluations").text)
