"""Questions that the passages do not answer are told from the model's own state, before a word is written."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from generators.text.protocol import PromptRead
from generators.text.scripted import ScriptedGenerator, ScriptedReply
from generators.text.words import WordSignals
from ingest.store.store import Store
from rag import Settings, open_collection
from rag.answerability.judge import SIGNS, AnswerabilityJudge, Head, load_head
from rag.answerability.signs import missing_names, shared_words
from rag.answering import Answering
from rag.assembly import Engines
from rag.calibration import Calibration, measured_with, setting_name
from rag.enquiry import Enquiry
from rag.prompts import load_template
from rag.refusal import MODEL_REFUSAL
from rag.settings import AnswerSettings
from rag.types import Answered, Event, Passage, PassagesFound, Refused, Span, TextAdded

ROOT = Path(__file__).resolve().parents[2]
_MODEL = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"


def passage(text: str, title: str = "Harbour rules") -> Passage:
    return Passage(1, 1, "rules.txt", title, (), (Span(0, len(text), 1, "page 1", text),), text)


def head(threshold: float = 0.5) -> Head:
    """One that goes by the first number of a single layer alone."""
    weights = dict.fromkeys(SIGNS, 0.0) | {"probe": 1.0}
    return Head("", "plain", 2, (3,), np.array([1.0, 0.0], dtype=np.float32), 0.0, weights, 0.0, threshold)


def read(first: float) -> PromptRead:
    return PromptRead(np.array([[first, 9.0]], dtype=np.float32), (-2.0,))


class TestSigns:
    def test_words_are_shared_with_text_and_title(self) -> None:
        assert shared_words("When did the harbour lock open?", [passage("The lock opens at nine.")]) == 1.0
        assert shared_words("Who owns the harbour?", [passage("The lock closes at nine.")]) == 0.5
        assert shared_words("Who is it?", [passage("The lock closes.")]) == 1.0

    def test_names_and_numbers_that_stand_nowhere_are_missing(self) -> None:
        shown = [passage("In 2019 Lund rebuilt the mill.")]
        assert missing_names("Did Lund rebuild it in 2019?", shown) == 0.0
        assert missing_names("Did Berg rebuild it in 2019?", shown) == 0.5
        assert missing_names("When was the mill rebuilt?", shown) == 0.0


class TestJudge:
    def test_the_score_follows_the_state(self) -> None:
        judge = AnswerabilityJudge(head())
        scores = [judge.score("Why?", [passage("So.")], 0.0, read(value)) for value in (-90.0, 0.0, 90.0)]
        assert scores[0] == pytest.approx(0.0, abs=1e-9)
        assert scores[1] == pytest.approx(0.5)
        assert scores[2] == pytest.approx(1.0, abs=1e-9)

    def test_it_says_nothing_where_the_engine_does_not_tell(self) -> None:
        judge = AnswerabilityJudge(head())
        assert judge.score("Why?", [passage("So.")], 0.0, PromptRead()) is None
        assert judge.score("Why?", [passage("So.")], 0.0, PromptRead(openings=(-1.0,))) is None

    def test_its_identity_tells_heads_apart(self) -> None:
        first, second = AnswerabilityJudge(head(0.3)), AnswerabilityJudge(replace(head(0.3), bias=0.5))
        assert (first.threshold, first.identity) == (0.3, AnswerabilityJudge(head(0.9)).identity)
        assert first.identity != second.identity


class TestShippedHead:
    def test_it_is_for_the_default_model_and_template_alone(self) -> None:
        template = load_template("plain")
        shipped = load_head(_MODEL, template.name, template.version)
        assert shipped is not None
        assert shipped.probe.shape == (len(shipped.layers) * 1536,)
        assert set(shipped.weights) == set(SIGNS)
        assert load_head(_MODEL, template.name, template.version + 1) is None
        assert load_head(_MODEL, "detailed", template.version) is None
        assert load_head("0" * 64, template.name, template.version) is None


class TestAnswering:
    def stream(self, state: float, judge: AnswerabilityJudge | None) -> list[object]:
        signals = WordSignals(np.array([[state, 0.0]], dtype=np.float32), {MODEL_REFUSAL: -3.0})
        generator = ScriptedGenerator([ScriptedReply("21:30 [1]", signals)])
        answering = Answering(generator, load_template("plain"), AnswerSettings(), None, judge)
        return list(
            answering.stream(Enquiry("When does it close?", [passage("The lock closes at 21:30.")], 0.0))
        )

    def test_what_the_passages_do_not_answer_is_refused_before_a_word(self) -> None:
        events = self.stream(-5.0, AnswerabilityJudge(head()))
        assert not any(isinstance(event, TextAdded) for event in events)
        assert any(isinstance(event, Refused) for event in events)
        last = events[-1]
        assert isinstance(last, Answered)
        assert (last.answer.refused, last.answer.refusal) == (True, "not-stated")
        assert last.answer.passages

    @pytest.mark.parametrize("judge", [AnswerabilityJudge(head()), None])
    def test_else_it_is_answered(self, judge: AnswerabilityJudge | None) -> None:
        last = self.stream(5.0, judge)[-1]
        assert isinstance(last, Answered)
        assert last.answer.text == "21:30 [1]"

    def looked_twice(self, first: float, second: float) -> tuple[ScriptedGenerator, list[Event]]:
        """The judge's states at both looks; only the wider passages say when it closes."""
        replies = [
            ScriptedReply(
                "21:30 [2]", WordSignals(np.array([[state, 0.0]], dtype=np.float32), {MODEL_REFUSAL: -3.0})
            )
            for state in (first, second)
        ]
        generator = ScriptedGenerator(replies)
        answering = Answering(
            generator, load_template("plain"), AnswerSettings(), None, AnswerabilityJudge(head())
        )
        narrow = passage("The lock opens at nine.")
        wide = [narrow, replace(passage("The lock closes at 21:30."), number=2)]
        enquiry = Enquiry("When does it close?", [narrow], 0.0, wider=lambda: wide)
        return generator, list(answering.stream(enquiry))

    def test_before_it_is_refused_more_is_looked_at(self) -> None:
        generator, events = self.looked_twice(-5.0, 5.0)
        last = events[-1]
        assert isinstance(last, Answered)
        assert last.answer.text == "21:30 [2]"
        assert len(last.answer.passages) == 2
        assert not any(isinstance(event, Refused) for event in events)
        assert len(generator.requests) == 2
        read = [generator.count_prompt_tokens(request.messages) for request in generator.requests]
        assert last.answer.tokens.prompt == sum(read)  # what both looks cost

    def test_what_no_look_finds_is_refused_once(self) -> None:
        generator, events = self.looked_twice(-5.0, -5.0)
        assert [type(event) for event in events] == [PassagesFound, PassagesFound, Refused, Answered]
        assert len(generator.requests) == 2

    def test_what_the_first_look_finds_is_not_looked_for_again(self) -> None:
        generator, _ = self.looked_twice(5.0, -5.0)
        assert len(generator.requests) == 1

    def test_the_model_does_not_refuse_what_the_judge_holds_for_answerable(self) -> None:
        signals = WordSignals(np.array([[5.0, 0.0]], dtype=np.float32), {MODEL_REFUSAL: -0.1})
        generator = ScriptedGenerator(
            [ScriptedReply("Not stated.", signals), ScriptedReply("21:30 [1]", signals)]
        )
        answering = Answering(
            generator, load_template("plain"), AnswerSettings(), None, AnswerabilityJudge(head())
        )
        passages = [passage("The lock closes at 21:30.")]
        *shown, last = answering.stream(Enquiry("When does it close?", passages, 0.0))
        assert isinstance(last, Answered)
        assert last.answer.text == "21:30 [1]"
        assert last.answer.tokens.completion == 4
        assert "".join(event.text for event in shown if isinstance(event, TextAdded)) == "21:30 [1]"
        assert [request.barred for request in generator.requests] == [(), (MODEL_REFUSAL,)]

    @pytest.mark.parametrize(
        "said", ["**Not stated.**", "The passages do not state it.", "- Not stated.", "[1]", ""]
    )
    def test_a_refusal_in_other_words_stays_one(self, said: str) -> None:
        signals = WordSignals(np.array([[5.0, 0.0]], dtype=np.float32), {MODEL_REFUSAL: -0.1})
        generator = ScriptedGenerator([ScriptedReply(said, signals)])
        answering = Answering(
            generator, load_template("plain"), AnswerSettings(), None, AnswerabilityJudge(head())
        )
        *_, last = answering.stream(Enquiry("When does it close?", [passage("The lock closes.")], 0.0))
        assert isinstance(last, Answered)
        assert last.answer.refused
        assert len(generator.requests) == 1

    def test_one_that_refuses_twice_has_refused(self) -> None:
        signals = WordSignals(np.array([[5.0, 0.0]], dtype=np.float32), {MODEL_REFUSAL: -0.1})
        generator = ScriptedGenerator([ScriptedReply("Not stated.", signals)] * 2)
        answering = Answering(
            generator, load_template("plain"), AnswerSettings(), None, AnswerabilityJudge(head())
        )
        *_, last = answering.stream(Enquiry("When does it close?", [passage("The lock closes.")], 0.0))
        assert isinstance(last, Answered)
        assert last.answer.refusal == "not-stated"

    def test_a_refusal_before_a_word_counts_what_was_read(self) -> None:
        last = self.stream(-5.0, AnswerabilityJudge(head()))[-1]
        assert isinstance(last, Answered)
        assert last.answer.tokens.prompt > 0

    @pytest.mark.parametrize(("least", "refused"), [(0.9999, True), (0.001, False), (None, False)])
    def test_an_enquiry_says_how_sure_it_must_be(self, least: float | None, refused: bool) -> None:
        signals = WordSignals(np.array([[5.0, 0.0]], dtype=np.float32), {MODEL_REFUSAL: -3.0})
        answering = Answering(
            ScriptedGenerator([ScriptedReply("21:30 [1]", signals)]),
            load_template("plain"),
            AnswerSettings(),
            None,
            AnswerabilityJudge(head()),
        )
        enquiry = Enquiry("When?", [passage("The lock closes at 21:30.")], 0.0, minimum_answerability=least)
        *_, last = answering.stream(enquiry)
        assert isinstance(last, Answered)
        assert last.answer.refused is refused
        assert last.answer.answerability == pytest.approx(0.99, abs=0.01)

    def test_a_threshold_outside_of_its_range_is_refused(self) -> None:
        with pytest.raises(ValueError, match="minimum_answerability is 2"):
            AnswerSettings(minimum_answerability=2)


@pytest.mark.real
@pytest.mark.parametrize(("calibrated", "refused"), [(1.0, True), (0.001, False)])
def test_the_default_model_is_judged_by_what_the_collection_was_calibrated_to(
    home_with_models: Path, calibrated: float, refused: bool
) -> None:
    with open_collection("judged", Settings()) as collection:
        collection.ingest([ROOT / "examples" / "documents" / "club-rules.docx"])
        with closing(Engines(Settings())) as engines, Store.open(collection.folder) as store:
            judge = engines.judge()
            assert judge is not None
            made_with = measured_with("minimum_answerability", store.identity, store.splitter, judge.identity)
            found = Calibration("minimum_answerability", calibrated, made_with, {})
            store.set_setting(setting_name(found.name), found.to_json())
        answer = collection.ask("From what age may a person join the club?")
    assert answer.refused is refused
    assert answer.answerability is not None
    assert 0.001 < answer.answerability < 1.0


@pytest.mark.real
@pytest.mark.parametrize(("least", "refused"), [(1.0, True), (None, False), (0.0, False)])
def test_the_default_model_is_judged_where_that_is_set(
    home_with_models: Path, least: float | None, refused: bool
) -> None:
    settings = Settings(answer=AnswerSettings(minimum_answerability=least))
    with open_collection("judged", settings) as collection:
        collection.ingest([ROOT / "examples" / "documents" / "club-rules.docx"])
        answer = collection.ask("From what age may a person join the club?")
    assert answer.refused is refused
    assert answer.refusal == ("not-stated" if refused else None)
