"""What is here and what is wrong, as data: `refdesk doctor` and the settings page show it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from apps.extras import Extra, extras, installed_version

if TYPE_CHECKING:
    from generators.text.speed import Speed
    from machine import Acceleration, CatalogueModel, EnergyMeter, MachineDescription
    from rag import CollectionInfo, Settings
    from rag.model_needs import ModelNeed

#: Distributions whose version tells most when something behaves oddly.
_LIBRARIES = (
    "llama-cpp-python",
    "torch",
    "sentence-transformers",
    "openvino",
    "tokenizers",
    "faiss-cpu",
    "numpy",
    "pypdfium2",
    "pypdf",
    "langchain-core",
    "huggingface-hub",
    "streamlit",
    "typer",
    "rich",
)


@dataclass(frozen=True, slots=True)
class Home:
    """The data home, how much room its disk has left, and what evaluated instructions take of it."""

    folder: Path
    free_bytes: int
    saved_prompts: Path
    saved_prompts_bytes: int


@dataclass(frozen=True, slots=True)
class ModelMemory:
    """What models may take here, and what those of the settings do; `fit`: whether all at once.

    Models for pictures and music are those that the environment names.
    """

    capacity_bytes: int | None
    gpu_capacity_bytes: int | None
    models: tuple[ModelNeed, ...]
    fit: bool


@dataclass(frozen=True, slots=True)
class CollectionHealth:
    """A collection's name and what is wrong with it, in words."""

    name: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModelSpeed:
    """Which model was measured, and with how many layers it answers; or why nothing was measured."""

    engine: str
    note: str
    speeds: tuple[Speed, ...] = ()
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All of it. `problems` says in words what is wrong; empty when all is well."""

    versions: tuple[tuple[str, str | None], ...]
    extras: tuple[Extra, ...]
    home: Home
    machine: MachineDescription
    prompt_threads: int
    token_threads: tuple[int, ...]
    """The numbers it chooses among while it writes."""
    acceleration: Acceleration
    energy: EnergyMeter
    memory: ModelMemory
    models: tuple[tuple[CatalogueModel, str], ...]
    speed: ModelSpeed
    collections: tuple[CollectionHealth, ...]

    @property
    def problems(self) -> tuple[str, ...]:
        missing_libraries = [
            f"{name} is not installed." for name, version in self.versions if version is None
        ]
        models = [
            f"The model {model.id} is {state}: refdesk models pull {model.id}"
            for model, state in self.models
            if state != "here" and (model.default or state == "damaged")
        ]
        speed = [self.speed.note] if self.speed.failed else []
        collections = [
            f"Collection '{health.name}': {problem}"
            for health in self.collections
            for problem in health.problems
        ]
        return (*missing_libraries, *models, *speed, *collections)


def diagnose(settings: Settings, measure_speed: bool, doing: Callable[[str], None]) -> Diagnosis:
    """Look at everything; `doing` hears what takes a while. Measuring the speed loads the model thrice."""
    import machine
    from generators.text.threads import thread_choices

    engine = settings.generator.engine
    doing("Checking the model files")
    models = tuple((model, machine.state(model.id)) for model in machine.load_catalogue().models)
    doing("Asking the engines what they can use")
    acceleration = machine.describe_acceleration()
    doing("Checking the collections")
    collections = tuple(_collection_healths())
    described = machine.describe_machine()
    speed = ModelSpeed(engine, "not measured: --no-speed")
    if measure_speed:
        doing("Measuring tokens per second")
        speed = _speed(engine)
    return Diagnosis(
        versions=_versions(),
        extras=extras(),
        home=_home(machine.data_home()),
        machine=described,
        prompt_threads=described.usable_cores,
        token_threads=thread_choices(None),
        acceleration=acceleration,
        energy=machine.energy_meter(),
        memory=_memory(settings),
        models=models,
        speed=speed,
        collections=collections,
    )


def _memory(settings: Settings) -> ModelMemory:
    from apps.tool_choices import ChosenEngines
    from machine import MachineBudget, do_they_fit
    from rag.model_needs import model_needs

    budget = MachineBudget()
    tools = ChosenEngines.of_environment().tool_settings(settings)
    models = model_needs(settings, tools.image, tools.music)
    fit = do_they_fit([model.need for model in models if model.need is not None], budget)
    return ModelMemory(budget.capacity_bytes("memory"), budget.capacity_bytes("gpu"), models, fit)


def _versions() -> tuple[tuple[str, str | None], ...]:
    """Without importing any of them."""
    import platform
    import sqlite3

    found = (
        ("refdesk", refdesk_version()),
        ("Python", platform.python_version()),
        ("SQLite", sqlite3.sqlite_version),
    )
    return (*found, *((name, installed_version(name)) for name in _LIBRARIES))


def refdesk_version() -> str:
    """The installed version; the source tree's own word where it was never installed."""
    return installed_version("refdesk") or "not installed (run from its source folder)"


def _home(folder: Path) -> Home:
    import shutil

    from generators.assembly import saved_prompts_folder
    from machine import cache_folder

    nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
    prompts = saved_prompts_folder(cache_folder())
    saved = sum(file.stat().st_size for file in prompts.glob("*") if file.is_file())
    return Home(folder, shutil.disk_usage(nearest).free, prompts, saved)


def _collection_healths() -> list[CollectionHealth]:
    from rag import list_collections

    return [CollectionHealth(info.name, tuple(_collection_problems(info))) for info in list_collections()]


def _collection_problems(info: CollectionInfo) -> list[str]:
    from apps.store_tables import table_problems
    from ingest.errors import StoreError
    from rag import open_collection

    try:
        if problems := table_problems(info.folder):
            return problems
        if info.problem is not None:
            return [info.problem]
        with open_collection(info.folder) as collection:
            return collection.check()
    except StoreError as error:
        return [str(error)]


def _speed(engine: str) -> ModelSpeed:
    from generators.errors import GeneratorError
    from generators.settings import GeneratorSettings
    from generators.text.offload import fit_gpu_layers
    from generators.text.speed import speeds_by_layers
    from machine import MachineError, ModelMissing, cache_folder, resolve

    kind, _, model = engine.partition(":")
    if kind != "llama-cpp":
        return ModelSpeed(engine, "not measured: this engine has no layers")
    try:
        path = resolve(model, kind="language")
        plan = fit_gpu_layers(path, GeneratorSettings().context_tokens, cache_folder(), fresh=True)
        speeds = speeds_by_layers(path)
    except ModelMissing as error:  # named among the models already
        return ModelSpeed(engine, f"not measured: {error}")
    except (MachineError, GeneratorError) as error:
        return ModelSpeed(engine, f"The speed of {engine} could not be measured: {error}", failed=True)
    ran_on_processor = speeds[0].generated_tokens_per_second is not None
    note = plan.reason if ran_on_processor else f"{engine} {speeds[0].note}"
    return ModelSpeed(engine, note, speeds, failed=not ran_on_processor)
