"""Settings by their dotted names: told apart, and replaced.

`retrieval.dense_weight` is the field `dense_weight` of the settings' part `retrieval`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, TypeVar, get_type_hints

from rag.errors import SettingUnusable

if TYPE_CHECKING:
    from rag.settings import Settings

_Part = TypeVar("_Part")


def setting_values(settings: Settings) -> dict[str, str]:
    """Every setting with its value in words."""
    return dict(_values(settings, ""))


def setting_words(settings: Settings) -> dict[str, str]:
    """Every setting with its value as `varied` takes it: `none`, `true`, `false`, else as it is written."""
    return {
        name: value.lower() if value in ("None", "True", "False") else value
        for name, value in setting_values(settings).items()
    }


def varied(settings: Settings, values: Mapping[str, str]) -> Settings:
    """The settings with these values in place of theirs. `none` stands for None.

    Raises SettingUnusable for a name that there is not, and for a value that it cannot have.
    """
    for name, value in values.items():
        settings = _replaced(settings, name.split("."), value, name)
    return settings


def _values(part: object, prefix: str) -> Iterator[tuple[str, str]]:
    for field in fields(part):  # type: ignore[arg-type] # settings are dataclasses all the way down
        value, name = getattr(part, field.name), f"{prefix}{field.name}"
        if is_dataclass(value):
            yield from _values(value, f"{name}.")
        else:
            yield name, str(value)


def _replaced(part: _Part, path: list[str], value: str, name: str) -> _Part:
    first, rest = path[0], path[1:]
    known = [field.name for field in fields(part)]  # type: ignore[arg-type] # as above
    if first not in known:
        raise SettingUnusable(f"There is no setting {name!r}. In place of {first!r}: {', '.join(known)}.")
    old = getattr(part, first)
    if is_dataclass(old) != bool(rest):
        more = f"{name}.{fields(old)[0].name}" if is_dataclass(old) else name.rpartition(".")[0]
        raise SettingUnusable(f"{name!r} names no single setting; {more!r} would.")
    try:
        new = _replaced(old, rest, value, name) if rest else _parsed(type(part), first, value)
        return replace(part, **{first: new})  # type: ignore[type-var] # as above
    except ValueError as error:  # pydantic's ValidationError is one
        raise SettingUnusable(f"{value!r} cannot be the value of {name}: {_reason(error)}.") from error


def _parsed(part: type, field: str, value: str) -> object:
    from pydantic import TypeAdapter

    hint = get_type_hints(part)[field]
    adapter: TypeAdapter[object] = TypeAdapter(hint)
    if value.lower() == "none":
        return adapter.validate_python(None)
    return adapter.validate_strings(value)


def _reason(error: ValueError) -> str:
    from pydantic import ValidationError

    if isinstance(error, ValidationError):
        return "; ".join(detail["msg"] for detail in error.errors())
    return str(error)
