"""The two seams of labelling without a model: words decide."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from generators.labelling.protocol import (
    KINDS,
    Classification,
    Entity,
    gathered,
    go_on_unless,
    require_choice,
)


class NamedLabelClassifier:
    """A Classifier that chooses the label whose own words the text holds most often, else the first."""

    id = "named-labels"

    def classify(
        self, text: str, labels: Sequence[str], *, cancelled: Callable[[], bool] = lambda: False
    ) -> Classification:
        require_choice(labels)
        go_on_unless(cancelled)
        counts = {label: text.casefold().count(label.casefold()) for label in labels}
        label = max(labels, key=lambda one: counts[one])
        whole = sum(counts.values())
        return Classification(label, counts[label] / whole if whole else 1 / len(labels), len(text))

    def close(self) -> None:
        """Nothing is held."""


class ListedEntityFinder:
    """An EntityFinder that knows these names, by kind."""

    id = "listed-names"

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        self._names = names

    def find_entities(
        self, text: str, kinds: Sequence[str] = KINDS, *, cancelled: Callable[[], bool] = lambda: False
    ) -> tuple[Entity, ...]:
        if not kinds:
            raise ValueError("Give at least one kind of names.")
        go_on_unless(cancelled)
        return gathered(text, self._found(text, kinds))

    def _found(self, text: str, kinds: Sequence[str]) -> Iterator[tuple[str, int, int]]:
        for kind in kinds:
            for name in self._names.get(kind.casefold(), ()):
                for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text):
                    yield kind, *match.span()

    def close(self) -> None:
        """Nothing is held."""
