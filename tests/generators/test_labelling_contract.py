"""What every Classifier and every EntityFinder must do, and what pipelines do besides."""

from __future__ import annotations

from pathlib import Path

import pytest

from generators.assembly import build_text_generator
from generators.errors import GenerationFailed, ModelUnusable, RequestUnusable
from generators.labelling.assembly import (
    build_classifier,
    build_entity_finder,
    open_classifier,
    open_entity_finder,
)
from generators.labelling.protocol import Classifier, EntityFinder
from generators.labelling.scripted import ListedEntityFinder, NamedLabelClassifier
from generators.settings import GeneratorSettings
from generators.text.protocol import GenerationRequest
from generators.text.scripted import ScriptedGenerator
from machine import MachineBudget, MemoryBroker
from rag.errors import TaskStopped
from rag.tasks.classifying import WritingClassifier
from rag.tasks.entities import WritingEntityFinder
from tests.small_language_models import causal_model, classifier_model, tagger_model

_BROKER = MemoryBroker(MachineBudget())
_WORDS = ("dogs", "library")
_TEXT = "Ada met Grace. Later ada left Paris."


def _pipeline(folder: Path) -> GeneratorSettings:
    return GeneratorSettings(engine=f"pipeline:{folder}", gpu_layers=0)


@pytest.fixture(scope="module")
def animals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return classifier_model(tmp_path_factory.mktemp("classifier"), ("Dogs", "Library"), _WORDS)


@pytest.fixture(scope="module")
def inference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """It says that a text entails a statement where "dogs" stands in either."""
    folder = tmp_path_factory.mktemp("inference")
    return classifier_model(folder, ("contradiction", "entailment"), ("library", "dogs"))


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("names")
    return tagger_model(folder, ("O", "B-PER", "B-PER", "B-LOC"), ("ada", "grace", "paris"))


@pytest.fixture(params=["fake", "writing", "pipeline", "resident"])
def classifier(request: pytest.FixtureRequest, animals: Path) -> Classifier:
    if request.param == "fake":
        return NamedLabelClassifier()
    if request.param == "writing":
        return WritingClassifier(ScriptedGenerator(_first_word_known))
    settings = _pipeline(animals)
    built = build_classifier(settings) if request.param == "pipeline" else open_classifier(settings, _BROKER)
    assert built is not None
    return built


@pytest.fixture(params=["fake", "writing", "pipeline", "resident"])
def finder(request: pytest.FixtureRequest, names: Path) -> EntityFinder:
    if request.param == "fake":
        return ListedEntityFinder({"person": ("Ada", "ada", "Grace"), "place": ("Paris",)})
    if request.param == "writing":
        said = "person: Ada\nperson: ada\nperson: Grace\nplace: Paris"
        return WritingEntityFinder(ScriptedGenerator(lambda _: said))
    settings = _pipeline(names)
    built = (
        build_entity_finder(settings)
        if request.param == "pipeline"
        else open_entity_finder(settings, _BROKER)
    )
    assert built is not None
    return built


def _first_word_known(request: GenerationRequest) -> str:
    text = request.evidence[0].text.casefold()
    return next(word for word in _WORDS if word in text)


class TestClassifier:
    def test_a_text_gets_one_of_the_labels_as_it_was_given(self, classifier: Classifier) -> None:
        for word in _WORDS:
            found = classifier.classify(f"word word {word} word", ("dogs", "library"))
            assert found.label == word
            assert found.likelihood is None or 0 < found.likelihood <= 1
            assert found.characters_read == len(f"word word {word} word")

    @pytest.mark.parametrize("labels", [(), ("dogs",), ("dogs", "Dogs"), ("dogs", "")])
    def test_labels_that_are_no_choice_are_wrong(self, classifier: Classifier, labels: tuple[str]) -> None:
        with pytest.raises(ValueError, match="at least two labels"):
            classifier.classify("dogs", labels)

    def test_it_closes(self, classifier: Classifier) -> None:
        assert classifier.id
        classifier.close()
        classifier.close()

    def test_one_that_is_stopped_says_so(self, classifier: Classifier) -> None:
        with pytest.raises((GenerationFailed, TaskStopped), match="stopped"):
            classifier.classify("dogs", ("dogs", "library"), cancelled=lambda: True)


class TestEntityFinder:
    def test_one_that_is_stopped_says_so(self, finder: EntityFinder) -> None:
        with pytest.raises((GenerationFailed, TaskStopped), match="stopped"):
            finder.find_entities(_TEXT, ("person",), cancelled=lambda: True)

    def test_names_stand_where_it_says(self, finder: EntityFinder) -> None:
        found = finder.find_entities(_TEXT, ("person", "place"))
        assert [(one.kind, one.text, one.places) for one in found] == [
            ("person", "Ada", ((0, 3),)),
            ("person", "Grace", ((8, 13),)),
            ("person", "ada", ((21, 24),)),
            ("place", "Paris", ((30, 35),)),
        ]
        assert all(_TEXT[slice(*place)] == one.text for one in found for place in one.places)

    def test_other_kinds_are_left_out(self, finder: EntityFinder) -> None:
        assert {one.kind for one in finder.find_entities(_TEXT, ("place",))} == {"place"}

    def test_a_kind_is_spelt_as_it_was_given(self, finder: EntityFinder) -> None:
        assert {one.kind for one in finder.find_entities(_TEXT, ("Place", "date"))} == {"Place"}

    def test_no_kind_is_wrong(self, finder: EntityFinder) -> None:
        with pytest.raises(ValueError, match="at least one kind"):
            finder.find_entities(_TEXT, ())

    def test_it_closes(self, finder: EntityFinder) -> None:
        assert finder.id
        finder.close()
        finder.close()


def test_of_a_long_text_a_classifier_reads_the_beginning(animals: Path) -> None:
    classifier = build_classifier(_pipeline(animals))
    assert classifier is not None
    found = classifier.classify(f"{'dogs ' * 46}{'library ' * 400}", ("dogs", "library"))
    assert found.label == "dogs"
    assert found.characters_read == 46 * len("dogs ") - 1  # 48 tokens with the two marks


def test_a_model_of_inference_takes_any_labels(inference: Path) -> None:
    classifier = build_classifier(_pipeline(inference))
    assert classifier is not None
    assert classifier.classify("one two", ("library", "dogs")).label == "dogs"
    assert classifier.classify(" ", ("library", "dogs")).likelihood is None
    classifier.close()
    with pytest.raises(GenerationFailed, match="closed"):
        classifier.classify("one two", ("library", "dogs"))


def test_a_document_does_not_end_where_it_spells_a_mark(names: Path) -> None:
    finder = build_entity_finder(_pipeline(names))
    assert finder is not None
    text = "word [SEP] [PAD] Ada"
    (found,) = finder.find_entities(text, ("person",))
    assert found.places == ((17, 20),)


def test_a_long_text_is_read_to_its_end(names: Path) -> None:
    finder = build_entity_finder(_pipeline(names))
    assert finder is not None
    text = f"{'word ' * 3000}\nAda went. {'word ' * 70}Grace."
    found = finder.find_entities(text, ("person",))
    assert [one.text for one in found] == ["Ada", "Grace"]
    assert all(text[slice(*one.places[0])] == one.text for one in found)


def test_what_a_model_does_not_know_is_told(animals: Path, names: Path) -> None:
    classifier, finder = build_classifier(_pipeline(animals)), build_entity_finder(_pipeline(names))
    assert classifier is not None
    assert finder is not None
    with pytest.raises(RequestUnusable, match="labels Dogs, Library, and not: fish"):
        classifier.classify("dogs", ("dogs", "fish"))
    with pytest.raises(RequestUnusable, match="finds person, place, and none of: date"):
        finder.find_entities(_TEXT, ("date",))


def test_a_model_of_another_kind_is_told(animals: Path, names: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match="no text classification model"):
        build_classifier(_pipeline(names))
    with pytest.raises(ModelUnusable, match="no token classification model"):
        build_entity_finder(_pipeline(causal_model(tmp_path)))
    with pytest.raises(ModelUnusable, match="labels texts and writes none"):
        build_text_generator(_pipeline(animals), Path, tmp_path)
    assert build_classifier(GeneratorSettings(engine="extractive")) is None
