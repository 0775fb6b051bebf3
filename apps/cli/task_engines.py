"""The engines of the commands that do something with a text, and the line below what they made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import TYPE_CHECKING, Protocol, TypeVar

from apps.cli.screen import note
from apps.settings import settings_from

if TYPE_CHECKING:
    from apps.cli.task_options import TaskOptions
    from generators.text.protocol import TextGenerator


class Engine(Protocol):
    """Whatever has a name and is closed."""

    @property
    def id(self) -> str: ...

    def close(self) -> None: ...


_AnyEngine = TypeVar("_AnyEngine", bound=Engine)


def writing(given: TaskOptions) -> AbstractContextManager[TextGenerator]:
    """The engine that writes."""
    from rag.assembly import open_generator

    return made_by(open_generator(settings_from(given.model)), given)


@contextmanager
def made_by(engine: _AnyEngine, given: TaskOptions) -> Iterator[_AnyEngine]:
    """The engine; below what it made it says that a model did."""
    with closing(engine):
        yield engine
        if not given.as_json:
            note(f"Made by a model: {engine.id}.")
