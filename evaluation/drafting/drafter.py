"""From places to questions: each is drafted, and has to pass every filter, or is told with the reason."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evaluation.drafting.altering import Altered, altered
from evaluation.drafting.asking import QuestionModel
from evaluation.drafting.originals import Originals
from evaluation.drafting.passages import Neighbour, Search, neighbours
from evaluation.drafting.types import Attempt, Draft, Kind, Place, Reason
from evaluation.drafting.wording import (
    gives_away,
    is_about_its_author,
    names_of,
    names_source,
    says_of_whom,
    stands_alone,
    strange_words,
    unknown_names,
)
from evaluation.metrics.squad import contains_gold, normalise, token_f1
from ingest.embedding.protocol import Vectors
from rag.terms import content_terms

#: Of the prompts and filters: a set that was begun with others is not gone on with.
VERSION = 5
#: Above this cosine two questions ask the same.
_SAME_QUESTION = 0.92
_SAME_ANSWER = 0.6
_DIGIT = re.compile(r"\d")
_NEIGHBOURS = 6
#: Of an unanswerable question's nearest chunks so many are read by the model.
_READ = 3
#: A chunk with this share of a question's words is taken to be about it; only such can answer it.
_ABOUT = 0.5

Embed = Callable[[str], Vectors]


class _Rejected(Exception):
    """An attempt ended. Never leaves this module."""

    def __init__(self, reason: Reason, text: str = "", detail: str = "") -> None:
        self.reason: Reason = reason
        self.text = text
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many questions of each kind a set is to hold."""

    answerable: int
    unanswerable: int


def draft(
    places: Sequence[Place],
    wanted: Wanted,
    model: QuestionModel,
    search: Search,
    embed: Embed,
    *,
    name: str,
    seed: int,
    before: Sequence[Attempt] = (),
) -> Iterator[Attempt]:
    """Attempts in the order of places, until enough are kept or no place is left.

    `before` are those of an earlier call, which are gone on from. Kinds take turns: an unanswerable question
    is an answerable one that was kept, altered, as long as one is left or wanted. Raises DraftingStopped.
    """
    drafter = _Drafter(places, model, search, embed, name, seed)
    counts = {True: 0, False: 0}
    for attempt in before:
        drafter.remember(attempt)
        if attempt.draft is not None:
            counts[attempt.draft.answerable] += 1
    for number in range(len(before), len(places)):
        if counts[True] >= wanted.answerable and counts[False] >= wanted.unanswerable:
            return
        lacking = {True: wanted.answerable - counts[True], False: wanted.unanswerable - counts[False]}
        turn = lacking[True] >= lacking[False] or (lacking[True] > 0 and not drafter.can_alter)
        attempt = drafter.attempt(number, answerable=turn)
        drafter.remember(attempt)
        if attempt.draft is not None:
            counts[attempt.draft.answerable] += 1
        yield attempt


class _Drafter:
    def __init__(
        self,
        places: Sequence[Place],
        model: QuestionModel,
        search: Search,
        embed: Embed,
        name: str,
        seed: int,
    ) -> None:
        self._places = places
        self._model = model
        self._search = search
        self._embed = embed
        self._name = name
        self._seed = seed
        self._vectors: dict[bool, list[Vectors]] = {True: [], False: []}
        self._originals = Originals()

    def remember(self, attempt: Attempt) -> None:
        """What later attempts go by."""
        self._originals.remember(attempt)
        if (kept := attempt.draft) is not None:
            self._vectors[kept.answerable].append(self._embed(kept.text))

    @property
    def can_alter(self) -> bool:
        """Whether a kept question is left to be altered."""
        return self._originals.next() is not None

    def attempt(self, number: int, *, answerable: bool) -> Attempt:
        started = time.perf_counter()
        place = self._places[number]
        original = None if answerable else self._originals.next()
        blank = Attempt(
            number,
            "answerable" if answerable else "unanswerable",
            0.0,
            original="" if original is None else original.draft.id,
        )
        draw = random.Random(f"{self._seed} {number}")  # noqa: S311 - a fixed draw, no secret
        try:
            if answerable:
                kept = self._stated(place)
            elif original is not None:
                text = original.draft.text
                kept = self._unstated(original.place, text, self._altered(original.place, text, draw))
            else:
                text = self._drafted(place)
                kept = self._unstated(place, text, self._unlike(place, text, draw))
            self._refuse_double(kept)
        except _Rejected as no:
            seconds = time.perf_counter() - started
            return replace(blank, seconds=seconds, text=no.text, reason=no.reason, detail=no.detail)
        kept = replace(kept, id=f"{self._name}-{number:04}")
        return replace(blank, seconds=time.perf_counter() - started, text=kept.text, draft=kept)

    def _stated(self, place: Place) -> Draft:
        text = self._drafted(place)
        said = self._model.answer(text, place.source, place.passage)
        if not same_answer(said, place.answer):
            reason: Reason = "is refused or answered otherwise from its own page"
            raise _Rejected(reason, text, said or "refused")
        others = neighbours(self._search, text, _NEIGHBOURS, place)
        for other in others:
            # An answer is copied from its text, so one that does not hold it cannot give it.
            if contains_gold(other.text, [place.answer]):
                said = self._model.answer(text, other.name, _around_answer(other, text, place.answer))
                if same_answer(said, place.answer):
                    raise _Rejected("is answered by another page, too", text, _where(other))
        self._refuse_ambiguous(place, text, others)
        return _draft(place, "stated", text)

    def _refuse_ambiguous(self, place: Place, text: str, others: Sequence[Neighbour]) -> None:
        """One that leaves open whose or which period's amount it asks for, where another page gives one."""
        if not names_source(text, place.source):
            others = [other for other in others if other.document != place.document]
        elif _DIGIT.search(text) or not _DIGIT.search(place.answer):
            return
        for other in others[:1]:
            said = self._model.answer(text, other.name, other.near(text))
            if said and bool(_DIGIT.search(said)) == bool(_DIGIT.search(place.answer)):
                raise _Rejected("is answered otherwise by another page", text, f"{_where(other)}: {said}")

    def _unstated(self, place: Place, text: str, ways: Iterable[Altered]) -> Draft:
        """The first of the ways to ask otherwise that no document answers."""
        rejected = _Rejected("nothing in it could be altered", text)
        for way in ways:
            if not _is_clear(way.text, place):
                rejected = _Rejected("does not stand alone", way.text)
                continue
            if (answered := self._answered(way, place)) is None:
                return _draft(place, way.kind, way.text)
            rejected = _Rejected("may be answered by the documents after all", way.text, answered)
        raise rejected

    def _altered(self, place: Place, question: str, draw: random.Random) -> Iterator[Altered]:
        near = [other.text for other in neighbours(self._search, question, _NEIGHBOURS, place)]
        far = [
            other.sentence
            for other in draw.sample(self._places, min(20, len(self._places)))
            if other.document != place.document or other.page_number != place.page_number
        ]
        own = set(names_of(_known(place)))
        names = [
            [name for text in texts for name in names_of(text) if name not in own] for texts in (near, far)
        ]
        yield from altered(question, names, draw)

    def _unlike(self, place: Place, question: str, draw: random.Random) -> Iterator[Altered]:
        yield from self._altered(place, question, draw)
        # Last: small models mostly ask what the passage answers.
        beyond = self._model.question_beyond(place.source, place.passage)
        if beyond and not unknown_names(beyond, _known(place)):
            yield Altered("beyond", beyond)

    def _answered(self, way: Altered, place: Place) -> str | None:
        """By which text the question may be answered; None where none of those asked answers it."""
        question = way.text
        own = f"{place.source}\n{place.passage}"
        if way.may_be_answered_by(own) and (
            said := self._model.answer(question, place.source, place.passage)
        ):
            return f"its own page: {said}"
        asked = set(content_terms(question))
        found = neighbours(self._search, question, _NEIGHBOURS)
        about = [
            other
            for other in found
            if len(asked & set(content_terms(f"{other.name} {other.text}"))) >= _ABOUT * len(asked)
            and way.may_be_answered_by(f"{other.name}\n{other.text}")
        ]
        for other in about[:_READ]:
            if said := self._model.answer(question, other.name, other.near(question)):
                return f"{_where(other)}: {said}"
        return None

    def _drafted(self, place: Place) -> str:
        text = self._model.question_for(place.source, place.passage, place.sentence, place.answer)
        if not text:
            raise _Rejected("the model wrote no question")
        if gives_away(text, place.answer):
            raise _Rejected("gives its answer away", text, place.answer)
        unnamed = is_about_its_author(place.sentence) and not names_source(text, place.source)
        if unnamed or not _is_clear(text, place):
            raise _Rejected("does not stand alone", text)
        if unknown := unknown_names(text, _known(place)):
            raise _Rejected("names what its page does not", text, ", ".join(unknown))
        if strange := strange_words(text, _known(place)):
            raise _Rejected("speaks of what its page does not", text, ", ".join(strange))
        return text

    def _refuse_double(self, kept: Draft) -> None:
        """Of its own kind: an altered question is meant to be like the one that it was made of."""
        if before := self._vectors[kept.answerable]:
            closest = float(np.max(np.stack(before) @ self._embed(kept.text)))
            if closest >= _SAME_QUESTION:
                raise _Rejected("is nearly a question that is there", kept.text, f"cosine {closest:.2f}")


def same_answer(said: str, answer: str) -> bool:
    """Whether two short answers are one, by their words."""
    if not said or not normalise(said):
        return False
    if contains_gold(said, [answer]) or contains_gold(answer, [said]):
        return True
    return token_f1(said, [answer]) >= _SAME_ANSWER


def _draft(place: Place, kind: Kind, text: str) -> Draft:
    answers = (place.answer,) if kind == "stated" else ()
    where = place.document, place.page_number, place.sentence, place.passage, place.source
    return Draft("", kind, text, answers, *where)


def _is_clear(question: str, place: Place) -> bool:
    """To somebody who has many documents before them, and not its page."""
    return stands_alone(question) and says_of_whom(question, place.source)


def _known(place: Place) -> str:
    return f"{place.source}\n{place.opening}\n{place.passage}"


def _where(other: Neighbour) -> str:
    return f"page {other.page_number} of {other.document}"


def _around_answer(other: Neighbour, question: str, answer: str) -> str:
    return other.near(f"{question} {answer}")
