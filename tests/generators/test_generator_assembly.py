from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from generators.assembly import build_text_generator
from generators.errors import ModelUnusable
from generators.settings import GeneratorSettings


def _no_models(model: str) -> Path:
    raise AssertionError(f"{model} was looked up")


def _settings(engine: str) -> GeneratorSettings:
    return GeneratorSettings(engine=engine)


def test_extractive_needs_no_model(tmp_path: Path) -> None:
    assert build_text_generator(_settings("extractive"), _no_models, tmp_path).id == "extractive"


def test_a_script_is_read(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text('["Yes."]', encoding="utf-8")
    settings = replace(_settings(f"scripted:{script}"), context_tokens=99)
    generator = build_text_generator(settings, _no_models, tmp_path)
    assert (generator.id, generator.context_tokens) == (settings.engine, 99)


def test_an_id_is_looked_up_and_the_context_capped_by_the_model(header_file: Path, tmp_path: Path) -> None:
    asked: list[str] = []

    def resolve(model: str) -> Path:
        asked.append(model)
        return header_file

    settings = replace(_settings("llama-cpp:some-model"), context_tokens=100_000)
    generator = build_text_generator(settings, resolve, tmp_path)
    assert asked == ["some-model"]
    assert (generator.id, generator.context_tokens) == ("llama-cpp:some-model", 32768)


def test_a_path_is_not_looked_up(header_file: Path, tmp_path: Path) -> None:
    assert build_text_generator(_settings(f"llama-cpp:{header_file}"), _no_models, tmp_path)


def test_a_wrong_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match=r"absent\.gguf cannot be read"):
        build_text_generator(_settings(f"llama-cpp:{tmp_path}/absent.gguf"), _no_models, tmp_path)


@pytest.mark.parametrize("engine", ["", "llama-cpp:", "gpt", "scripted:"])
def test_an_unknown_engine_is_answered_with_the_known_ones(tmp_path: Path, engine: str) -> None:
    with pytest.raises(ModelUnusable, match=r"no engine .*llama-cpp:.*extractive.*scripted:"):
        build_text_generator(_settings(engine), _no_models, tmp_path)


@pytest.mark.parametrize(
    "change", [{"context_tokens": 0}, {"threads": 0}, {"gpu_layers": -1}, {"gpu_layers": "all"}]
)
def test_settings_that_cannot_be_meant_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(change))):
        GeneratorSettings(**change)  # type: ignore[arg-type]  # wrong on purpose


def test_settings_and_assembly_load_no_engine() -> None:
    code = (
        "import sys, generators.assembly, generators.settings as s; s.GeneratorSettings();"
        "sys.exit(bool({'llama_cpp', 'jinja2', 'numpy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
