"""From places to questions, with a model that says what it is told to say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from evaluation.drafting.asking import QuestionModel
from evaluation.drafting.drafter import Wanted, draft
from evaluation.drafting.types import Attempt, Place
from evaluation.errors import DraftingStopped, ModelUnfit
from generators.text.extractive import ExtractiveGenerator
from generators.text.protocol import GenerationRequest
from generators.text.scripted import ScriptedGenerator
from ingest.embedding.hashing import HashingEmbedder
from rag import Hit

SENTENCE = "The winch rope of Acme is replaced every 1,000 launches."
PLACE = Place("/d/rules.md", "Acme rules", 2, SENTENCE, f"Ropes. {SENTENCE}", "1,000 launches")
TOW = Place(
    "/d/fees.md",
    "Acme fees",
    1,
    "A tow with Acme costs 48 euros a time.",
    "A tow with Acme costs 48 euros a time.",
    "48 euros",
)
ONE = Wanted(1, 0)
QUESTION = "After how many launches is the winch rope of Acme replaced?"


def hit(text: str, document: str = "/d/other.md", page: int = 5) -> Hit:
    return Hit(1, 1.0, 1, 1, document, "Other", page, page, (), 0, len(text), text)


class Model:
    """Answers by what the request asks for; keeps the passages that it was asked about."""

    def __init__(
        self,
        question: str = QUESTION,
        beyond: str = "",
        answers: Callable[[str], str] = lambda _: "1,000 launches",
    ) -> None:
        self.read: list[str] = []
        self._question, self._beyond, self._answers = question, beyond, answers

    def __call__(self, request: GenerationRequest) -> str:
        passage = request.evidence[0].text
        if request.question.startswith("Answer"):
            self.read.append(passage)
            return self._answers(passage)
        return self._beyond if "NOT" in request.question else self._question


def attempts(
    model: Model,
    hits: Sequence[Hit] = (),
    wanted: Wanted = ONE,
    places: Sequence[Place] = (PLACE,),
    before: Sequence[Attempt] = (),
) -> list[Attempt]:
    questions = QuestionModel(ScriptedGenerator(model))
    embedder = HashingEmbedder()
    rows = draft(
        places, wanted, questions, lambda *_: hits, embedder.embed_query, name="club", seed=0, before=before
    )
    return list(rows)


def test_a_question_that_passes_every_filter_is_kept_with_its_gold() -> None:
    (attempt,) = attempts(Model())
    assert attempt.draft is not None
    assert (attempt.draft.text, attempt.draft.answers) == (QUESTION, ("1,000 launches",))
    assert (attempt.draft.page_number, attempt.draft.sentence) == (2, SENTENCE)
    assert attempt.draft.id == "club-0000"


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("", "the model wrote no question"),
        ("Is the rope of Acme replaced every 1,000 launches?", "gives its answer away"),
        ("How often is this winch rope of Acme replaced?", "does not stand alone"),
        ("After how many launches is the winch rope replaced?", "does not stand alone"),  # whose?
        ("How often does Globex replace the winch rope?", "names what its page does not"),
        ("How often is the winch of Acme painted?", "speaks of what its page does not"),
    ],
)
def test_a_question_is_left_out_by_its_words(question: str, reason: str) -> None:
    (attempt,) = attempts(Model(question))
    assert (attempt.draft, attempt.reason) == (None, reason)


def test_its_own_page_has_to_answer_it() -> None:
    for said in ("not stated", "every two years"):
        (attempt,) = attempts(Model(answers=lambda _, said=said: said))  # type: ignore[misc] # bound now
        assert attempt.reason == "is refused or answered otherwise from its own page"


def test_another_page_must_not_answer_it() -> None:
    elsewhere = hit("Acme also says: after 1,000 launches the winch rope is replaced.")
    (attempt,) = attempts(Model(), [elsewhere])
    assert attempt.reason == "is answered by another page, too"
    assert "page 5 of /d/other.md" in attempt.detail


def test_its_own_sentence_in_another_chunk_is_no_other_page() -> None:
    (attempt,) = attempts(Model(), [hit(f"Rules of ropes.  {SENTENCE}")])
    assert attempt.draft is not None


def test_what_else_its_own_page_says_is_no_other_page() -> None:
    again = "In short: after 1,000 launches the winch rope is replaced."
    (attempt,) = attempts(Model(), [hit(again, PLACE.document, PLACE.page_number)])
    assert attempt.draft is not None
    (attempt,) = attempts(Model(), [hit(again, PLACE.document, PLACE.page_number + 1)])
    assert attempt.reason == "is answered by another page, too"


def test_what_leaves_open_whose_amount_it_is_is_left_out() -> None:
    of_no_author = replace(PLACE, source="2021 report")
    elsewhere = hit("At Globex the winch rope is replaced after 700 launches.")
    answers = lambda passage: "700 launches" if "Globex" in passage else "1,000 launches"  # noqa: E731 - short
    (attempt,) = attempts(Model(answers=answers), [elsewhere], places=[of_no_author])
    assert attempt.reason == "is answered otherwise by another page"
    (attempt,) = attempts(Model(QUESTION + " ", answers=answers), [elsewhere])
    assert attempt.reason == "is answered otherwise by another page"  # no period, and an amount


def test_an_unanswerable_question_is_refused_by_its_page_and_by_the_nearest() -> None:
    beyond = "Who made the winch rope of Acme?"
    near = hit("The winch rope of Acme was made by a welder.")
    refusing = Model(beyond=beyond, answers=lambda _: "not stated")
    (attempt,) = attempts(refusing, [near], Wanted(0, 1))
    assert attempt.draft is not None
    assert (attempt.draft.kind, attempt.draft.text, attempt.draft.answers) == ("beyond", beyond, ())
    assert len(refusing.read) == 2
    answering = Model(
        beyond=beyond, answers=lambda passage: "a welder" if "welder" in passage else "not stated"
    )
    (attempt,) = attempts(answering, [near], Wanted(0, 1))
    assert attempt.reason == "may be answered by the documents after all"


def test_an_unanswerable_question_is_a_kept_one_altered() -> None:
    class Knowing(Model):
        def __call__(self, request: GenerationRequest) -> str:
            elsewhen = request.question.startswith("Answer") and "in 2021" not in request.question
            return "not stated" if elsewhen else super().__call__(request)

    place = replace(PLACE, passage=f"In 2021: {SENTENCE}")
    model = Knowing(QUESTION.replace("replaced", "replaced in 2021"))
    both = attempts(model, places=[place, TOW], wanted=Wanted(1, 1))
    assert [(each.original, each.draft and each.draft.kind) for each in both] == [
        ("", "stated"),
        ("club-0000", "other year"),
    ]
    assert (
        attempts(model, places=[place, TOW], wanted=Wanted(1, 1), before=both[:1])[0].draft == both[1].draft
    )


def test_a_draft_that_cannot_be_altered_is_left_after_three_times() -> None:
    tow = "What does a tow with Acme cost?"
    model = Model(answers=lambda passage: "48 euros" if passage == TOW.passage else "1,000 launches")
    first = attempts(model, places=[PLACE])
    model._question = tow
    rest = attempts(model, places=[PLACE, *[TOW] * 4], wanted=Wanted(1, 1), before=first)
    assert [each.original for each in rest] == ["club-0000"] * 3 + [""]


def test_nothing_is_asked_twice_and_an_interrupted_set_goes_on() -> None:
    first = attempts(Model(), places=[PLACE, PLACE, TOW], wanted=Wanted(2, 0))
    assert [attempt.reason for attempt in first[:2]] == [None, "is nearly a question that is there"]
    rest = attempts(Model(), places=[PLACE, PLACE, TOW], wanted=Wanted(2, 0), before=first[:1])
    assert [attempt.number for attempt in rest] == [1, 2]
    assert rest[0].reason == "is nearly a question that is there"
    assert attempts(Model(), places=[PLACE, PLACE], before=first[:1]) == []


def test_an_engine_that_quotes_drafts_nothing() -> None:
    with pytest.raises(ModelUnfit, match="--model"):
        QuestionModel(ExtractiveGenerator("No."))


def test_a_stop_keeps_nothing_of_the_attempt() -> None:
    questions = QuestionModel(ScriptedGenerator(Model()), cancelled=lambda: True)
    with pytest.raises(DraftingStopped):
        questions.question_for("Acme rules", PLACE.passage, SENTENCE, PLACE.answer)
