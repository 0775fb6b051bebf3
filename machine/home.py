"""Where Refdesk's files lie. These functions only say the place; none of them touches the disk."""

from __future__ import annotations

import os
from pathlib import Path

HOME_VARIABLE = "REFDESK_HOME"


def data_home() -> Path:
    """The folder that `REFDESK_HOME` names, else the platform's own place for a user's data."""
    named = os.environ.get(HOME_VARIABLE, "").strip()
    if named:
        return Path(named).expanduser().absolute()
    from platformdirs import user_data_path

    return Path(user_data_path("refdesk", appauthor=False))


def models_folder() -> Path:
    """One folder per model, named by its id."""
    return data_home() / "models"


def collections_folder() -> Path:
    """One folder per collection, named by it."""
    return data_home() / "collections"


def dropped_folder() -> Path:
    """Copies of files that were dropped on a page: one folder per collection that has some."""
    return data_home() / "dropped"


def jobs_folder() -> Path:
    """Work that goes on in processes of its own: one folder per piece of work."""
    return data_home() / "jobs"


def cache_folder() -> Path:
    """Whatever can be computed again; safe to delete."""
    return data_home() / "cache"


def evaluation_folder() -> Path:
    """What was measured, with what made it: one folder per run."""
    return data_home() / "evaluation"
