"""What every system that is measured promises."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.calibration import calibration_of, keep
from evaluation.collection_system import CollectionSystem
from evaluation.errors import EvaluationError
from evaluation.evidence_scores import WEIGHTS, _hits, weight_scores
from evaluation.scripted import ScriptedSystem
from evaluation.system import System, in_held_names
from evaluation.types import Gold, Question, QuestionSet
from generators.settings import GeneratorSettings
from ingest.settings import EmbedderSettings, IngestSettings, SplitterSettings
from ingest.store.store import Store
from rag import AnswerSettings, Collection, Settings, open_collection


def system_text(collection: Collection, chunk_id: int) -> str:
    with Store.open(collection.folder) as store:
        return store.chunks([chunk_id])[chunk_id].chunk.text


SETTINGS = Settings(
    ingest=IngestSettings(embedder=EmbedderSettings(engine="hashing"), isolated=False),
    generator=GeneratorSettings(engine="extractive"),
)
TOW = "A tow to 500 metres costs 48 euros."
ROPE = "The winch rope is replaced every 1,000 launches."


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "fees.md").write_text(TOW)
    (folder / "winch.md").write_text(ROPE)
    return folder


@pytest.fixture
def collection(home: Path, files: Path) -> Collection:
    collection = open_collection("club", SETTINGS)
    collection.ingest([files])
    return collection


@pytest.fixture(params=["scripted", "collection"])
def system(request: pytest.FixtureRequest) -> Iterator[System]:
    made: System = (
        ScriptedSystem({"fees.md": [TOW], "winch.md": [ROPE]}, {"What does a tow cost?": "48 euros"})
        if request.param == "scripted"
        else CollectionSystem(request.getfixturevalue("collection"))
    )
    with closing(made):
        yield made


class TestEverySystem:
    def test_hits_are_ranked_from_1_and_of_held_documents(self, system: System) -> None:
        found = system.search("What does a tow cost?", 5)
        assert [hit.rank for hit in found.hits] == [*range(1, len(found.hits) + 1)]
        assert found.hits[0].document == system.held_name("fees.md")
        assert found.hits[0].text == TOW
        assert found.seconds > 0

    def test_a_document_limits_the_search_and_the_answer(self, system: System) -> None:
        winch = system.held_name("winch.md")
        assert {hit.document for hit in system.search("tow rope", 5, winch).hits} == {winch}
        assert {passage.document for passage in system.ask("tow rope", winch).passages} <= {winch}

    def test_a_document_that_is_not_held_gives_no_hits_and_a_refusal(self, system: System) -> None:
        assert system.held_name("nowhere.pdf") is None
        assert system.search("tow", 5, "nowhere.pdf").hits == ()
        reply = system.ask("tow", "nowhere.pdf")
        assert (reply.refusal, reply.text, reply.passages) == ("nothing-found", "", ())

    def test_a_documents_chunks_are_all_there(self, system: System) -> None:
        held = system.held_name("fees.md")
        assert held is not None
        assert [(chunk.page_number, chunk.text) for chunk in system.chunks(held)] == [(1, TOW)]

    def test_an_answer_has_its_passages_quotes_and_times(self, system: System) -> None:
        system.load(answers=True)
        reply = system.ask("What does a tow cost?")
        assert reply.refusal is None
        assert "48 euros" in reply.text
        assert "[1]" not in reply.text
        (quote,) = reply.sentences[0].quotes
        assert (quote.document, quote.text) == (system.held_name("fees.md"), TOW)
        assert quote.passage_number in {passage.number for passage in reply.passages}
        assert 0 < reply.first_text_seconds <= reply.total_seconds

    def test_facts_are_the_same_each_time_and_say_more_of_answers(self, system: System) -> None:
        searching, answering = system.facts(answers=False), system.facts(answers=True)
        assert searching == system.facts(answers=False)
        assert searching.items() <= answering.items()
        assert searching != answering


class TestCollections:
    def test_gold_comes_under_the_names_that_hits_use(self, collection: Collection, files: Path) -> None:
        with closing(CollectionSystem(collection)) as system:
            question = Question("1", "A?", document="winch.md", gold=(Gold("fees.md"), Gold("gone.md", 2)))
            held = in_held_names(question, system)
        assert held.gold == (Gold(str(files / "fees.md")), Gold("gone.md", 2))
        assert held.document == str(files / "winch.md")

    def test_equal_files_are_found_under_either_name(self, collection: Collection, files: Path) -> None:
        (files / "a-copy.md").write_text(TOW)
        collection.ingest([files])
        with closing(CollectionSystem(collection)) as system:
            assert system.held_name("a-copy.md") == system.held_name("fees.md")
            assert system.search("What does a tow cost?", 1).hits[0].document == system.held_name("a-copy.md")

    def test_what_is_held_and_how_it_is_asked_are_facts(self, collection: Collection, files: Path) -> None:
        with closing(CollectionSystem(collection)) as system:
            before = system.facts(answers=True)
        with open_collection("club", SETTINGS) as again:
            (files / "new.md").write_text("Something new.")
            again.ingest([files])
            other = CollectionSystem(again).facts(answers=True)
        changed = {name for name in before if before[name] != other[name]}
        assert changed == {"chunks", "paths"}
        assert before["setting passages.hits"] == "8"
        assert before["language model"].startswith("extractive")
        assert not any("limits" in name for name in before)

    def test_other_chunks_of_the_same_files_are_another_fact(
        self, collection: Collection, files: Path
    ) -> None:
        (files / "long.md").write_text("One two three. " * 60)
        short = replace(
            SETTINGS,
            ingest=replace(SETTINGS.ingest, splitter=SplitterSettings(max_tokens=30, overlap_tokens=0)),
        )
        facts = []
        for name, settings in (("whole", SETTINGS), ("again", SETTINGS), ("short", short)):
            with open_collection(name, settings) as made:
                made.ingest([files])
                facts.append(CollectionSystem(made).facts(answers=False)["chunks"])
        assert facts[0] == facts[1] != facts[2]

    def test_a_quote_behind_a_bare_phrase_is_not_measured(
        self, collection: Collection, tmp_path: Path
    ) -> None:
        script = tmp_path / "replies.json"
        script.write_text('["48 euros [1]", "48 euros [1]"]')
        quoting = replace(
            SETTINGS,
            generator=GeneratorSettings(engine=f"scripted:{script}"),
            answer=AnswerSettings(quote_source=True),
        )
        with closing(CollectionSystem(open_collection("club", quoting))) as system:
            assert len(system.collection.ask("What does a tow cost?", document="fees.md").sentences) == 2
            reply = system.ask("What does a tow cost?", "fees.md")
        assert (reply.text, reply.short_answer, len(reply.sentences)) == ("48 euros", "48 euros", 1)

    def test_a_name_that_several_documents_have_is_nobodys(self, collection: Collection, files: Path) -> None:
        for year in ("2023", "2024"):
            (files / year).mkdir()
            (files / year / "report.md").write_text(f"The report of {year}.")
        collection.ingest([files])
        with closing(CollectionSystem(collection)) as system:
            assert system.held_name("report.md") is None
            assert system.held_name("2024/report.md") == str(files / "2024" / "report.md")

    def test_a_collection_that_changes_meanwhile_is_not_measured(
        self, collection: Collection, files: Path
    ) -> None:
        with closing(CollectionSystem(collection)) as system:
            system.search("tow", 5)
            (files / "new.md").write_text("Something new.")
            collection.ingest([files])
            with pytest.raises(EvaluationError, match="was changed while it was measured"):
                system.search("tow", 5)

    def test_a_kept_fusion_weight_changes_the_search(self, collection: Collection, files: Path) -> None:
        (files / "both.md").write_text("The tow rope and the winch rope are launches of rope.")
        collection.ingest([files])
        query = "tow rope launches"
        with closing(CollectionSystem(collection)) as system:
            before = [hit.score for hit in system.search(query, 5).hits]
            words_alone = calibration_of(system.store, "dense_weight", 0.0, QuestionSet("s", "", ()), {})
            keep(system.store, words_alone)
            after = system.hits(query, 5)
        assert before != [hit.score for hit in after]
        found = [hit for hit in after if hit.lexical is not None]
        assert [hit.lexical.rank for hit in found if hit.lexical] == [*range(1, len(found) + 1)]

    def test_weights_go_from_words_to_meaning(self, collection: Collection) -> None:
        with closing(CollectionSystem(collection)) as system:
            question = in_held_names(Question("1", "What does a tow cost?", gold=(Gold("fees.md"),)), system)
            scores = weight_scores(system, [question], "document")
            retriever = collection._behind.retriever()
            arms = retriever.arms(question.text, 60)
            places = system.store.chunks([*dict(arms.dense)])
            words, meaning = (
                _hits(retriever.fused(question.text, arms, None, w), places) for w in (0.0, 1.0)
            )
        assert scores.shape == (1, len(WEIGHTS))
        assert words[0].text == TOW
        best_by_meaning = max(dict(arms.dense), key=dict(arms.dense).__getitem__)
        assert meaning[0].text == system_text(collection, best_by_meaning)

    def test_names_that_are_no_unicode_can_be_written_down(self, collection: Collection, files: Path) -> None:
        name = os.fsdecode(b"f\xe9es-2.md")
        try:
            (files / name).write_text("A launch by winch costs 9 euros.")
        except OSError:
            pytest.skip("this file system takes Unicode names only")
        collection.ingest([files])
        with closing(CollectionSystem(collection)) as system:
            hit = system.search("What does a launch by winch cost?", 1).hits[0]
            assert hit.document.encode().decode() == str(files / "f\ufffdes-2.md")
            assert system.search("winch costs", 5, hit.document).hits[0].document == hit.document


def test_a_reranker_is_part_of_what_made_a_search(collection: Collection) -> None:
    retrieval = replace(SETTINGS.retrieval, reranker="shared-words")
    with (
        closing(CollectionSystem(collection)) as plain,
        closing(CollectionSystem(open_collection("club", replace(SETTINGS, retrieval=retrieval)))) as other,
    ):
        other.load(answers=False)
        assert "reranker" not in plain.facts(answers=False)
        assert other.facts(answers=False)["reranker"] == "shared-words "
        assert other.search("What does a tow cost?", 2).hits[0].text == TOW
