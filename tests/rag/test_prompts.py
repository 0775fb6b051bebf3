"""Prompt templates: the shipped ones, and what is said of a file that is none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rag.citations import cited_numbers
from rag.errors import TemplateUnusable
from rag.prompts import Template, load_step_template, load_template, shipped_templates
from rag.refusal import is_refusal

GOOD = '''
name = "short"
version = 3
purpose = "One word."
system = """
Answer in one word.
"""

[[example]]
user = "[1] Sea\\nThe sea is salt.\\n\\nQuestion: How is the sea?"
assistant = "Salt [1]"
'''


def written(folder: Path, text: str | bytes) -> str:
    file = folder / "own.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(file)


def test_the_shipped_ones_are_named_as_their_files() -> None:
    assert [template.name for template in shipped_templates()] == [
        "detailed",
        "few_shot",
        "plain",
        "step_by_step",
    ]


@pytest.mark.parametrize("template", shipped_templates(), ids=lambda template: template.name)
def test_the_examples_answer_in_the_form_that_is_read_back(template: Template) -> None:
    refusals = 0
    for asked, answered in template.examples:
        answer = answered.rpartition(template.answer_marker)[2] if template.answer_marker else answered
        shown = asked.count("\n[") + asked.startswith("[")
        assert "Question: " in asked
        if is_refusal(answer):
            refusals += 1
        else:
            assert cited_numbers(answer, shown), answered
    assert 1 <= refusals <= len(template.examples) / 2


@pytest.mark.parametrize("name", ["calculation", "overview_items", "overview_notes", "overview_summary"])
def test_those_of_single_steps_are_not_among_those_to_choose(name: str) -> None:
    assert load_step_template(name).name == name
    with pytest.raises(TemplateUnusable, match=f"no prompt template '{name}'"):
        load_template(name)


def test_a_file_of_ones_own_is_read_by_its_path(tmp_path: Path) -> None:
    template = load_template(written(tmp_path, GOOD))
    assert (template.name, template.version, template.system) == ("short", 3, "Answer in one word.")
    assert template.examples == (("[1] Sea\nThe sea is salt.\n\nQuestion: How is the sea?", "Salt [1]"),)
    assert (template.max_tokens, template.answer_marker) == (256, None)


def test_a_file_as_an_editor_of_another_system_writes_it(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()
    assert load_template(written(tmp_path, content)) == load_template(written(tmp_path, GOOD))


def test_a_change_of_the_text_shows_in_the_hash_whatever_the_version_says(tmp_path: Path) -> None:
    before = load_template(written(tmp_path, GOOD))
    assert load_template(written(tmp_path, GOOD.replace("one word", "two words"))).sha256 != before.sha256


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("version = 1\nname = 'x'", "lacks purpose, system. It needs name, version, purpose, system"),
        (GOOD.replace("version = 3", "version = 'three'"), "version that is no whole number"),
        (GOOD.replace("version = 3", "version = true"), "version that is no whole number"),
        (GOOD.replace("version = 3", "version = 0"), "version = 0; it must be from 1"),
        (GOOD.replace('"One word."', "1"), "purpose that is no text"),
        (GOOD.replace('"One word."', '"One\\nword."'), "purpose that is not one line"),
        (GOOD.replace("Answer in one word.", " "), "empty system"),
        (f"sytem = 'x'\n{GOOD}", "holds what it may not: sytem. It may hold name, version"),
        (GOOD.replace("assistant", "model"), "may not in example 1: model"),
        (GOOD.replace('assistant = "Salt [1]"', ""), "lacks assistant in example 1"),
        (GOOD.partition("[[")[0] + "example = 'x'", "example that is no table"),
        (f"max_tokens = 0\n{GOOD}", "max_tokens = 0; it must be from 1"),
        (f"answer_marker = '::'\n{GOOD}", "answer_marker without a letter"),
        (f"answer_marker = 'So:'\n{GOOD}", "never says its answer_marker 'So:' in example 1"),
        ("name = 1 2", "is not TOML: .*line 1"),
        (b"name = '\xff'", "is not UTF-8: byte 8"),
        (GOOD + "#" * 33_000, "longer than 32,768 bytes"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_in_words(
    tmp_path: Path, text: str | bytes, complaint: str
) -> None:
    with pytest.raises(TemplateUnusable, match=rf"own\.toml .*{complaint}"):
        load_template(written(tmp_path, text))


@pytest.mark.parametrize("name", ["nosuch", "", "../plain", "nosuch.toml", "no\0file.toml"])
def test_a_template_that_is_not_there_is_told_with_those_that_are(name: str) -> None:
    with pytest.raises(TemplateUnusable, match="detailed, few_shot, plain, step_by_step"):
        load_template(name)


def test_the_example_of_the_documentation_is_one(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "prompting.md").read_text("utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    template = load_template(written(tmp_path, example))
    assert (template.name, template.max_tokens, len(template.examples)) == ("minutes", 300, 1)
    assert all(f"`{one.name}`" in page for one in shipped_templates())
