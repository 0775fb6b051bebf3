"""Which extras are here, and that none of the project's is forgotten."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import apps.extras
from apps.extras import extras

#: For those who work on the project.
_NOT_FOR_USERS = {"bench", "browser", "dev"}


def test_they_are_those_of_the_project_with_their_packages() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    declared = {
        name: {re.split(r"[\[<>=~!;]", each)[0].strip() for each in packages}
        for name, packages in project["optional-dependencies"].items()
        if name not in _NOT_FOR_USERS
    }
    assert {extra.name: {name for name, _ in extra.packages} for extra in extras()} == declared


def test_one_that_is_here_in_part_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apps.extras, "version", lambda name: {"diffusers": "0.42.1", "peft": "1"}[name])
    monkeypatch.setattr(apps.extras, "PackageNotFoundError", KeyError)
    images = next(extra for extra in extras() if extra.name == "images")
    assert images.packages == (("diffusers", "0.42.1"), ("accelerate", None), ("peft", "1"))
    assert images.missing == ("accelerate",)
    assert images.command == "pip install 'refdesk[images]'"
