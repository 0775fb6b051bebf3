"""Rubrics read from their files: the shipped ones by name, a person's own by path."""

from __future__ import annotations

import hashlib
import tomllib
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

from evaluation.errors import RubricUnusable
from evaluation.judging.types import Rubric

if TYPE_CHECKING:
    from pydantic import ValidationError

#: Those that come with Refdesk.
RUBRICS: Final = ("correct", "faithful", "complete", "relevant")
_MOST_BYTES = 16_384


def load_rubric(name: str) -> Rubric:
    """The shipped rubric of that name, or the one in a file: what ends in .toml. Raises RubricUnusable."""
    if name.endswith(".toml"):
        file = Path(name).expanduser()
        try:
            with file.open("rb") as opened:
                content = opened.read(_MOST_BYTES + 1)
        except (OSError, ValueError) as error:  # a path that cannot be one is a ValueError
            raise RubricUnusable(f"The rubric {name} cannot be read: {error}.") from error
        return read_rubric(content, name)
    if name not in RUBRICS:
        raise RubricUnusable(
            f"There is no rubric {name!r}. There are: {', '.join(RUBRICS)}; or name a .toml file of your own."
        )
    return read_rubric(
        (resources.files("evaluation.judging") / "rubrics" / f"{name}.toml").read_bytes(), name
    )


def read_rubric(content: bytes, called: str) -> Rubric:
    """The rubric that a file's bytes hold. Raises RubricUnusable, which says what is wrong."""
    from pydantic import TypeAdapter, ValidationError

    if len(content) > _MOST_BYTES:
        raise RubricUnusable(f"The rubric {called} is longer than {_MOST_BYTES:,} bytes. Shorten it.")
    try:
        fields = tomllib.loads(content.decode("utf-8-sig").replace("\r\n", "\n"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RubricUnusable(f"The rubric {called} is not TOML in UTF-8: {error}.") from error
    try:
        rubric = TypeAdapter(Rubric).validate_python(
            {"pointwise": [], "pairwise": [], **fields, "sha256": hashlib.sha256(content).hexdigest()}
        )
    except ValidationError as error:
        raise RubricUnusable(f"The rubric {called} is not one: {_in_words(error)}.") from error
    if trouble := _trouble(rubric):
        raise RubricUnusable(f"The rubric {called} cannot be used: {trouble}.")
    return rubric


def _in_words(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg'].lower()}"


def _trouble(rubric: Rubric) -> str:
    """What is wrong with it, to follow a colon; empty if nothing is."""
    if not rubric.name.isidentifier():
        return f"its name {rubric.name!r} must be of letters, digits and _, since it names scores"
    if not rubric.system.strip() or not rubric.pointwise:
        return "it needs a system text and a [[pointwise]] wording at least"
    for wording in (*rubric.pointwise, *rubric.pairwise):
        texts = [option.text for option in wording.options]
        if not wording.text.strip() or len(texts) < 2 or not all(map(str.strip, texts)):
            return "each wording needs a text and two options at least, each with a text"
        # The engine says how likely the first token of each is.
        if len({text[0] for text in texts}) < len(texts):
            return f"the options {', '.join(texts)} do not all begin with different characters"
        if not all(0 <= option.value <= 1 for option in wording.options):
            return "the value of an option is not from 0 to 1"
    for wording in rubric.pairwise:
        if {option.text for option in wording.options} != {"A", "B"}:
            return "the options of a [[pairwise]] wording are A and B"
    return ""
