"""The order after reranking, against arithmetic done by hand, and from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from generators.settings import GeneratorSettings
from ingest.settings import EmbedderSettings, IngestSettings
from ingest.types import Chunk, StoredChunk
from machine import MemoryBroker
from rag import RerankerUnusable, RetrievalSettings, Settings, open_collection
from rag.assembly import Engines
from rag.hits import ArmScore, Contributions
from rag.reranking.protocol import RerankerIdentity
from rag.reranking.stage import rerank, reranked_text
from tests.small_models import cross_encoder

SETTINGS = Settings(
    ingest=IngestSettings(embedder=EmbedderSettings(engine="hashing"), isolated=False),
    generator=GeneratorSettings(engine="extractive"),
)
FUSED = {
    7: Contributions(0.5, 0.3, 0.2),
    3: Contributions(0.4, 0.2),
    9: Contributions(0.1, 0.1),
    2: Contributions(0.1, 0.0),
}


class Scripted:
    """Gives each chunk's text, which is its score, as its score."""

    identity = RerankerIdentity("scripted", "")
    max_tokens = 100

    def __init__(self) -> None:
        self.read: list[str] = []

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        self.read += texts
        return [float(text.splitlines()[-1]) for text in texts]

    def close(self) -> None:
        pass


def chunk(id: int, text: str) -> StoredChunk:
    headings = ("Fees", "Tow fees")
    return StoredChunk(
        id, 1, "/files/club-rules_2024.md", "Fees", "club rules 2024", Chunk(0, 0, 9, 1, 1, headings, text)
    )


def test_by_default_the_reranker_alone_decides() -> None:
    found = rerank("tow", FUSED, {7: chunk(7, "0.1"), 3: chunk(3, "0.9")}, Scripted(), weight=1.0)
    assert list(found.ranking) == [3, 7, 9, 2]  # those it did not read stay as they were, behind
    assert {id: parts.score for id, parts in found.ranking.items()} == {3: 0.9, 7: 0.1, 9: 0.0, 2: 0.0}
    assert found.scores == {3: ArmScore(1, 0.9), 7: ArmScore(2, 0.1)}


def test_a_weight_mixes_both_scores_and_tells_them_apart() -> None:
    found = rerank("tow", FUSED, {7: chunk(7, "0.2"), 3: chunk(3, "0.8")}, Scripted(), weight=0.25)
    scores = {7: 0.75 * 1.0 + 0.25 * 0.2, 3: 0.75 * 0.6 + 0.25 * 0.8, 9: 0.75 * 0.2, 2: 0.75 * 0.1}
    assert list(found.ranking) == [7, 3, 9, 2]
    assert {id: parts.score for id, parts in found.ranking.items()} == pytest.approx(scores)
    assert found.ranking[7].name == pytest.approx(0.75 * 0.2)
    assert found.ranking[7].reranking == pytest.approx(0.25 * 0.2)


@pytest.mark.parametrize("weight", [0.0, 0.3, 0.9, 1.0])
def test_none_that_was_not_read_comes_before_one_that_was(weight: float) -> None:
    found = rerank("tow", FUSED, {7: chunk(7, "0.0"), 3: chunk(3, "0.0")}, Scripted(), weight)
    assert list(found.ranking) == [7, 3, 9, 2]


def test_a_chunk_is_read_with_the_line_that_says_where_it_stands() -> None:
    assert reranked_text(chunk(1, "A tow costs 48.")) == "club rules 2024 > Fees > Tow fees\nA tow costs 48."


@pytest.fixture
def folder(home: Path, tmp_path: Path) -> Path:
    place = tmp_path / "documents"
    place.mkdir()
    for number in range(8):
        text = "Winch, winch and winch again. " * (8 - number) + f"The rope of launch {number}."
        (place / f"launch-{number}.md").write_text(text)
    (place / "pay.md").write_text("# Winch launches\n\nWho pays?\n\nThe guest pays for the rope of a launch.")
    return place


def settings(reranker: str | None, **values: object) -> Settings:
    return replace(SETTINGS, retrieval=RetrievalSettings(reranker=reranker, **values))  # type: ignore[arg-type]


def test_hits_come_in_the_rerankers_order_and_say_so(folder: Path) -> None:
    query = "Who pays the rope of winch launches, the guest?"
    with open_collection("club", settings(None)) as plain:
        plain.ingest([folder])
        fused = plain.search(query, 9)
    assert all(hit.reranked is None for hit in fused)
    with open_collection("club", settings("shared-words")) as collection:
        hits = collection.search(query, 9)
        answer = collection.ask(query)
    assert sorted(hit.chunk_id for hit in hits) == sorted(hit.chunk_id for hit in fused)
    assert [hit.rank for hit in hits] == list(range(1, 10))
    assert [hit.reranked.rank for hit in hits if hit.reranked] == list(range(1, 10))
    best = hits[0]
    assert Path(best.document).name == "pay.md"
    assert best.reranked is not None
    assert best.score == best.reranked.score == 1.0  # the heading's words count: "winch" stands only there
    arms = {hit.chunk_id: (hit.dense, hit.lexical) for hit in fused}
    assert all((hit.dense, hit.lexical) == arms[hit.chunk_id] for hit in hits)
    assert "The guest pays" in answer.text


def test_so_many_hits_are_read_and_the_others_follow_as_they_were_fused(folder: Path) -> None:
    query = "winch rope"
    with open_collection("club", settings(None)) as plain:
        plain.ingest([folder])
        fused = [hit.chunk_id for hit in plain.search(query, 9)]
    with open_collection("club", settings("shared-words", reranked_hits=3)) as collection:
        hits = collection.search(query, 9)
    assert {hit.chunk_id for hit in hits[:3]} == set(fused[:3])
    assert [hit.chunk_id for hit in hits[3:]] == fused[3:]
    assert [hit.reranked is not None for hit in hits] == [True] * 3 + [False] * 6
    assert all(hit.contributions is not None and hit.contributions.score == hit.score for hit in hits)


def test_an_explanation_adds_up_with_the_reranker_in_it(folder: Path) -> None:
    with open_collection("club", settings("shared-words", reranker_weight=0.5)) as collection:
        collection.ingest([folder])
        for explained in collection.explain("winch rope guest", 9):
            parts, reranked = explained.hit.contributions, explained.hit.reranked
            assert parts is not None
            assert reranked is not None
            assert parts.reranking == pytest.approx(0.5 * reranked.score)
            assert parts.score == pytest.approx(explained.hit.score)
        missed = collection.explain_missed("winch rope guest", 1, document="launch-7.md")
        assert missed.rank is not None
        assert missed.rank > 1


def test_a_cross_encoder_in_a_folder_decides(folder: Path, tmp_path: Path) -> None:
    model = cross_encoder(tmp_path / "model")
    with open_collection("club", settings(str(model))) as collection:
        collection.ingest([folder])
        hits = collection.search("Who pays the rope?", 9)
        scores = [hit.reranked.score for hit in hits if hit.reranked]
        assert len(scores) == 9
        assert scores == sorted(scores, reverse=True)
        assert [hit.score for hit in hits] == scores


def test_a_reranker_that_cannot_be_used_stops_the_search_in_words(folder: Path, tmp_path: Path) -> None:
    model = cross_encoder(tmp_path / "model", labels=2)
    with open_collection("club", settings(str(model))) as collection:
        collection.ingest([folder])  # needs none
        with pytest.raises(RerankerUnusable, match="2 scores"):
            collection.search("rope")


def test_it_is_loaded_once_when_it_is_needed_and_closed_with_the_rest(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[Scripted] = []
    closed: list[Scripted] = []

    class Counted(Scripted):
        def close(self) -> None:
            closed.append(self)

    def build(name: str | None, broker: MemoryBroker) -> Scripted:
        built.append(Counted())
        return built[-1]

    monkeypatch.setattr("rag.assembly.open_reranker", build)
    engines = Engines(settings("some"))
    assert built == []
    assert engines.reranker() is engines.reranker()
    assert len(built) == 1
    engines.close()
    assert closed == built


@pytest.mark.parametrize(
    ("values", "words"),
    [({"reranked_hits": 0}, "reranked_hits is 0"), ({"reranker_weight": 1.5}, "reranker_weight is 1.5")],
)
def test_settings_that_cannot_work_are_refused(values: dict[str, float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        RetrievalSettings(**values)  # type: ignore[arg-type]
