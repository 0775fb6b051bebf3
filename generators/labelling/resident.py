"""Classifiers and taggers whose models share memory with all others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from generators.labelling.protocol import KINDS, Classification, Classifier, Entity, EntityFinder
from generators.resident import ResidentEngine
from machine import Residence


class ResidentClassifier(ResidentEngine[Classifier]):
    """A Classifier that uses another, as long as it is in memory."""

    def __init__(self, residence: Residence[Classifier], id: str) -> None:
        super().__init__(residence, "model")
        self.id = id

    def classify(
        self, text: str, labels: Sequence[str], *, cancelled: Callable[[], bool] = lambda: False
    ) -> Classification:
        with self._used(cancelled) as classifier:
            return classifier.classify(text, labels, cancelled=cancelled)


class ResidentEntityFinder(ResidentEngine[EntityFinder]):
    """An EntityFinder that uses another, as long as it is in memory."""

    def __init__(self, residence: Residence[EntityFinder], id: str) -> None:
        super().__init__(residence, "model")
        self.id = id

    def find_entities(
        self, text: str, kinds: Sequence[str] = KINDS, *, cancelled: Callable[[], bool] = lambda: False
    ) -> tuple[Entity, ...]:
        with self._used(cancelled) as finder:
            return finder.find_entities(text, kinds, cancelled=cancelled)
