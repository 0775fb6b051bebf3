"""What reads as a refusal, and that no correct answer is one."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from evaluation.metrics.refusals import RefusalScorer, refused, refuses_in_words
from evaluation.types import Outcome, Question, RefusalKind, Reply
from rag.refusal import MODEL_REFUSAL, REFUSAL

ASKED = "When was the Lund mill built in 1871?"

REFUSALS = (
    MODEL_REFUSAL,
    REFUSAL,
    "",
    " \n",
    "I don't know.",
    "I don’t know",
    "I do not know when the Lund mill was built.",
    "I'm sorry, but I cannot answer this question.",
    "Sorry, I could not find an answer to that.",
    "Unfortunately, the passages do not say when the mill was built in 1871.",
    "Not mentioned in the context.",
    "The year of building is not given in the provided passages.",
    "The answer is not stated.",
    "It isn't mentioned.",
    "The passages do not say.",
    "The context doesn't mention the Lund mill.",
    "Based on the provided context, the question cannot be answered.",
    "There is no information about this in the documents.",
    "There's not enough information to tell.",
    "No answer.",
    "None of the passages mention it.",
    "I don't have enough information to answer.",
    "Unknown",
    "N/A",
    "I don't know. The passages do not say when.",
)

ANSWERS = (
    "1871",
    "I don't know the day but the month was spring.",
    "I don't know, but the mill next to it is from 1850.",
    "I don't know exactly, it was built around the turn of the century.",
    "I do not know for sure, probably in spring.",
    "I don't know. It was in spring.",
    "The passages do not say when; the deed is of 1850.",
    "The passages do not state 1850 as the year.",
    "The passages do not mention Carl Berg.",
    "The passages do not say so: in spring.",
    "However, the documents do not mention only the mill, they give the year.",
    "The mill was not built in spring.",
    "No",
    "None",
    "It is not available in blue.",
    "There is no bridge.",
    "An unknown brother built it.",
)


def asked(*golds: str, answerable: bool = True) -> Question:
    return Question("q", ASKED, golds, answerable)


@pytest.mark.parametrize("text", REFUSALS)
def test_reads_as_a_refusal(text: str) -> None:
    assert refuses_in_words(text, ASKED)


@pytest.mark.parametrize("text", ANSWERS)
def test_does_not_read_as_a_refusal(text: str) -> None:
    assert not refuses_in_words(text, ASKED)


@pytest.mark.parametrize("text", REFUSALS)
def test_what_is_correct_is_no_refusal_however_it_reads(reply: Reply, text: str) -> None:
    said = replace(reply, text=text)
    assert refused(asked("in spring"), said)
    if text.strip():
        assert not refused(asked("in spring", text), said)
    assert refused(asked(text, answerable=False), said), "what cannot be answered has no correct answer"


def test_a_correct_answer_beside_a_refusing_short_answer_is_no_refusal(reply: Reply) -> None:
    said = replace(reply, text="It was built in spring. I don't know more.", short_answer="I don't know.")
    assert not refused(asked("in spring"), said)
    assert refused(asked("in autumn"), said)


def test_no_correct_answer_is_ever_refused(reply: Reply) -> None:
    draw = random.Random(17)
    for _ in range(2_000):
        refusal = draw.choice(REFUSALS)
        at = draw.choice([0, len(refusal)])
        said = f"{refusal[:at]} in spring {refusal[at:]}"
        kinds: tuple[RefusalKind | None, ...] = (None, "nothing-found", "not-stated")
        answer = replace(reply, text=said, refusal=draw.choice(kinds))
        assert not refused(asked("autumn", "In Spring!"), answer), said
        assert RefusalScorer().score(asked("In spring"), Outcome(reply=answer))["false_refusal"] == 0.0


def test_a_reply_that_says_it_is_a_refusal_is_one(reply: Reply) -> None:
    assert refused(asked("1871"), replace(reply, text="", refusal="nothing-found"))
    assert refused(asked(""), replace(reply, text="", refusal="not-stated")), "an empty gold answer is none"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"text": "", "refusal": "nothing-found"}, "refused_nothing_found"),
        ({"text": "", "refusal": "not-stated"}, "refused_not_stated"),
        ({"text": "", "refusal": "not-supported"}, "refused_not_supported"),
        ({"text": "I don't know."}, "refused_in_words"),
        ({"text": ""}, "refused_in_words"),
        ({"text": "In autumn."}, "answered"),
    ],
)
@pytest.mark.parametrize("answerable", [True, False])
def test_scores_say_what_happened_and_whether_it_was_right(
    reply: Reply, changes: dict[str, str], kind: str, answerable: bool
) -> None:
    said = replace(reply, **changes)  # type: ignore[arg-type]  # the fields vary
    found = RefusalScorer().score(asked("in spring", answerable=answerable), Outcome(reply=said))
    kinds = (
        "answered",
        "refused_nothing_found",
        "refused_not_stated",
        "refused_not_supported",
        "refused_in_words",
    )
    assert {name: found.pop(name) for name in kinds} == {name: float(name == kind) for name in kinds}
    was_refused = kind != "answered"
    assert found == {
        ("false_refusal" if answerable else "true_refusal"): float(was_refused),
        "correct_decision": float(was_refused is not answerable),
    }


def test_a_single_common_word_of_gold_makes_no_refusal_an_answer(reply: Reply) -> None:
    question = Question("q", "Does the club own a tug?", ("no",))
    for said in ("There is no information about this in the passages.", "No information."):
        assert refused(question, replace(reply, text=said, short_answer=None))
    assert not refused(question, replace(reply, text="No.", short_answer="No"))


def test_clauses_that_all_refuse_are_a_refusal(reply: Reply) -> None:
    question = Question("q", "Who built it?", ("the brothers Lund",))
    said = "I don't know, the passages do not say."
    assert refused(question, replace(reply, text=said, short_answer=None))
