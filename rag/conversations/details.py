"""The nested parts of a turn as JSON, and back. A schema number says how to read them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from rag.conversations.types import PassagePlace
from rag.reading import Coverage, LeftOut
from rag.types import Answer, AnswerKind, Calculation, Citation, Operand, Sentence, Timings, TokenUse, Verdict

#: Raised when what is written could not be read by the code of the number before.
SCHEMA = 1


class DetailsUnreadable(ValueError):
    """What is wrong with the JSON, in words."""


@dataclass(frozen=True, slots=True)
class Details:
    """What of a turn is kept as JSON."""

    sentences: tuple[Sentence, ...]
    passages: tuple[PassagePlace, ...]
    timings: Timings
    tokens: TokenUse
    kind: AnswerKind = "answer"
    coverage: Coverage | None = None


def details_of(answer: Answer) -> Details:
    """What is kept of an answer; of its passages their places, and not what they said or was left out."""
    places = tuple(
        PassagePlace(passage.number, passage.document, passage.title, passage.page_number, passage.page_end)
        for passage in answer.passages
    )
    return Details(answer.sentences, places, answer.timings, answer.tokens, answer.kind, answer.coverage)


def written(details: Details) -> str:
    """The details as JSON."""
    content = {"schema": SCHEMA, **asdict(details, dict_factory=plain)}
    whole = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return whole.encode("utf-8", "backslashreplace").decode("utf-8")  # bytes of a name that are no text


def plain(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    """A dataclass's fields as JSON can hold them: exact numbers as text."""
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in fields}


def read(text: str) -> Details:
    """The details that `written` wrote. Raises DetailsUnreadable."""
    try:
        content = json.loads(text)
        schema = content["schema"]
        if schema == SCHEMA:
            return Details(
                sentences=tuple(_sentence(item) for item in content["sentences"]),
                passages=tuple(PassagePlace(**item) for item in content["passages"]),
                timings=Timings(**content["timings"]),
                tokens=TokenUse(**content["tokens"]),
                # What was kept before there were these says nothing of them.
                kind=content.get("kind", "answer"),
                coverage=_coverage(content.get("coverage")),
            )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise DetailsUnreadable(f"{type(error).__name__}: {error}") from error
    raise DetailsUnreadable(f"it has schema {schema!r}, and this Refdesk reads schema {SCHEMA}")


def _calculation(item: dict[str, Any] | None) -> Calculation | None:
    if item is None:
        return None
    operands = tuple(
        Operand(one["text"], _number(one["value"]), Citation(**one["citation"])) for one in item["operands"]
    )
    return Calculation(**{**item, "operands": operands, "result": _number(item["result"])})


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"{text!r} is no number") from error


def _coverage(item: dict[str, Any] | None) -> Coverage | None:
    if item is None:
        return None
    left_out = tuple(LeftOut(**document) for document in item["left_out"])
    return Coverage(**{**item, "left_out": left_out})


def _sentence(item: dict[str, Any]) -> Sentence:
    rests_on = item["rests_on"]
    return Sentence(
        text=item["text"],
        citations=tuple(Citation(**citation) for citation in item["citations"]),
        verdict=Verdict(item["verdict"]),
        support=item["support"],
        rests_on=None if rests_on is None else Citation(**rests_on),
        corrected=item["corrected"],
        calculation=_calculation(item.get("calculation")),
        quoted=item.get("quoted", False),
    )
