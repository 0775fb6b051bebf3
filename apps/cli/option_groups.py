"""Options that belong together and that several commands share, as one parameter of a command."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from types import MappingProxyType


def with_option_group(
    command: Callable[..., None],
    parameter: str,
    options: Mapping[str, object],
    gathered: Callable[..., object],
    defaults: Mapping[str, object] = MappingProxyType({}),
) -> Callable[..., None]:
    """The command with these options in place of its parameter of that name.

    `options` are Typer's annotations by the options' names, and `defaults` what some are where they are not
    given; all others are None then. The parameter gets what `gathered` makes of those that are not None.
    """
    written = inspect.signature(command, eval_str=True)
    parameters: list[inspect.Parameter] = []
    for own in written.parameters.values():
        parameters += _option_parameters(options, defaults) if own.name == parameter else [own]

    @functools.wraps(command)
    def grouped(**given: object) -> None:
        typed = {name: value for name in options if (value := given.pop(name)) not in (None, [])}
        command(**given, **{parameter: gathered(**typed)})

    grouped.__signature__ = written.replace(parameters=parameters)  # type: ignore[attr-defined]  # Typer reads it
    return grouped


def _option_parameters(
    options: Mapping[str, object], defaults: Mapping[str, object]
) -> list[inspect.Parameter]:
    return [
        inspect.Parameter(
            name,
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            default=defaults.get(name),
            annotation=annotation,
        )
        for name, annotation in options.items()
    ]
