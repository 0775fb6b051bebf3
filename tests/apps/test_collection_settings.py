"""`refdesk ask` goes by what was saved for a collection; what was typed and the environment count more."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.collection_settings import decided_by_environment, settings_for
from apps.errors import WrongUse
from rag.saved_settings import SETTINGS_FILE, save
from rag.shelf import collection_folder


def test_a_saved_threshold_decides_what_is_refused(refdesk, filled: Path) -> None:
    asked = ("ask", "What is the annual fee?", "--json")
    assert refdesk(*asked).json()["refused"] is False
    save(collection_folder("default"), {"answer.minimum_evidence": "1"})
    assert refdesk(*asked).json()["refused"] is True


def test_what_is_saved_and_cannot_be_used_is_said(refdesk, filled: Path) -> None:
    (collection_folder("default") / SETTINGS_FILE).write_text('{"schema": 1, "values": {"answer.gone": "1"}}')
    said = refdesk("ask", "What is the annual fee?")
    assert said.exit_code == 0
    assert "answer.gone" in said.stderr


def test_typed_before_environment_before_saved(
    modelless: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = collection_folder("default")
    folder.mkdir(parents=True)
    save(folder, {"generator.engine": "llama-cpp:saved", "retrieval.reranker": "shared-words"})
    assert decided_by_environment("generator.engine") == "REFDESK_ENGINE"
    assert settings_for("default").settings.generator.engine == "extractive"
    assert settings_for("default", "typed").settings.generator.engine == "llama-cpp:typed"
    assert settings_for("default").settings.retrieval.reranker == "shared-words"
    monkeypatch.delenv("REFDESK_ENGINE")
    assert settings_for("default").settings.generator.engine == "llama-cpp:saved"
    assert decided_by_environment("generator.engine") is None


def test_a_typed_choice_that_the_saved_ones_leave_no_room_for_is_wrong_use(refdesk, filled: Path) -> None:
    save(collection_folder("default"), {"answer.support_checker": "none"})
    said = refdesk("ask", "What is the annual fee?", "--unsupported", "withdraw")
    assert said.exit_code == 2
    assert "nothing to withdraw" in said.stderr


def test_a_name_that_cannot_be_one_is_wrong_use(modelless: Path) -> None:
    with pytest.raises(WrongUse):
        settings_for("../evil")
