"""A set drafted from a collection into a folder: what the command and other programs call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from evaluation.drafting.asking import QuestionModel
from evaluation.drafting.drafter import VERSION, Wanted, draft
from evaluation.drafting.places import places
from evaluation.drafting.set_folder import open_drafted_set
from evaluation.drafting.types import Attempt, Origin
from evaluation.errors import NothingToDraft
from ingest.store.store import Store
from machine import evaluation_folder
from rag import Collection
from rag.assembly import Engines

#: Places that are tried, at most, for each question that is wanted.
_PLACES_PER_QUESTION = 12


@dataclass(frozen=True, slots=True)
class Drafted:
    """What is in a set now. `whole`: as many as were wanted, of both kinds."""

    folder: Path
    attempts: tuple[Attempt, ...]
    wanted: Wanted

    @property
    def answerable(self) -> int:
        return sum(one.draft is not None and one.draft.answerable for one in self.attempts)

    @property
    def unanswerable(self) -> int:
        return sum(one.draft is not None and not one.draft.answerable for one in self.attempts)

    @property
    def whole(self) -> bool:
        return self.answerable >= self.wanted.answerable and self.unanswerable >= self.wanted.unanswerable

    @property
    def rejects(self) -> dict[str, int]:
        """How many attempts came to nothing, by reason, the most frequent first."""
        return dict(Counter(one.reason for one in self.attempts if one.reason is not None).most_common())

    @property
    def seconds_per_question(self) -> float | None:
        """What a kept question took, the attempts that came to nothing included; None where none was kept."""
        kept = self.answerable + self.unanswerable
        return sum(one.seconds for one in self.attempts) / kept if kept else None


def default_set_folder(collection: Collection) -> Path:
    """Where a collection's set lies unless another folder is named."""
    return evaluation_folder() / "sets" / collection.name


def make_set(
    collection: Collection,
    folder: Path,
    wanted: Wanted,
    *,
    seed: int = 0,
    told: Callable[[Sequence[Attempt]], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Drafted:
    """Draft until as many are kept as are wanted; what the folder holds already counts.

    `told` hears all attempts after each. Between attempts `cancelled` ends it with what is there. Raises
    ModelUnfit, NothingToDraft, DraftsMismatch, EmptyCollection and the errors of the model.
    """
    settings = collection.settings
    count = wanted.answerable + wanted.unanswerable
    with Store.open(collection.folder) as store:
        identity, generation = store.identity, store.generation()
    origin = Origin(collection.name, generation, settings.generator.engine, seed, VERSION)
    found = list(islice(places(collection, seed, count), _PLACES_PER_QUESTION * count))
    if not found:
        raise NothingToDraft(
            f"No page of {collection.name!r} has a sentence that a question can be about: a whole sentence "
            "in prose with an amount, a date or a name."
        )
    with (
        open_drafted_set(folder, origin) as drafted,
        closing(Engines(settings, lambda: identity)) as engines,
    ):
        attempts = list(drafted.attempts())
        model = QuestionModel(collection.writer(), cancelled)
        embedder = engines.embedder()
        rows = draft(
            found,
            wanted,
            model,
            lambda question, hits: collection.search(question, hits),
            embedder.embed_query,
            name=collection.name,
            seed=seed,
            before=attempts,
        )
        while not cancelled() and (attempt := next(rows, None)) is not None:
            drafted.add(attempt)
            attempts.append(attempt)
            told(tuple(attempts))
    return Drafted(folder, tuple(attempts), wanted)
