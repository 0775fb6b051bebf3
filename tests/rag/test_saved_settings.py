"""What was chosen for a collection is kept in its folder, and what cannot be used any more is said."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from rag import Settings, open_collection
from rag.errors import SettingUnusable
from rag.saved_settings import SETTINGS_FILE, forget_saved, read_saved, save, with_saved


def test_what_is_saved_is_read_again(tmp_path: Path) -> None:
    save(tmp_path, {"answer.sampling.temperature": "0.7", "answer.minimum_evidence": "none"})
    applied = with_saved(Settings(), tmp_path)
    assert applied.settings.answer.sampling.temperature == 0.7
    assert applied.settings.answer.minimum_evidence is None
    assert applied.problems == ()


def test_nothing_saved_means_the_defaults(tmp_path: Path) -> None:
    assert with_saved(Settings(), tmp_path).settings == Settings()


def test_forgetting_leaves_the_defaults_and_no_file(tmp_path: Path) -> None:
    save(tmp_path, {"retrieval.candidates": "50"})
    forget_saved(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert with_saved(Settings(), tmp_path).settings == Settings()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("answer.sampling.temperature", "hot", "temperature"),
        ("answer.sampling.temperature", "9", "must be from 0 to 5"),
        ("answer.colour", "red", "no setting 'answer.colour'"),
        ("answer.sampling", "1", "no single setting"),
        ("ingest.splitter.tokens", "100", "when documents are read"),
    ],
)
def test_what_cannot_be_is_not_saved(tmp_path: Path, name: str, value: str, words: str) -> None:
    save(tmp_path, {"retrieval.candidates": "50"})
    with pytest.raises(SettingUnusable, match=words):
        save(tmp_path, {name: value})
    assert read_saved(tmp_path).values == {"retrieval.candidates": "50"}


def test_a_setting_that_is_no_more_is_said_and_the_others_hold(tmp_path: Path) -> None:
    values = {"answer.gone": "1", "retrieval.candidates": "50", "answer.max_tokens": "-3"}
    (tmp_path / SETTINGS_FILE).write_text(json.dumps({"schema": 1, "values": values}))
    applied = with_saved(Settings(), tmp_path)
    assert applied.settings.retrieval.candidates == 50
    assert len(applied.problems) == 2
    assert "answer.gone" in applied.problems[0]
    assert "max_tokens" in applied.problems[1]


def test_two_values_that_only_go_together_are_read_in_either_order(tmp_path: Path) -> None:
    save(tmp_path, {"answer.unsupported": "withdraw"})
    save(tmp_path, {"answer.support_checker": "none", "answer.unsupported": "show"})
    base = with_saved(Settings(), tmp_path)
    assert base.problems == ()
    assert base.settings.answer.support_checker is None
    with pytest.raises(SettingUnusable, match="nothing to withdraw"):
        save(tmp_path, {"answer.support_checker": "none", "answer.unsupported": "withdraw"})


@pytest.mark.parametrize("content", ["no json", "[]", '{"schema": 2, "values": {}}', '{"values": {}}'])
def test_a_file_that_cannot_be_read_is_said(tmp_path: Path, content: str) -> None:
    (tmp_path / SETTINGS_FILE).write_text(content)
    applied = with_saved(Settings(), tmp_path)
    assert applied.settings == Settings()
    assert "cannot be read" in applied.problems[0]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingUnusable, match="cannot be written"):
        save(tmp_path / "nowhere", {"retrieval.candidates": "50"})


def test_a_program_that_names_no_settings_gets_the_saved_ones(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = home / "collections" / "work"
    folder.mkdir(parents=True)
    values = {"answer.template": "detailed", "answer.gone": "1"}
    (folder / SETTINGS_FILE).write_text(json.dumps({"schema": 1, "values": values}))
    with caplog.at_level(logging.WARNING), open_collection("work") as collection:
        assert collection._settings.answer.template == "detailed"
    assert "answer.gone" in caplog.text
    with open_collection("work", Settings()) as collection:
        assert collection._settings.answer.template == "plain"
