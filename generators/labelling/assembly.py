"""From settings to classifiers and taggers: the only module here that names their classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generators.labelling.protocol import Classifier, EntityFinder
from generators.loading import loaded
from generators.settings import GeneratorSettings
from machine import MemoryBroker, Need, Residence

if TYPE_CHECKING:
    from generators.labelling.pipelines import PipelineClassifier, PipelineEntityFinder
    from generators.text.transformers_files import ModelFiles


def build_classifier(settings: GeneratorSettings) -> PipelineClassifier | None:
    """The text classification model that `pipeline:<folder or hub id>` names; None for other engines.

    Raises ModelUnusable.
    """
    if (files := _files(settings)) is None:
        return None
    from generators.labelling.pipelines import PipelineClassifier

    return PipelineClassifier(files, id=settings.engine, gpu=_may_use_gpu(settings))


def build_entity_finder(settings: GeneratorSettings) -> PipelineEntityFinder | None:
    """The token classification model that `pipeline:<folder or hub id>` names; None for other engines.

    Raises ModelUnusable.
    """
    if (files := _files(settings)) is None:
        return None
    from generators.labelling.pipelines import PipelineEntityFinder

    return PipelineEntityFinder(files, id=settings.engine, gpu=_may_use_gpu(settings))


def open_classifier(settings: GeneratorSettings, broker: MemoryBroker) -> Classifier | None:
    """As `build_classifier`, with its model in memory only as long as there is room for it.

    What is asked for twice is loaded once.
    """
    if (built := build_classifier(settings)) is None:
        return None
    from generators.labelling.resident import ResidentClassifier

    residence: Residence[Classifier] = broker.residence(
        ("classifier", built.files, _may_use_gpu(settings)),
        f"the classifier {settings.engine}",
        lambda: [pipeline_need(built.files, settings)],
        lambda: loaded(built.another(), lambda classifier: classifier.load()),
        lambda classifier: classifier.close(),
    )
    return ResidentClassifier(residence, built.id)


def open_entity_finder(settings: GeneratorSettings, broker: MemoryBroker) -> EntityFinder | None:
    """As `build_entity_finder`, with its model in memory only as long as there is room for it.

    What is asked for twice is loaded once.
    """
    if (built := build_entity_finder(settings)) is None:
        return None
    from generators.labelling.resident import ResidentEntityFinder

    residence: Residence[EntityFinder] = broker.residence(
        ("tagger", built.files, _may_use_gpu(settings)),
        f"the tagger {settings.engine}",
        lambda: [pipeline_need(built.files, settings)],
        lambda: loaded(built.another(), lambda finder: finder.load()),
        lambda finder: finder.close(),
    )
    return ResidentEntityFinder(residence, built.id)


def pipeline_need(files: ModelFiles, settings: GeneratorSettings) -> Need:
    """What such a model takes of memory."""
    from generators.text.memory_needs import torch_need
    from generators.text.torch_weights import has_gpu

    return torch_need(files, on_gpu=_may_use_gpu(settings) and has_gpu(), four_bit=False)


def _files(settings: GeneratorSettings) -> ModelFiles | None:
    kind, _, detail = settings.engine.partition(":")
    if kind != "pipeline" or not detail:
        return None
    from generators.text.transformers_files import find_model

    return find_model(detail)


def _may_use_gpu(settings: GeneratorSettings) -> bool:
    return settings.gpu_layers != 0
