"""Settings by their dotted names (`rag.named_settings`), in the words of this package's errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from evaluation.errors import EvaluationError
from rag.errors import SettingUnusable
from rag.named_settings import setting_values
from rag.named_settings import varied as varied_settings

if TYPE_CHECKING:
    from rag import Settings

__all__ = ["setting_values", "varied"]


def varied(settings: Settings, values: Mapping[str, str]) -> Settings:
    """The settings with these values in place of theirs. `none` stands for None.

    Raises EvaluationError for a name that there is not, and for a value that it cannot have.
    """
    try:
        return varied_settings(settings, values)
    except SettingUnusable as error:
        raise EvaluationError(str(error)) from error
