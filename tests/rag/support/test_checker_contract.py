"""What every SupportChecker must do, whatever judges."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ingest.embedding.hashing import HashingEmbedder
from ingest.errors import IngestError
from machine import MachineBudget, MemoryBroker
from rag import CheckerUnusable
from rag.support.assembly import (
    build_support_checker,
    open_support_checker,
    support_checker_identity_of,
)
from rag.support.entailment import EntailmentChecker
from rag.support.protocol import Claim, SupportChecker
from rag.support.scripted import ScriptedChecker
from tests.small_models import cross_encoder

CLAIMS = (
    Claim("The gate is shut.", ("The rope is long.", "The gate is shut at nine."), ("Rules",), "Is it shut?"),
    Claim("Rice and rope", ("A violin, a winch, a rope",)),
    Claim("Yes", ("The gate is shut.",), (), "Is the gate shut?"),
    Claim("winch " * 300, ("rope " * 300, "tow")),
    Claim("é \N{GRINNING FACE}", ("", "é")),
)


def named(folder: Path, *labels: str) -> Path:
    file = folder / "config.json"
    content = {**json.loads(file.read_text()), "id2label": dict(enumerate(labels))}
    content["label2id"] = {label: number for number, label in enumerate(labels)}
    file.write_text(json.dumps(content))
    return folder


@pytest.fixture(scope="module")
def inference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = cross_encoder(tmp_path_factory.mktemp("models") / "nli", labels=3)
    return named(folder, "contradiction", "Entailment", "neutral")


@pytest.fixture(params=["signals", "signals-and-meaning", "inference", "resident", "scripted"])
def checker(request: pytest.FixtureRequest, inference: Path, home: Path) -> Iterator[SupportChecker]:
    built: SupportChecker | None
    if request.param == "scripted":
        built = ScriptedChecker({"The gate is shut.": 0.7, "Rice and rope": 0.2})
    elif request.param == "resident":
        built = open_support_checker(str(inference), None, MemoryBroker(MachineBudget()))
    else:
        name = str(inference) if request.param == "inference" else request.param
        built = build_support_checker(name, HashingEmbedder())
    assert built is not None
    yield built
    built.close()


class TestSupportChecker:
    def test_gives_each_claim_a_score_a_verdict_and_a_source(self, checker: SupportChecker) -> None:
        found = checker.check(CLAIMS)
        assert len(found) == len(CLAIMS)
        for support, claim in zip(found, CLAIMS, strict=True):
            assert 0.0 <= support.score <= 1.0
            assert support.source is None or 0 <= support.source < len(claim.sources)
            assert support.source is not None or not support.supported

    def test_no_claims_have_no_support(self, checker: SupportChecker) -> None:
        assert checker.check([]) == []

    @pytest.mark.parametrize("claim", [Claim("The gate is shut.", ()), Claim("", ("The gate is shut.",))])
    def test_without_sources_or_words_nothing_is_supported(
        self, checker: SupportChecker, claim: Claim
    ) -> None:
        (support,) = checker.check([claim])
        assert (support.score, support.supported, support.source) == (0.0, False, None)

    def test_support_does_not_depend_on_its_company(self, checker: SupportChecker) -> None:
        together = checker.check(CLAIMS)
        assert [one.score for one in checker.check(CLAIMS[::-1])][::-1] == pytest.approx(
            [one.score for one in together], abs=1e-5
        )
        for claim, support in zip(CLAIMS, together, strict=True):
            (alone,) = checker.check([claim])
            assert alone.score == pytest.approx(support.score, abs=1e-5)
            assert (alone.supported, alone.source) == (support.supported, support.source)

    def test_several_threads_may_share_it(self, checker: SupportChecker) -> None:
        alone = [checker.check([claim])[0].score for claim in CLAIMS]
        with ThreadPoolExecutor(4) as pool:
            together = list(pool.map(lambda claim: checker.check([claim])[0].score, CLAIMS))
        assert together == pytest.approx(alone, abs=1e-5)

    def test_its_identity_is_a_value(self, checker: SupportChecker) -> None:
        assert checker.identity == checker.identity
        assert hash(checker.identity) == hash(checker.identity)

    def test_closed_it_says_so_and_closing_twice_is_once(self, checker: SupportChecker) -> None:
        checker.close()
        checker.close()
        with pytest.raises(ValueError, match="was closed"):
            checker.check(CLAIMS)

    def test_it_asks_for_no_network(self, checker: SupportChecker, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*arguments: object, **named: object) -> None:
            raise AssertionError(f"connects to {arguments}")

        for target in ("getaddrinfo", "create_connection"):
            monkeypatch.setattr(socket, target, refuse)
        monkeypatch.setattr(socket.socket, "connect", refuse)
        assert len(checker.check(CLAIMS[:1])) == 1


def test_the_score_is_the_best_probability_of_the_label_entailment(inference: Path, home: Path) -> None:
    from sentence_transformers import CrossEncoder

    checker = build_support_checker(str(inference))
    assert isinstance(checker, EntailmentChecker)
    sources = ("the rope is long", "the gate is shut")
    pairs = [(premise, "it is shut and long") for premise in (*sources, "Rules\n" + "\n".join(sources))]
    rows = CrossEncoder(str(inference), device="cpu").predict(pairs, apply_softmax=True)
    expected = [float(row[1]) for row in rows]  # "Entailment" is the second label
    (support,) = checker.check([Claim("it is shut and long", sources, ("Rules",))])
    assert support.score == pytest.approx(max(expected), abs=1e-5)
    assert support.source == expected.index(max(expected[:2]))
    checker.close()


def test_a_model_without_that_label_is_refused_in_words(tmp_path: Path, home: Path) -> None:
    folder = cross_encoder(tmp_path / "model", labels=3)
    with pytest.raises(CheckerUnusable, match="its labels are label_0, label_1, label_2"):
        build_support_checker(str(folder))
    (folder / "config.json").write_text("{}")
    with pytest.raises(CheckerUnusable, match="not named"):
        build_support_checker(str(folder))
    (folder / "config.json").write_text("{")
    with pytest.raises(CheckerUnusable, match=r"config\.json could not be read"):
        build_support_checker(str(folder))


def test_missing_and_damaged_weights_are_told(tmp_path: Path, home: Path) -> None:
    folder = named(cross_encoder(tmp_path / "model", labels=2), "not_entailment", "entailment")
    (folder / "model.safetensors").write_bytes(b"\0" * 100)
    with pytest.raises(CheckerUnusable, match=r"could not be loaded.*Fetch it again"):
        build_support_checker(str(folder))
    (folder / "model.safetensors").unlink()
    with pytest.raises(IngestError, match=r"holds no model\.safetensors"):
        support_checker_identity_of(str(folder))


def test_no_name_is_no_checker() -> None:
    assert build_support_checker(None) is None
