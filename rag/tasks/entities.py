"""The names that occur in a text, by kind."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence

from generators.text.grammar import json_grammar
from generators.text.labelling import KINDS, Entity
from generators.text.protocol import TextGenerator
from rag.tasks.writing import TaskWriter

__all__ = ["KINDS", "Entity", "WritingEntityFinder", "find_entities"]

_ANSWER_SHARE = 0.8
_MOST_TOKENS = 600
_LINE = re.compile(r"\s*(?:[-*•]\s*)?([^:\n]+?)\s*:\s*(.+?)\s*")


class WritingEntityFinder:
    """An EntityFinder over a model that writes. Closing it closes the generator."""

    def __init__(self, generator: TextGenerator, shown: Callable[[str], str] = lambda text: text) -> None:
        """`shown` makes of a text what the model may be shown of it: see `rag.tasks.documents`."""
        self._generator = generator
        self._shown = shown

    @property
    def id(self) -> str:
        return self._generator.id

    def find_entities(
        self, text: str, kinds: Sequence[str] = KINDS, *, cancelled: Callable[[], bool] = lambda: False
    ) -> tuple[Entity, ...]:
        return find_entities(self._generator, text, kinds, shown=self._shown(text), cancelled=cancelled)

    def close(self) -> None:
        self._generator.close()


def find_entities(
    generator: TextGenerator,
    text: str,
    kinds: Sequence[str] = KINDS,
    *,
    shown: str | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[Entity, ...]:
    """What the model names and does stand in the text, in the order in which it first stands there.

    `shown` is what the model reads in place of the text; places are those in the text all the same.
    llama.cpp's models are held to a JSON schema with these kinds; of others, lines `kind: name` are read.
    Raises ValueError where no kind is given, TaskUnsuited, TaskStopped, and what the engine raises.
    """
    if not kinds:
        raise ValueError("Give at least one kind of names.")
    writer = TaskWriter(generator, "name entities", cancelled=cancelled)
    instruction = _instruction(kinds, as_json=writer.keeps_grammars)
    grammar = json_grammar(_schema(kinds)) if writer.keeps_grammars else None
    found: dict[tuple[str, str], Entity] = {}
    for piece in writer.cut(text if shown is None else shown, instruction, _ANSWER_SHARE):
        written = writer.write(instruction, piece.text, _MOST_TOKENS, grammar).text
        named = _from_json(written) if writer.keeps_grammars else _from_lines(written)
        for kind, name in named:
            if kind in kinds and name in piece.text and (kind, name) not in found:
                found[kind, name] = Entity(kind, name, tuple(_places(text, name)))
    return tuple(sorted((one for one in found.values() if one.places), key=lambda entity: entity.places[0]))


def _instruction(kinds: Sequence[str], *, as_json: bool) -> str:
    form = (
        'a JSON list of objects with "kind" and "text"'
        if as_json
        else "one line for each, such as `person: Ada`"
    )
    return (
        f"List every {', '.join(kinds)} that the text names, word for word as it stands there, as {form}. "
        "Write nothing else."
    )


def _schema(kinds: Sequence[str]) -> dict[str, object]:
    one = {
        "type": "object",
        "properties": {"kind": {"enum": list(kinds)}, "text": {"type": "string"}},
        "required": ["kind", "text"],
    }
    return {"type": "array", "items": one}


def _from_json(written: str) -> Iterator[tuple[str, str]]:
    """Of a list that was cut, what was whole."""
    decoder = json.JSONDecoder()
    place = written.find("{")
    while place >= 0:
        try:
            one, end = decoder.raw_decode(written, place)
        except ValueError:
            return
        yield one["kind"], one["text"].strip()
        place = written.find("{", end)


def _from_lines(written: str) -> Iterator[tuple[str, str]]:
    for line in written.splitlines():
        if match := _LINE.fullmatch(line):
            yield match.group(1).casefold(), match.group(2)


def _places(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Where it stands as whole words."""
    if name:
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text):
            yield match.span()
