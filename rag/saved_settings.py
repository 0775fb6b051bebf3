"""What a person chose for one collection, in its folder, and put in place of the defaults.

    <data home>/collections/<name>/settings.json
        {"schema": 1, "values": {"answer.template": "plain", "answer.sampling.temperature": "0.7"}}

Names are those of `rag.named_settings`; values are words, `none` for None. `open_collection` reads it, and so
do the faces. What was typed or stands in the environment counts more. Documents are read as the store
remembers, so nothing below `ingest` can be saved here.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rag.errors import SettingUnusable
from rag.named_settings import varied
from rag.settings import Settings

SETTINGS_FILE = "settings.json"
_SCHEMA = 1
_OF_THE_STORE = "ingest"
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SavedSettings:
    """`values` by dotted names, as they stand in the file; `problem` says why the file cannot be read."""

    values: Mapping[str, str] = field(default_factory=dict)
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class AppliedSettings:
    """The settings that came of it, and in words what of the file was left out, and why."""

    settings: Settings
    problems: tuple[str, ...] = ()


def read_saved(folder: Path) -> SavedSettings:
    """What is saved in the collection's folder; nothing where nothing is. Never raises."""
    file = folder / SETTINGS_FILE
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if content["schema"] != _SCHEMA:
            raise ValueError(f"its schema is {content['schema']}, and this reads {_SCHEMA}")
        values = {str(name): str(value) for name, value in content["values"].items()}
    except FileNotFoundError:
        return SavedSettings()
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        what = f"{type(error).__name__}: {error}" if isinstance(error, KeyError) else str(error)
        return SavedSettings(
            problem=f"{file} cannot be read ({what}): the defaults count. Save the settings anew, or remove "
            "the file."
        )
    return SavedSettings(values)


def with_saved(settings: Settings, folder: Path) -> AppliedSettings:
    """The settings with what is saved in the collection's folder in place of theirs. Never raises."""
    saved = read_saved(folder)
    settings, refused = _with_all(settings, saved.values)
    problems = [] if saved.problem is None else [saved.problem]
    problems += [
        f"A saved setting of the collection {folder.name} is left out: {words} Choose it anew, or reset it."
        for words in refused.values()
    ]
    return AppliedSettings(settings, tuple(problems))


def saved_or_default(folder: Path) -> Settings:
    """For a program that opens a collection and says nothing of settings: what is left out is logged."""
    applied = with_saved(Settings(), folder)
    for problem in applied.problems:
        _LOGGER.warning("%s", problem)
    return applied.settings


def save(folder: Path, values: Mapping[str, str]) -> None:
    """Write these values in place of all that was saved; with none the file goes.

    Raises SettingUnusable where one of them, or all together, cannot be; nothing is written then. Raises
    SettingUnusable, too, where the folder cannot be written.
    """
    _, refused = _with_all(Settings(), values)
    if refused:
        raise SettingUnusable(f"{next(iter(refused.values()))} Nothing was saved.")
    file = folder / SETTINGS_FILE
    staging = file.with_name(f".{SETTINGS_FILE}.{os.getpid()}")
    try:
        if not values:
            file.unlink(missing_ok=True)
            return
        content = {"schema": _SCHEMA, "values": dict(values)}
        staging.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        staging.replace(file)
    except OSError as error:
        staging.unlink(missing_ok=True)
        raise SettingUnusable(f"{file} cannot be written: {error.strerror}. Nothing was saved.") from error


def forget_saved(folder: Path) -> None:
    """Back to the defaults. Raises SettingUnusable where the folder cannot be written."""
    save(folder, {})


def _with_all(settings: Settings, values: Mapping[str, str]) -> tuple[Settings, Mapping[str, str]]:
    """The settings with all of these that can be, and why the others cannot.

    One value may be allowed only beside another: those that fail get another turn.
    """
    waiting, refused = dict(values), dict[str, str]()
    while waiting:
        refused = {}
        for name, value in waiting.items():
            try:
                settings = _with_one(settings, name, value)
            except SettingUnusable as error:
                refused[name] = str(error)
        if len(refused) == len(waiting):
            break
        waiting = {name: waiting[name] for name in refused}
    return settings, refused


def _with_one(settings: Settings, name: str, value: str) -> Settings:
    if name.partition(".")[0] == _OF_THE_STORE:
        raise SettingUnusable(f"{name!r} is decided when documents are read, and cannot be saved here.")
    return varied(settings, {name: value})
