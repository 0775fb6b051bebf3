"""What labelled questions told about a collection. `evaluation` finds it out and writes it; this reads it."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from ingest.embedding.protocol import EmbedderIdentity
from ingest.store.store import Store
from rag.evidence import EVIDENCE_VERSION

_LOGGER = logging.getLogger(__name__)

#: Changes with the rules of the search: a weight that was calibrated with others does not hold.
_SEARCH_VERSION = "search-2"

CalibrationName = Literal["dense_weight", "minimum_evidence", "minimum_answerability"]
CALIBRATIONS: tuple[CalibrationName, ...] = get_args(CalibrationName)


@dataclass(frozen=True, slots=True)
class Calibration:
    """One value, what it was measured with, and the evidence for it.

    It holds only while `measured_with` is what would be measured with now. `evidence` is for people: the
    question set, its size, figures with intervals, the day.
    """

    name: CalibrationName
    value: float
    measured_with: str
    evidence: Mapping[str, str]

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


def setting_name(name: CalibrationName) -> str:
    """What the collection's settings call it."""
    return f"calibration.{name}"


def measured_with(name: CalibrationName, embedder: EmbedderIdentity, splitter: str, judge: str = "") -> str:
    """What a calibration of that name depends on. Equal texts, and only those, make it hold.

    `judge` is the identity of what tells answerability.
    """
    parts = [splitter, embedder.model, embedder.weights_sha256]
    parts += [embedder.query_prefix, embedder.document_prefix]
    rules = {"dense_weight": _SEARCH_VERSION, "minimum_evidence": EVIDENCE_VERSION}
    return "|".join([rules.get(name, judge), *parts])


def settled(
    name: CalibrationName, wanted: float | None, store: Store, default: float, judge: str = ""
) -> float:
    """The value that counts: the one wanted, else the collection's calibration, else the default."""
    if wanted is not None:
        return wanted
    found = read_calibration(name, store, judge)
    return default if found is None else found.value


def read_calibration(name: CalibrationName, store: Store, judge: str = "") -> Calibration | None:
    """The collection's calibration of that name; None where there is none that still holds."""
    text = store.setting(setting_name(name))
    if text is None:
        return None
    try:
        fields = json.loads(text)
        found = Calibration(name, float(fields["value"]), fields["measured_with"], fields["evidence"])
    except (TypeError, ValueError, KeyError) as error:
        _LOGGER.warning(
            "The collection's calibration of %s cannot be read (%s): calibrate again.", name, error
        )
        return None
    if found.measured_with != measured_with(name, store.identity, store.splitter, judge):
        _LOGGER.warning(
            "The calibration of %s is of other models or another splitter: calibrate again.", name
        )
        return None
    return found
