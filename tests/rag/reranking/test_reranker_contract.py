"""What every Reranker must do, whatever runs it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from machine import MachineBudget, MemoryBroker
from rag.reranking.assembly import build_reranker, open_reranker
from rag.reranking.protocol import Reranker
from tests.small_models import cross_encoder

TEXTS = ("The gate is shut.", "", "Rice and rope. " * 30, "A violin, a winch, a rope", "é \N{GRINNING FACE}")


@pytest.fixture(scope="module", params=["shared-words", "cross-encoder"])
def name(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if request.param == "shared-words":
        return "shared-words"
    return str(cross_encoder(tmp_path_factory.mktemp("models") / "cross-encoder"))


@pytest.fixture(params=["built", "opened"])
def reranker(name: str, home: Path, request: pytest.FixtureRequest) -> Iterator[Reranker]:
    broker = MemoryBroker(MachineBudget())
    built = build_reranker(name) if request.param == "built" else open_reranker(name, broker)
    assert built is not None
    yield built
    built.close()


class TestReranker:
    def test_gives_every_text_a_score_from_0_to_1(self, reranker: Reranker) -> None:
        scores = reranker.scores("Is the gate shut?", TEXTS)
        assert len(scores) == len(TEXTS)
        assert all(0.0 <= score <= 1.0 for score in scores)
        assert len(set(scores)) > 1

    def test_no_texts_have_no_scores(self, reranker: Reranker) -> None:
        assert reranker.scores("gate", []) == []

    def test_scores_are_in_the_order_of_the_texts(self, reranker: Reranker) -> None:
        scores = reranker.scores("rope gate", TEXTS)
        assert reranker.scores("rope gate", TEXTS[::-1])[::-1] == pytest.approx(scores, abs=1e-5)

    def test_a_score_does_not_depend_on_its_company(self, reranker: Reranker) -> None:
        scores = reranker.scores("rope gate", TEXTS)
        alone = [reranker.scores("rope gate", [text])[0] for text in TEXTS]
        assert alone == pytest.approx(scores, abs=1e-5)

    def test_the_same_call_gives_the_same_scores(self, reranker: Reranker) -> None:
        assert reranker.scores("rope gate", TEXTS) == reranker.scores("rope gate", TEXTS)

    def test_both_question_and_text_count(self, reranker: Reranker) -> None:
        gate, rope = reranker.scores("gate", ["gate", "rope"])
        assert gate != pytest.approx(rope, abs=1e-5)
        assert reranker.scores("winch rope", ["rope"])[0] != pytest.approx(rope, abs=1e-5)

    def test_reads_max_tokens_of_both_and_not_one_more(self, reranker: Reranker) -> None:
        # Each of these words is one token for every reranker here.
        room = reranker.max_tokens - 2
        full = "winch " * (room - 1) + "gate"
        within, last_changed, one_more = reranker.scores(
            "gate rope", [full, "winch " * (room - 1) + "tow", f"{full} rope"]
        )
        assert last_changed != pytest.approx(within, abs=1e-5)
        assert one_more == pytest.approx(within, abs=1e-6)

    def test_a_question_of_any_length_is_taken(self, reranker: Reranker) -> None:
        assert len(reranker.scores("gate " * 5000, ["rope", "gate"])) == 2
        assert len(reranker.scores("", ["rope", ""])) == 2

    def test_several_threads_may_share_it(self, reranker: Reranker) -> None:
        texts = [[f"{'rope ' * length} gate", "tow"] for length in range(12)]
        alone = [reranker.scores("gate", pair) for pair in texts]
        with ThreadPoolExecutor(4) as pool:
            together = list(pool.map(lambda pair: reranker.scores("gate", pair), texts))
        assert [score for pair in together for score in pair] == pytest.approx(
            [score for pair in alone for score in pair], abs=1e-5
        )

    def test_its_identity_is_a_value(self, reranker: Reranker) -> None:
        assert reranker.identity == reranker.identity
        assert hash(reranker.identity) == hash(reranker.identity)

    def test_closed_it_says_so_and_closing_twice_is_once(self, reranker: Reranker) -> None:
        reranker.close()
        reranker.close()
        with pytest.raises(ValueError, match="was closed"):
            reranker.scores("gate", ["rope"])

    def test_it_asks_for_no_network(self, name: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*arguments: object, **named: object) -> None:
            raise AssertionError(f"connects to {arguments}")

        for target in ("getaddrinfo", "create_connection"):
            monkeypatch.setattr(socket, target, refuse)
        monkeypatch.setattr(socket.socket, "connect", refuse)
        built = build_reranker(name)
        assert built is not None
        assert len(built.scores("gate", ["rope"])) == 1
        built.close()
