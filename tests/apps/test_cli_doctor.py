"""What the doctor says, and when it says that something is wrong."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import machine
from generators.text.offload import OffloadPlan
from generators.text.speed import Speed
from machine import Acceleration
from machine.energy import EnergyCounter, EnergyMeter
from rag.saved_settings import save
from tests.small_models import cross_encoder


@pytest.fixture(autouse=True)
def no_engine_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Importing torch takes longer than all these tests."""
    monkeypatch.setattr(machine, "describe_acceleration", lambda: Acceleration(False, (), False))
    meter = EnergyMeter((EnergyCounter("package-0", lambda: 0.0),), ("The GPU is not asked.",))
    monkeypatch.setattr(machine, "energy_meter", lambda: meter)


@pytest.fixture
def all_models_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "state", lambda id: "here")


def test_missing_models_are_a_problem(refdesk) -> None:
    said = refdesk("doctor", "--no-speed", "--json")
    assert said.exit_code == 1
    assert sum("refdesk models pull" in problem for problem in said.json()["problems"]) == 2


def test_all_is_well(refdesk, filled: Path, all_models_here: None) -> None:
    said = refdesk("doctor", "--no-speed")
    assert said.exit_code == 0
    assert "default: whole" in said.stdout
    assert "GPU offload is not built in" in said.stdout
    assert "Counted: package-0" in said.stdout
    assert said.stdout.endswith("All is well.\n")


def test_it_lists_the_extras_and_how_each_is_added(
    refdesk, all_models_here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = {"diffusers": "0.42.1", "accelerate": "1.15.0", "peft": "0.21.0"}
    monkeypatch.setattr("apps.extras.installed_version", here.get)
    said = refdesk("doctor", "--no-speed")
    assert said.exit_code == 0, "what is not wanted is not wrong"
    assert "  here: images, for drawing (diffusers 0.42.1, accelerate 1.15.0, peft 0.21.0)\n" in said.stdout
    assert (
        "  not here: ocr, for reading pictures of pages (without rapidocr-onnxruntime): "
        "pip install 'refdesk[ocr]'\n" in said.stdout
    )
    found = {extra["name"]: extra for extra in refdesk("doctor", "--no-speed", "--json").json()["extras"]}
    assert (found["images"]["here"], found["ocr"]["here"]) == (True, False)
    assert found["ocr"]["packages"] == {"rapidocr-onnxruntime": None}
    assert found["ocr"]["command"] == "pip install 'refdesk[ocr]'"


def test_json_says_what_runs_where(refdesk, modelless: Path, all_models_here: None) -> None:
    found = refdesk("doctor", "--no-speed", "--json").json()
    assert found["schema"] == 1
    assert found["problems"] == []
    assert found["home"]["folder"] == str(modelless)
    assert found["home"]["saved_prompts"] == str(modelless / "cache" / "prompts")
    assert found["home"]["saved_prompts_bytes"] == 0
    assert {"refdesk", "Python", "SQLite", "llama-cpp-python", "torch"} <= set(found["versions"])
    assert found["machine"]["memory_total_bytes"] > found["machine"]["memory_available_bytes"] > 0
    assert found["threads"]["generation"][0] == found["threads"]["prompt"]
    assert min(found["threads"]["generation"]) >= 1
    assert found["acceleration"]["llama_gpu_offload"] is False
    assert found["energy"] == {"counted": ["package-0"], "missing": ["The GPU is not asked."]}
    assert (found["speed"]["engine"], found["speed"]["measured"]) == ("extractive", [])


def test_it_says_what_models_take_of_memory(
    refdesk, all_models_here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFDESK_MODEL_MEMORY_GB", "2")
    memory = refdesk("doctor", "--no-speed", "--json").json()["memory"]
    assert memory["capacity_bytes"] == 2_000_000_000
    needs = {model["name"].split()[0]: model["need"] for model in memory["models"]}
    assert needs.keys() == {"embedder", "language", "voice", "transcriber"}
    assert needs["voice"]["wanted_bytes"] > 0
    assert memory["fit"] is True

    monkeypatch.setenv("REFDESK_MODEL_MEMORY_GB", "0.01")
    said = refdesk("doctor", "--no-speed").stdout
    assert "the least recently used leaves when another is needed" in said


def test_it_counts_what_a_collections_settings_and_the_environment_name(
    refdesk, filled: Path, modelless: Path, all_models_here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = cross_encoder(modelless / "reranker")
    save(modelless / "collections" / "default", {"answer.support_checker": str(folder)})
    monkeypatch.setenv("REFDESK_RERANKER", str(folder))
    monkeypatch.setenv("REFDESK_IMAGE_MODEL", str(modelless / "nowhere"))
    monkeypatch.setenv("REFDESK_MUSIC_MODEL", "scripted")
    memory = refdesk("doctor", "--no-speed", "--json").json()["memory"]
    needs = {model["name"]: model["need"] for model in memory["models"]}
    weights = (folder / "model.safetensors").stat().st_size
    for name in (f"reranker {folder}", f"model for inference {folder}"):
        assert needs[name]["wanted_bytes"] == pytest.approx(2 * weights, rel=0.01)
    assert needs[f"image model {modelless / 'nowhere'}"] is None
    assert needs["music model scripted"]["wanted_bytes"] == 0
    said = refdesk("doctor", "--no-speed").stdout
    assert "nowhere: cannot be told, it is not here" in said
    assert "such as a ControlNet, is counted when it is loaded" in said


def test_a_damaged_collection_is_a_problem(refdesk, filled: Path, modelless: Path, all_models_here) -> None:
    store = modelless / "collections" / "default" / "store.sqlite3"
    store.write_bytes(b"no database at all" * 500)
    said = refdesk("doctor", "--no-speed", "--json")
    assert said.exit_code == 1
    assert [entry["name"] for entry in said.json()["collections"] if entry["problems"]] == ["default"]


def test_speed_is_said_as_measured_or_as_never_run_on_a_gpu(
    refdesk, all_models_here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = OffloadPlan(0, 28, False, "The processor does all.")
    speeds = (
        Speed(0, 28, 84.04, 22.5, 1.234, "measured now"),
        Speed(14, 28, None, None, None, "never run on a GPU: none here"),
        Speed(28, 28, None, None, None, "never run on a GPU: none here"),
    )
    monkeypatch.setattr(machine, "resolve", lambda spec, kind: Path(spec))
    asked: list[bool] = []

    def fit(path: Path, context_tokens: int, cache: Path, *, fresh: bool) -> OffloadPlan:
        asked.append(fresh)
        return plan

    monkeypatch.setattr("generators.text.offload.fit_gpu_layers", fit)
    monkeypatch.setattr("generators.text.speed.speeds_by_layers", lambda path: speeds)
    said = refdesk("doctor", "--model", "llama-cpp:some.gguf")
    assert said.exit_code == 0
    assert (
        "0 of 28 layers on a GPU: 84.0 prompt tokens/s, 22.5 generated tokens/s, loaded in 1.23 s"
        in said.stdout
    )
    assert "14 of 28 layers on a GPU: never run on a GPU: none here" in said.stdout
    assert "The processor does all." in said.stdout
    assert asked == [True]  # what was remembered may be what is wrong


def test_a_model_that_cannot_be_measured_is_a_problem(refdesk, all_models_here: None, tmp_path: Path) -> None:
    no_model = tmp_path / "no.gguf"
    no_model.write_bytes(b"GGUF, but no further")
    said = refdesk("doctor", "--model", no_model, "--json")
    assert said.exit_code == 1
    assert "could not be measured" in said.json()["problems"][0]


def collection_problems(refdesk) -> list[str]:
    said = refdesk("doctor", "--no-speed", "--json")
    assert said.exit_code == 1
    (entry,) = said.json()["collections"]
    return entry["problems"]


def test_a_collection_without_its_file_is_not_whole(
    refdesk, filled: Path, modelless: Path, all_models_here: None
) -> None:
    store = modelless / "collections" / "default" / "store.sqlite3"
    store.unlink()
    (problem,) = collection_problems(refdesk)
    assert problem.startswith(f"{store} is gone")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("DROP TABLE refusal", "lacks the whole table refusal: "),
        ("DROP TABLE setting", "lacks the whole table setting: "),
        ("ALTER TABLE document DROP COLUMN reading", "lacks document.reading: "),
    ],
)
def test_a_collection_with_other_tables_is_not_whole(
    refdesk, filled: Path, modelless: Path, all_models_here: None, change: str, words: str
) -> None:
    with closing(sqlite3.connect(modelless / "collections" / "default" / "store.sqlite3")) as connection:
        connection.execute(change)
    (problem,) = collection_problems(refdesk)
    assert words in problem
