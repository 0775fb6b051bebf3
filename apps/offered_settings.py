"""The settings that the page offers, in words: what each does, and what it may be.

Names are those of `rag.named_settings`, as `refdesk eval run --set` takes them and `rag.saved_settings` keeps
them. Defaults stand in the settings themselves, the words in `offered_settings.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rag import Settings

SettingKind = Literal["number", "whole", "choice", "switch", "text"]

#: How None is written where settings are words.
NONE = "none"


@dataclass(frozen=True, slots=True)
class OfferedSetting:
    """`left_out` says what is done where nothing is chosen; None where something always is.

    `least`, `most` and `step` are for numbers; the settings themselves check what is saved.
    """

    name: str
    title: str
    about: str
    kind: SettingKind
    least: float = 0.0
    most: float = 1.0
    step: float = 0.05
    choices: tuple[str, ...] = ()
    left_out: str | None = None


@dataclass(frozen=True, slots=True)
class SettingGroup:
    title: str
    about: str
    settings: tuple[OfferedSetting, ...]


def _read() -> tuple[SettingGroup, ...]:
    content = tomllib.loads((resources.files("apps") / "offered_settings.toml").read_text(encoding="utf-8"))
    return tuple(
        SettingGroup(
            group["title"],
            group["about"],
            tuple(
                OfferedSetting(**{**each, "choices": tuple(each.get("choices", ()))})
                for each in group["setting"]
            ),
        )
        for group in content["group"]
    )


GROUPS = _read()
ENGINE, TEMPLATE = "generator.engine", "answer.template"
OFFERED = {ENGINE, TEMPLATE} | {setting.name for group in GROUPS for setting in group.settings}


def values_to_save(
    chosen: Mapping[str, str], kept: Mapping[str, str], defaults: Mapping[str, str]
) -> dict[str, str]:
    """What is written: the choices that are not the defaults, and of what is kept all that is not offered.

    All three are by the settings' names, as words.
    """
    others = {name: value for name, value in kept.items() if name not in OFFERED}
    return {**others, **{name: value for name, value in chosen.items() if value != defaults[name]}}


def oddities(settings: Settings) -> tuple[str, ...]:
    """What is allowed, and yet cannot be meant, in words."""
    sampling = settings.answer.sampling
    idle = [
        title
        for title, value, without in (
            ("Top-p", sampling.top_p, 1.0),
            ("Top-k", sampling.top_k, 0),
            ("Min-p", sampling.min_p, 0.0),
        )
        if value != without
    ]
    found = []
    if sampling.temperature == 0.0 and idle:
        found.append(
            f"{', '.join(idle)}: without effect at temperature 0, where the likeliest word is always taken."
        )
    if settings.answer.minimum_evidence == 1.0:
        found.append("Least evidence is 1: nearly every question will be refused.")
    return tuple(found)
