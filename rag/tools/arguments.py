"""A tool's arguments: their schema, derived from the function's signature, and whether a call keeps to it."""

from __future__ import annotations

import inspect
import math
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from rag.errors import ToolCallRefused

_NAMES: dict[type, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}
_WORDS = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


@dataclass(frozen=True, slots=True)
class About:
    """What callers are told of an argument, and its bounds; it stands in the parameter's `Annotated`.

    `longest` counts characters. A `fine` argument has a good default, and is not offered to a small model.
    """

    description: str
    least: float | None = None
    most: float | None = None
    longest: int = 2000
    most_items: int = 20
    fine: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument. `kind` is str, int, float, bool, or tuple for several texts; `choices` limits texts."""

    name: str
    kind: type
    about: About
    required: bool
    choices: tuple[str, ...] = ()

    def schema(self) -> dict[str, object]:
        """Its JSON schema (draft 2020-12)."""
        said: dict[str, object] = {"description": self.about.description}
        if self.choices:
            return {"type": "string", "enum": list(self.choices), **said}
        if self.kind is tuple:
            items = {"type": "string", "maxLength": self.about.longest}
            return {"type": "array", "items": items, "maxItems": self.about.most_items, **said}
        said["type"] = _NAMES[self.kind]
        if self.kind is str:
            said["maxLength"] = self.about.longest
        bounds = {"minimum": self.about.least, "maximum": self.about.most}
        return {**said, **{name: bound for name, bound in bounds.items() if bound is not None}}

    def checked(self, tool: str, value: object) -> object:
        """The value as the function takes it. Raises ToolCallRefused."""
        if self.kind is tuple:
            if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
                raise self._refused(tool, "must be a list of texts")
            if len(value) > self.about.most_items:
                raise self._refused(tool, f"has {len(value)} items; at most {self.about.most_items}")
            return tuple(self._text(tool, item) for item in value)
        if self.kind is str:
            return self._text(tool, value)
        if self.kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if self.kind is int and isinstance(value, float) and value.is_integer():
            value = int(value)  # JSON knows one kind of number
        if type(value) is not self.kind:
            raise self._refused(tool, f"must be {_WORDS[self.kind]}")
        if isinstance(value, int | float) and not isinstance(value, bool):
            self._check_bounds(tool, value)
        return value

    def _text(self, tool: str, value: object) -> str:
        if not isinstance(value, str):
            raise self._refused(tool, "must be a text")
        text = value.encode("utf-8", "replace").decode("utf-8").strip()
        if self.required and not text:
            raise self._refused(tool, "is empty")
        if len(text) > self.about.longest:
            raise self._refused(tool, f"has {len(text):,} characters; at most {self.about.longest:,}")
        if self.choices and text not in self.choices:
            raise self._refused(tool, f"is {text[:40]!r}; it may be {', '.join(self.choices)}")
        return text

    def _check_bounds(self, tool: str, value: float) -> None:
        least, most = self.about.least, self.about.most
        if not math.isfinite(value) or (least is not None and value < least):
            raise self._refused(tool, f"is {value:g}; it must be at least {least:g}" if least is not None
                                else f"is {value}; it must be finite")  # fmt: skip
        if most is not None and value > most:
            raise self._refused(tool, f"is {value:g}; it may be at most {most:g}")

    def _refused(self, tool: str, words: str) -> ToolCallRefused:
        return ToolCallRefused(f"{tool}: the argument {self.name} {words}. Nothing was made.")


@lru_cache
def parameters_of(function: Callable[..., Any]) -> tuple[Parameter, ...]:
    """The function's parameters behind the first, which is the workshop.

    Raises TypeError for a parameter of a kind that has no schema, or without an `About`.
    """
    hints = get_type_hints(function, include_extras=True)
    behind = list(inspect.signature(function).parameters.values())[1:]
    return tuple(_parameter(each, hints[each.name]) for each in behind)


def schema_of(parameters: tuple[Parameter, ...]) -> dict[str, object]:
    """The JSON schema of an object with these."""
    return {
        "type": "object",
        "properties": {each.name: each.schema() for each in parameters},
        "required": [each.name for each in parameters if each.required],
        "additionalProperties": False,
    }


def checked_arguments(
    tool: str, parameters: tuple[Parameter, ...], arguments: Mapping[str, object]
) -> dict[str, object]:
    """The arguments as the function takes them; null and an empty text stand for one that is left out.

    Raises ToolCallRefused.
    """
    known = {each.name: each for each in parameters}
    for name in arguments:
        if name not in known:
            raise ToolCallRefused(f"{tool} takes no argument {name!r}. It takes: {', '.join(known)}.")
    given = {name: value for name, value in arguments.items() if value is not None}
    for each in parameters:
        if each.required and each.name not in given:
            raise ToolCallRefused(f"{tool} needs the argument {each.name}: {each.about.description}")
    checked = {name: known[name].checked(tool, value) for name, value in given.items()}
    return {name: value for name, value in checked.items() if value != ""}


def _parameter(parameter: inspect.Parameter, hint: Any) -> Parameter:
    about = next((extra for extra in getattr(hint, "__metadata__", ()) if isinstance(extra, About)), None)
    kind = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    if get_origin(kind) in (Union, types.UnionType):
        (kind,) = (one for one in get_args(kind) if one is not type(None))
    choices: tuple[str, ...] = ()
    if get_origin(kind) is Literal:
        choices, kind = get_args(kind), str
    elif get_origin(kind) is tuple:
        kind = tuple
    if about is None or kind not in (*_NAMES, tuple):
        raise TypeError(f"The parameter {parameter.name} needs a plain type, and an About in Annotated.")
    return Parameter(parameter.name, kind, about, parameter.default is inspect.Parameter.empty, choices)
