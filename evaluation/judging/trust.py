"""How far a judge is to be trusted: what was measured of it, kept in the data home, and said beside its
scores.

<data home>/evaluation/judges/<hash>.json       one measurement: a judge, a rubric, a way, a labelled set
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evaluation.judging.measuring import JudgeMeasurement
from evaluation.judging.types import Rubric, Way
from evaluation.summaries import FEWEST_IN_SLICE
from machine import evaluation_folder

_LOGGER = logging.getLogger(__name__)

#: Up to here Landis and Koch (1977, https://doi.org/10.2307/2529310) call agreement "fair" at best: of two
#: classes of equal size such a judge is wrong three times in ten, which buries the differences between runs.
LEAST_KAPPA: Final = 0.4


@dataclass(frozen=True, slots=True)
class Trust:
    """Whether a judge's scores can be leaned on. `words` say what is known; `caution` is empty if they
    can."""

    words: str
    caution: str

    @property
    def trusted(self) -> bool:
        return not self.caution


def keep_measurement(measurement: JudgeMeasurement) -> bool:
    """Keep it for reports. One over more items of the same set stays, and then False is returned."""
    from pydantic import TypeAdapter

    file = judges_folder() / f"{_key(measurement)}.json"
    kept = _read(file) if file.is_file() else None
    if kept is not None and kept.set_sha256 == measurement.set_sha256 and kept.items > measurement.items:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    staging = file.with_name(f"{file.name}.{os.getpid()}")
    staging.write_bytes(TypeAdapter(JudgeMeasurement).dump_json(measurement, indent=1))
    staging.replace(file)
    return True


def measurements_of(judge: str, rubric: Rubric, way: Way = "pointwise") -> tuple[JudgeMeasurement, ...]:
    """What was measured of this judge with just this rubric, over the most items first."""
    if not judges_folder().is_dir():
        return ()
    found = [_read(file) for file in sorted(judges_folder().glob("*.json"))]
    mine = [
        one
        for one in found
        if one is not None and (one.judge, one.rubric_sha256, one.way) == (judge, rubric.sha256, way)
    ]
    return tuple(sorted(mine, key=lambda one: -one.items))


def trust_of(measurements: Sequence[JudgeMeasurement], least_kappa: float = LEAST_KAPPA) -> Trust:
    """By the measurement over the most items; the others say less of it."""
    if not measurements:
        return Trust(
            "agreement with people not measured",
            "not to be trusted: its agreement with people was never measured; `refdesk eval judge` does it",
        )
    if (items := measurements[0].items) < FEWEST_IN_SLICE:
        return Trust(
            f"agreement with people measured on {items} items only",
            f"not to be trusted: its agreement with people was measured on {items} items only; "
            f"{FEWEST_IN_SLICE} are the least, and some hundred better",
        )
    best = measurements[0]
    kappa = best.model.kappa
    words = (
        f"kappa {kappa.kappa:.2f} ({kappa.low:.2f} to {kappa.high:.2f}) with people on {best.items} items of "
        f"{best.set_name}, measured {best.measured_at[:10]}"
    )
    doubts = []
    if kappa.kappa < least_kappa:
        doubts.append(f"its kappa with people is {kappa.kappa:.2f}, below {least_kappa:g}")
    if best.no_better_than:
        doubts.append(f"it is not shown to agree better with people than {' or '.join(best.no_better_than)}")
    return Trust(words, f"not to be trusted: {', and '.join(doubts)}" if doubts else "")


def verdict_in_words(measurement: JudgeMeasurement, least_kappa: float = LEAST_KAPPA) -> tuple[str, ...]:
    """What a person should take from a measurement, a sentence each."""
    said = []
    named = [
        f"{name} ({one.difference:+.2f}, {one.low:+.2f} to {one.high:+.2f})"
        for name, one in measurement.advantages.items()
        if name in measurement.no_better_than
    ]
    if named:
        said.append(
            f"The model is no better than {', '.join(named)}: its kappa less theirs, with 95% interval. What "
            "needs no language model does as well here, and the default evaluation uses that."
        )
    else:
        said.append("The model agrees better with people than each of the measures without a language model.")
    trust = trust_of((measurement,), least_kappa)
    if trust.trusted:
        said.append(
            "Its scores can be leaned on, as far as its interval allows and the answers are like these."
        )
    else:
        said.append(f"{trust.caution[0].upper()}{trust.caution[1:]}.")
    return tuple(said)


def judges_folder() -> Path:
    return evaluation_folder() / "judges"


def _key(measurement: JudgeMeasurement) -> str:
    facts = [
        measurement.judge,
        measurement.rubric_sha256,
        measurement.way,
        measurement.set_name,
        measurement.half,
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def _read(file: Path) -> JudgeMeasurement | None:
    """What a file holds; None, with a note in the log, where that is no measurement."""
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(JudgeMeasurement).validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        _LOGGER.warning("%s is not used: %s", file, error)
        return None
