"""Rerankers and models for inference under a memory that holds only some of them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from generators.settings import GeneratorSettings
from ingest.settings import EmbedderSettings, IngestSettings
from machine import MemoryBroker, MemoryShort, Need, WaitStopped, never
from machine.waiting import stops_waiting
from rag import RetrievalSettings, Settings, open_collection
from rag.reranking.assembly import SHARED_WORDS, open_reranker, reranker_need
from rag.reranking.protocol import Reranker
from rag.support.assembly import SIGNALS, open_support_checker, support_checker_need
from rag.support.protocol import Claim, SupportChecker
from rag.tools.registry import Tool, run_tool
from rag.tools.types import ToolCall, ToolResult
from rag.tools.workshop import Workshop
from tests.rag.support.test_checker_contract import named
from tests.simulated_memory import SimulatedMemory, loaded_names
from tests.small_models import cross_encoder

_CLAIM = Claim("The gate is shut.", ("The gate is shut at nine.",))


@pytest.fixture(scope="module")
def reranking(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(cross_encoder(tmp_path_factory.mktemp("models") / "reranker"))


@pytest.fixture(scope="module")
def inference(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = cross_encoder(tmp_path_factory.mktemp("models") / "inference", labels=3)
    return str(named(folder, "contradiction", "entailment", "neutral"))


def _reranker(model: str, broker: MemoryBroker) -> Reranker:
    opened = open_reranker(model, broker)
    assert opened is not None
    return opened


def _checker(model: str, broker: MemoryBroker) -> SupportChecker:
    opened = open_support_checker(model, None, broker)
    assert opened is not None
    return opened


def test_nothing_is_loaded_before_it_is_used(home: Path, reranking: str, inference: str) -> None:
    broker = MemoryBroker(SimulatedMemory(10**9))
    reranker, checker = _reranker(reranking, broker), _checker(inference, broker)
    assert reranker.identity.model == reranking
    assert checker.identity.name == inference
    assert loaded_names(broker) == []
    reranker.scores("gate", ["rope"])
    assert loaded_names(broker) == [f"the reranker {reranking}"]


def test_two_that_do_not_fit_together_take_turns_and_say_what_they_said(
    home: Path, reranking: str, inference: str
) -> None:
    needs = (reranker_need(reranking).wanted_bytes, support_checker_need(inference).wanted_bytes)
    roomy, tight = (MemoryBroker(SimulatedMemory(size)) for size in (sum(needs), max(needs)))
    expected = (
        _reranker(reranking, roomy).scores("gate", ["rope", "a gate"]),
        _checker(inference, roomy).check([_CLAIM]),
    )
    assert len(loaded_names(roomy)) == 2
    reranker, checker = _reranker(reranking, tight), _checker(inference, tight)
    for _ in range(2):
        assert reranker.scores("gate", ["rope", "a gate"]) == pytest.approx(expected[0], abs=1e-6)
        assert loaded_names(tight) == [f"the reranker {reranking}"]
        assert checker.check([_CLAIM])[0].score == pytest.approx(expected[1][0].score, abs=1e-6)
        assert loaded_names(tight) == [f"the model for inference {inference}"]


def test_one_that_does_not_fit_is_refused_in_words(home: Path, reranking: str) -> None:
    size = reranker_need(reranking).wanted_bytes
    broker = MemoryBroker(SimulatedMemory(size))
    words = broker.residence("words", "the language model", lambda: [Need(1)], lambda: "", lambda _: None)
    reranker = _reranker(reranking, broker)
    with words.use(), pytest.raises(MemoryShort, match="in use \\(the language model\\)"):
        reranker.scores("gate", ["rope"])
    assert len(reranker.scores("gate", ["rope"])) == 1


def test_equal_ones_are_one_until_the_last_owner_closes_it(home: Path, reranking: str) -> None:
    broker = MemoryBroker(SimulatedMemory(10**9))
    one, same = _reranker(reranking, broker), _reranker(reranking, broker)
    assert one.scores("gate", ["gate"]) == same.scores("gate", ["gate"])
    assert len(broker.residents()) == 1
    one.close()
    assert len(loaded_names(broker)) == 1
    with pytest.raises(ValueError, match="closed"):
        one.scores("gate", ["gate"])
    same.close()
    assert broker.residents() == []


def test_those_without_a_model_take_nothing(home: Path) -> None:
    broker = MemoryBroker(SimulatedMemory(0))
    assert reranker_need(SHARED_WORDS) == support_checker_need(SIGNALS) == Need(0)
    assert _reranker(SHARED_WORDS, broker).scores("gate", ["gate"]) == [1.0]
    assert _checker(SIGNALS, broker).check([_CLAIM])[0].supported
    assert broker.residents() == []


def test_a_need_is_twice_the_weights_in_full_precision(reranking: str) -> None:
    size = (Path(reranking) / "model.safetensors").stat().st_size
    assert reranker_need(reranking).wanted_bytes == pytest.approx(2 * size, rel=0.01)


def test_a_question_that_is_cancelled_while_others_have_the_memory_ends_in_words(
    home: Path, reranking: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = MemoryBroker(SimulatedMemory(reranker_need(reranking).wanted_bytes))
    monkeypatch.setattr("rag.assembly.memory_broker", lambda: broker)
    drawing = broker.residence("image", "an image model", lambda: [Need(1)], lambda: "", lambda _: None)
    settings = Settings(
        ingest=IngestSettings(embedder=EmbedderSettings(engine="hashing"), isolated=False),
        generator=GeneratorSettings(engine="extractive"),
        retrieval=RetrievalSettings(reranker=reranking),
    )
    (tmp_path / "rules.md").write_text("# Rules\n\nThe gate is shut at nine.\n")
    began, go_on = threading.Event(), threading.Event()

    def draw() -> None:
        with drawing.use():
            began.set()
            assert go_on.wait(60)

    with open_collection("club", settings) as collection, ThreadPoolExecutor() as threads:
        collection.ingest([tmp_path / "rules.md"])
        working = threads.submit(draw)
        assert began.wait(60)
        with pytest.raises(WaitStopped, match=r"for the reranker .*: in use is an image model"):
            list(collection.stream("When is the gate shut?", cancelled=lambda: bool(broker._waiting)))
        go_on.set()
        working.result(60)
        assert "nine" in collection.ask("When is the gate shut?").text


def test_a_tool_that_is_cancelled_waits_for_no_memory(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def listen(workshop: Workshop) -> ToolResult:
        """Listen."""
        asked.append(stops_waiting(never)())
        return ToolResult("listen", "", None)

    monkeypatch.setattr("rag.tools.registry.TOOLS", (Tool(listen),))
    with Workshop(tmp_path, cancelled=lambda: bool(asked)) as workshop:
        for _ in range(2):
            run_tool(workshop, ToolCall("listen", {}))
    assert asked == [False, True]
