from __future__ import annotations

import json
from pathlib import Path

import pytest

from generators.errors import PromptRefused
from generators.safety import (
    LOG_FILE,
    SETTINGS_FILE,
    SafetyGate,
    SafetySettings,
    SafetySettingsUnreadable,
    read_safety_settings,
)


@pytest.mark.parametrize(
    "prompt", ["a Gun on a table", "GUN", "a g\u200bun", "\uff47\uff55\uff4e", "a hand   grenade\nin grass"]
)
def test_blocked_words_are_found_however_they_are_written(prompt: str) -> None:
    gate = SafetyGate(SafetySettings(blocked_words=("gun", "hand grenade")))
    with pytest.raises(PromptRefused, match="word: "):
        gate.check_prompt(prompt, "m")


@pytest.mark.parametrize("prompt", ["a gunwale", "begun", "grenade of a hand", ""])
def test_a_blocked_word_is_a_whole_word(prompt: str) -> None:
    gate = SafetyGate(SafetySettings(blocked_words=("gun", "hand grenade", " ")))
    gate.check_prompt(prompt, "m")
    with pytest.raises(PromptRefused):
        gate.check_prompt(f"{prompt} gun", "m")


def test_patterns_and_classifiers_refuse_too() -> None:
    gate = SafetyGate(
        SafetySettings(blocked_patterns=(r"war\s*ship",)),
        classifier=lambda prompt: "too gloomy" if "rain" in prompt else None,
    )
    gate.check_prompt("a ship", "m")
    with pytest.raises(PromptRefused, match=r"pattern: war\\s\*ship"):
        gate.check_prompt("a Warship", "m")
    with pytest.raises(PromptRefused, match="classifier: too gloomy"):
        gate.check_prompt("rain", "m")


def test_sexual_pictures_of_children_are_refused_without_any_settings() -> None:
    gate = SafetyGate(SafetySettings())
    for prompt in ("a naked child", "schoolgirls, nude"):
        with pytest.raises(PromptRefused, match="pattern: something sexual together with children"):
            gate.check_prompt(prompt, "m")
    for prompt in ("children on a beach", "a nude by Rubens", "the Sussex coast, a child with a kite"):
        gate.check_prompt(prompt, "m")


@pytest.mark.parametrize(("log_prompts", "logged"), [(True, "a gun"), (False, None)])
def test_refusals_are_logged_line_by_line(tmp_path: Path, log_prompts: bool, logged: str | None) -> None:
    log = tmp_path / "new" / LOG_FILE
    gate = SafetyGate(SafetySettings(blocked_words=("gun",), log_prompts=log_prompts), log)
    gate.check_prompt("a ship", "m")
    assert not log.exists()
    with pytest.raises(PromptRefused, match=SETTINGS_FILE):
        gate.check_prompt("a gun", "small-sd")
    gate.log_flagged("a gun", "small-sd")
    entries = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [entry["rule"] for entry in entries] == ["word", "checker"]
    assert {(entry["maker"], entry["model"], entry["prompt"]) for entry in entries} == {
        ("image", "small-sd", logged)
    }


def test_settings_are_read_from_the_data_home(tmp_path: Path) -> None:
    assert read_safety_settings(tmp_path) == SafetySettings()
    (tmp_path / SETTINGS_FILE).write_text('blocked_words = ["gun"]\ncheck_pictures = false\n')
    assert read_safety_settings(tmp_path) == SafetySettings(blocked_words=("gun",), check_pictures=False)


@pytest.mark.parametrize(
    "content",
    ["blocked_words = 'gun'", "blocked_patterns = ['(']", "log_prompts = 1", "colour = 'red'", "[", "\udcff"],
)
def test_settings_that_cannot_be_read_never_mean_that_all_is_allowed(tmp_path: Path, content: str) -> None:
    (tmp_path / SETTINGS_FILE).write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(SafetySettingsUnreadable, match="cannot be used"):
        read_safety_settings(tmp_path)
