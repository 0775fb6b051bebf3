"""Thresholds out of labelled questions, judged on questions that they were not chosen on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evaluation.calibration import (
    calibration_of,
    calibrations,
    choose_threshold,
    choose_weight,
    forget_calibration,
    keep,
)
from evaluation.errors import NothingToCalibrate
from evaluation.types import QuestionSet
from ingest.embedding.protocol import EmbedderIdentity
from ingest.store.store import Store
from rag.calibration import read_calibration, setting_name, settled

IDENTITY = EmbedderIdentity("some-model", "abc", 4)
SET = QuestionSet("club", "123", ())


class TestThreshold:
    def test_kinds_that_do_not_overlap_are_told_apart(self) -> None:
        curve = choose_threshold([0.6 + n / 1000 for n in range(100)], [0.1] * 50, most_false=0.0)
        assert curve.threshold == 0.6
        assert curve.area == 1.0
        assert curve.true_refusals.mean == 1.0
        assert curve.false_refusals.mean <= 0.05  # the lowest of a part may lie below all others

    def test_kinds_that_are_alike_have_an_area_of_a_half(self) -> None:
        values = [n / 100 for n in range(100)]
        curve = choose_threshold(values, values, most_false=0.1)
        assert curve.area == 0.5
        assert curve.true_refusals.mean == pytest.approx(0.1, abs=0.05)
        assert curve.threshold == 0.1  # 10 of 100 lie below

    def test_false_refusals_are_what_new_questions_would_meet(self) -> None:
        chance = np.random.default_rng(0)
        known, fresh = chance.normal(size=400), chance.normal(size=20_000)
        curve = choose_threshold(list(known), list(chance.normal(-1, size=200)), most_false=0.05)
        assert curve.false_refusals.low <= (fresh < curve.threshold).mean() <= curve.false_refusals.high

    def test_too_few_of_a_kind_decide_nothing(self) -> None:
        with pytest.raises(NothingToCalibrate, match="here are 19 and 40"):
            choose_threshold([0.5] * 19, [0.1] * 40, most_false=0.05)


class TestWeight:
    def test_the_best_mean_is_chosen_and_its_gain_is_held_out(self) -> None:
        scores = np.tile([0.2, 0.5, 0.3], (40, 1))
        curve = choose_weight([0.0, 0.5, 1.0], scores, default_weight=1.0)
        assert curve.weight == 0.5
        assert curve.gain.mean == pytest.approx(0.5 - 0.3)
        assert dict(curve.means) == pytest.approx({0.0: 0.2, 0.5: 0.5, 1.0: 0.3})

    def test_of_equal_weights_the_default_stays(self) -> None:
        curve = choose_weight([0.0, 0.5, 1.0], np.full((40, 3), 0.4), default_weight=0.5)
        assert (curve.weight, curve.gain.mean) == (0.5, 0.0)

    def test_noise_gains_nothing_on_questions_it_was_not_chosen_on(self) -> None:
        gains = []
        for seed in range(30):
            scores = np.random.default_rng(seed).random((40, 21))
            gains.append(choose_weight([n / 20 for n in range(21)], scores, 0.5, seed).gain.mean)
        best_on_all = [
            np.random.default_rng(seed).random((40, 21)).mean(axis=0).max() - 0.5 for seed in range(30)
        ]
        assert np.mean(best_on_all) > 0.05  # what choosing and judging on the same would promise
        assert abs(np.mean(gains)) < 0.03

    def test_too_few_questions_decide_nothing(self) -> None:
        with pytest.raises(NothingToCalibrate, match="here are 3"):
            choose_weight([0.0, 1.0], np.zeros((3, 2)), 1.0)


class TestKeeping:
    @pytest.fixture
    def store(self, tmp_path: Path) -> Store:
        return Store.create(tmp_path / "club", IDENTITY, "tokens-200")

    def test_what_is_kept_is_read_by_who_answers(self, store: Store) -> None:
        with store:
            assert settled("minimum_evidence", None, store, 0.0) == 0.0
            keep(store, calibration_of(store, "minimum_evidence", 0.4, SET, {"area": "0.9"}))
            assert settled("minimum_evidence", None, store, 0.0) == 0.4
            assert settled("minimum_evidence", 0.1, store, 0.0) == 0.1  # what is asked for counts first
            (found,) = calibrations(store)
            assert found.evidence["area"] == "0.9"
            assert found.evidence["question set"] == "club 123"

    def test_what_was_forgotten_is_the_default_again(self, store: Store) -> None:
        with store:
            keep(store, calibration_of(store, "dense_weight", 0.4, SET, {}))
            forget_calibration(store, "dense_weight")
            assert settled("dense_weight", None, store, 0.6) == 0.6

    def test_it_holds_for_the_embedder_that_it_was_measured_with(self, store: Store, tmp_path: Path) -> None:
        with store:
            calibration = calibration_of(store, "dense_weight", 0.4, SET, {})
        other = Store.create(tmp_path / "other", EmbedderIdentity("some-model", "def", 4), "tokens-200")
        with other:
            keep(other, calibration)
            assert read_calibration("dense_weight", other) is None

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"value": "x"}'])
    def test_a_damaged_one_is_the_default(self, text: str, store: Store) -> None:
        with store:
            store.set_setting(setting_name("dense_weight"), text)
            assert settled("dense_weight", None, store, 0.6) == 0.6
