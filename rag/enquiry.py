"""A question with all that was found for it: what an answer is written from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Self

from rag.neutralising import neutralised
from rag.types import Passage, Turn


@dataclass(frozen=True, slots=True)
class Enquiry:
    """What is known when the model is asked.

    `started` is the `time.perf_counter()` of the question's arrival. `searched` is the question with what
    it leaves to earlier turns; None where it leaves nothing. `turns` are shown to the model, which then reads
    the question as it was asked, and else as it was searched for. `enough` says whether the passages hold
    enough `evidence` (`rag.evidence`) for the model to be asked; `minimum_answerability` is what the model's
    own state must say then (`rag.answerability`), None for what was found when its judge was trained. `wider`
    gives more passages for a second look, where the first ones are not found to answer it.
    """

    question: str
    passages: Sequence[Passage]
    started: float
    turns: Sequence[Turn] = ()
    searched: str | None = None
    evidence: float = 0.0
    enough: bool = True
    minimum_answerability: float | None = None
    wider: Callable[[], Sequence[Passage]] | None = None

    @property
    def meant(self) -> str:
        """The question for engines and checks that read no earlier turns."""
        return self.searched or self.question

    @property
    def put(self) -> str:
        """The question as the model reads it."""
        return self.question if self.turns else self.meant

    def safe(self) -> Self:
        """With passages that act on nothing. Those shown before are so already, and stay as they were."""
        passages = tuple(
            passage if passage.shown_before else neutralised(passage) for passage in self.passages
        )
        return replace(self, passages=passages)
