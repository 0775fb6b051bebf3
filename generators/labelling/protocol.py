"""What tells kinds apart, of whole texts and of names in them: results, and the two seams."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from generators.errors import GenerationFailed

#: Kinds of names that are looked for where nobody says which.
KINDS = ("person", "organisation", "place", "date", "amount")


@dataclass(frozen=True, slots=True)
class Classification:
    """`likelihood` is the probability of the label, 0 to 1; None where the engine cannot tell.

    Of a language model it is that of the label's text, the model being free to write anything; of a
    classifier that among the labels that it chooses from. `characters_read`: of a long text the beginning
    decides.
    """

    label: str
    likelihood: float | None
    characters_read: int


@dataclass(frozen=True, slots=True)
class Entity:
    """`text` stands in the whole text from each start to each end of `places`."""

    kind: str
    text: str
    places: tuple[tuple[int, int], ...]


class Classifier(Protocol):
    """Tells which label a text has."""

    @property
    def id(self) -> str: ...

    def classify(
        self, text: str, labels: Sequence[str], *, cancelled: Callable[[], bool] = lambda: False
    ) -> Classification:
        """One of the labels, spelt as it was given.

        Raises ValueError for labels that are no choice (see `require_choice`), and an error once cancelled.
        """

    def close(self) -> None:
        """Let go of the model."""


class EntityFinder(Protocol):
    """Finds the names that stand in a text."""

    @property
    def id(self) -> str: ...

    def find_entities(
        self, text: str, kinds: Sequence[str] = KINDS, *, cancelled: Callable[[], bool] = lambda: False
    ) -> tuple[Entity, ...]:
        """Those of these kinds, in the order in which they first stand in the text; a kind is spelt as it was
        given, and found in capitals and small letters alike.

        Raises ValueError where no kind is given, and an error once cancelled.
        """

    def close(self) -> None:
        """Let go of the model."""


def go_on_unless(cancelled: Callable[[], bool]) -> None:
    """Raises GenerationFailed once cancelled: half a result would pass for a whole one."""
    if cancelled():
        raise GenerationFailed("The task was stopped before it was done.")


def require_choice(labels: Sequence[str]) -> None:
    """Raises ValueError for less than two labels, and for labels that differ in nothing."""
    different = {label.casefold() for label in labels}
    if len(labels) < 2 or len(different) < len(labels) or "" in different:
        raise ValueError("Give at least two labels, each once.")


def gathered(text: str, found: Iterable[tuple[str, int, int]]) -> tuple[Entity, ...]:
    """Entities of kind, start and end of each place; equal words of one kind are one entity."""
    places: dict[tuple[str, str], set[tuple[int, int]]] = {}
    for kind, start, end in found:
        places.setdefault((kind, text[start:end]), set()).add((start, end))
    entities = [Entity(kind, name, tuple(sorted(where))) for (kind, name), where in places.items()]
    return tuple(sorted(entities, key=lambda entity: entity.places[0]))
