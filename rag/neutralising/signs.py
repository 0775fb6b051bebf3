"""The signs of an order to the software, as `signs.toml` names them."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

SIGNS_FILE = "signs.toml"


@dataclass(frozen=True, slots=True)
class Sign:
    """A pattern over a text as it is seen, in lower case, and the points it is worth."""

    kind: str
    points: float
    pattern: re.Pattern[str]


@cache
def load_signs() -> tuple[Sign, ...]:
    """The shipped signs, those worth most first."""
    content = tomllib.loads((resources.files("rag.neutralising") / SIGNS_FILE).read_text(encoding="utf-8"))
    signs = [
        Sign(entry["kind"], entry["points"], _compiled(entry["pattern"], content["words"]))
        for entry in content["sign"]
    ]
    return tuple(sorted(signs, key=lambda sign: -sign.points))


@cache
def _hint() -> re.Pattern[str]:
    content = tomllib.loads((resources.files("rag.neutralising") / SIGNS_FILE).read_text(encoding="utf-8"))
    return re.compile("|".join(content["hints"]))


def may_hold_signs(lowered: str) -> bool:
    """Whether a sign may be in the text: a quick look for what each of them is made of."""
    return _hint().search(lowered) is not None


def sign_points(lowered: str) -> float:
    """The points of all signs in the text: of each kind, those of the strongest."""
    found: dict[str, float] = {}
    for sign in load_signs():
        if sign.kind not in found and sign.pattern.search(lowered):
            found[sign.kind] = sign.points
    return sum(found.values())


def _compiled(pattern: str, words: dict[str, str]) -> re.Pattern[str]:
    for name, alternatives in words.items():
        pattern = pattern.replace(f"<{name}>", alternatives)
    return re.compile(pattern)
