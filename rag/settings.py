"""What can be set between a question and its answer. Building these loads nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

from generators.settings import GeneratorSettings
from ingest.settings import IngestSettings


@dataclass(frozen=True, slots=True)
class RetrievalSettings:
    """How hits are found. `dense_weight` is the dense arm's share in the convex fusion, 0..1."""

    candidates: int = 200
    dense_weight: float = 0.6


@dataclass(frozen=True, slots=True)
class PassageSettings:
    """What the prompt shows. On a CPU each token costs about 13 ms before the first word comes.

    `token_budget` None means: `cpu_token_budget` or `gpu_token_budget`, by where the model runs.
    """

    token_budget: int | None = None
    cpu_token_budget: int = 200
    gpu_token_budget: int = 2000
    hits: int = 8


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """How the answer is written."""

    template: str = "plain"
    max_tokens: int = 256
    history_tokens: int = 400


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything, with sensible defaults."""

    ingest: IngestSettings = field(default_factory=IngestSettings)
    generator: GeneratorSettings = field(default_factory=GeneratorSettings)
    retrieval: RetrievalSettings = field(default_factory=RetrievalSettings)
    passages: PassageSettings = field(default_factory=PassageSettings)
    answer: AnswerSettings = field(default_factory=AnswerSettings)
