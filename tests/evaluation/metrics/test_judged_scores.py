"""What a judge makes of answers, in the rows of a run."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from evaluation.agreement import Advantage, Agreement
from evaluation.judging.judge import Judge
from evaluation.judging.measuring import JudgeAgreement, JudgeMeasurement
from evaluation.judging.rubric_file import load_rubric
from evaluation.judging.trust import keep_measurement
from evaluation.metrics.judged import JudgedScorer
from evaluation.types import Outcome, Question, Reply, ShownPassage
from generators.text.protocol import GenerationRequest
from generators.text.scripted import ScriptedGenerator, ScriptedReply
from generators.text.words import WordSignals

QUESTION = Question("q", "When does the gate close?", ("at dawn", "The gate closes at nine."))
PASSAGE = ShownPassage(1, "rules", 1, 1, "Rules", "The gate closes at nine in winter.")


def generator() -> ScriptedGenerator:
    """Says of every answer: Yes 0.8, No 0.2, the digit 5."""

    def reply(request: GenerationRequest) -> ScriptedReply:
        sure = {"Yes": 0.8, "No": 0.2, "1": 1e-9, "2": 1e-9, "3": 1e-9, "4": 1e-9, "5": 1.0}
        openings = {text: math.log(sure[text]) for text in request.openings}
        return ScriptedReply("", WordSignals(openings=openings))

    return ScriptedGenerator(reply)


def scorer(*rubrics: str, engine: ScriptedGenerator | None = None) -> JudgedScorer:
    judge = Judge(engine or generator(), "scripted weights")
    return JudgedScorer(judge, [load_rubric(name) for name in rubrics])


def measurement(kappa: float, cut: float = 0.7, low_gain: float = 0.1) -> JudgeMeasurement:
    found = JudgeAgreement("model", cut, *[Agreement(kappa, kappa - 0.1, kappa + 0.1, 0.8, 90)] * 2)
    rubric = load_rubric("faithful")
    return JudgeMeasurement(
        judge="scripted weights",
        engine="scripted",
        rubric="faithful",
        rubric_version=rubric.version,
        rubric_sha256=rubric.sha256,
        way="pointwise",
        judged="answers",
        set_name="people",
        set_sha256="0",
        half="odd",
        items=90,
        chosen_on=90,
        unread=0,
        spread=0.1,
        model=found,
        baselines=(),
        advantages={"ROUGE-L": Advantage(0.2, low_gain, 0.3)},
        people=None,
        measured_at="2026-01-02T03:04:05+00:00",
    )


def test_scores_verdict_and_spread(home: object, reply: Reply) -> None:
    scores = scorer("correct").score(QUESTION, Outcome(reply=reply))
    assert scores == pytest.approx(
        {
            "judged_correct": (0.8 + 0.8 + 1.0) / 3,
            "judged_correct_verdict": 1.0,
            "judged_correct_spread": 1.0 - 0.8,
        }
    )


def test_the_nearest_gold_answer_is_shown(home: object, reply: Reply) -> None:
    engine = generator()
    scorer("correct", engine=engine).score(QUESTION, Outcome(reply=reply))
    shown = engine.requests[0].messages[-1].content
    assert "Reference answer: The gate closes at nine." in shown
    assert "dawn" not in shown


def test_a_source_is_what_the_answer_was_written_from(home: object, reply: Reply) -> None:
    engine = generator()
    judged = scorer("faithful", engine=engine)
    assert judged.score(QUESTION, Outcome(reply=reply)) == {}, "no passage was shown"
    assert judged.score(QUESTION, Outcome(reply=replace(reply, passages=(PASSAGE,))))
    assert "Text: The gate closes at nine in winter." in engine.requests[0].messages[-1].content


def test_a_refusal_is_wrong_where_there_is_an_answer(home: object, reply: Reply) -> None:
    refusal = Outcome(reply=replace(reply, text="", refusal="not-stated", passages=(PASSAGE,)))
    engine = generator()
    scores = scorer("correct", "faithful", "relevant", engine=engine).score(QUESTION, refusal)
    assert scores == {"judged_correct": 0.0, "judged_correct_verdict": 0.0}
    assert engine.requests == []


def test_without_gold_correctness_is_not_judged(home: object, reply: Reply) -> None:
    for question in (replace(QUESTION, answers=()), replace(QUESTION, answerable=False)):
        names = scorer("correct", "complete", "relevant").score(question, Outcome(reply=reply))
        assert set(names) == {"judged_relevant", "judged_relevant_verdict", "judged_relevant_spread"}


def test_a_judge_that_was_never_measured_is_not_to_be_trusted(home: object) -> None:
    score, verdict, spread = scorer("faithful").metrics
    assert "not measured" in score.title
    assert score.caution.startswith("not to be trusted")
    assert verdict.caution == score.caution
    assert spread.caution == "", "the spread is of the judge, and true of it"


def test_what_was_measured_stands_beside_the_score(home: object, reply: Reply) -> None:
    keep_measurement(measurement(0.55, cut=0.9))
    judged = scorer("faithful")
    metric = judged.metrics[0]
    assert "kappa 0.55 (0.45 to 0.65) with people on 90 items of people, measured 2026-01-02" in metric.title
    assert metric.caution == ""
    scores = judged.score(QUESTION, Outcome(reply=replace(reply, passages=(PASSAGE,))))
    assert scores["judged_faithful"] < 0.9
    assert scores["judged_faithful_verdict"] == 0.0, "by the cut that was chosen, not by 0.5"
    assert "cut 0.9" in judged.facts["judged_faithful"]


@pytest.mark.parametrize(
    ("kept", "said"),
    [(measurement(0.2), "below 0.4"), (measurement(0.6, low_gain=-0.1), "better with people than ROUGE-L")],
)
def test_a_poor_judge_is_marked(home: object, kept: JudgeMeasurement, said: str) -> None:
    keep_measurement(kept)
    assert said in scorer("faithful").metrics[0].caution


def test_the_bound_of_trust_can_be_set(home: object) -> None:
    keep_measurement(measurement(0.55))
    judged = JudgedScorer(Judge(generator(), "scripted weights"), [load_rubric("faithful")], least_kappa=0.6)
    assert "below 0.6" in judged.metrics[0].caution
    assert judged.facts["least kappa"] == "0.6"
    assert judged.facts["judged_faithful"] == scorer("faithful").facts["judged_faithful"], "scored alike"


def test_the_judge_is_closed_with_the_scorer(home: object, reply: Reply) -> None:
    from generators.errors import GenerationFailed

    judged = scorer("correct")
    judged.close()
    with pytest.raises(GenerationFailed, match="closed"):
        judged.score(QUESTION, Outcome(reply=reply))
