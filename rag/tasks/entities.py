"""The names that occur in a text, by kind."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence

from generators.labelling.protocol import KINDS, Entity
from generators.text.grammar import json_grammar
from generators.text.protocol import TextGenerator
from rag.tasks.writing import TaskWriter

__all__ = ["KINDS", "Entity", "WritingEntityFinder", "find_entities"]

_ANSWER_SHARE = 0.8
_MOST_TOKENS = 600
#: How often a text is halved of which the model writes more than that.
_HALVINGS = 2
#: What is told where that did not help.
CUT_OFF = "The model wrote more than it may, and was cut off: names may be missing."
_LINE = re.compile(r"\s*(?:[-*•]\s*)?([^:\n]+?)\s*:\s*(.+?)\s*")


class WritingEntityFinder:
    """An EntityFinder over a model that writes. Closing it closes the generator."""

    def __init__(
        self,
        generator: TextGenerator,
        shown: Callable[[str], str] = lambda text: text,
        told: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`shown` makes of a text what the model may be shown of it: see `rag.tasks.documents`.

        `told` is as `find_entities` has it.
        """
        self._generator = generator
        self._shown = shown
        self._told = told

    @property
    def id(self) -> str:
        return self._generator.id

    def find_entities(
        self, text: str, kinds: Sequence[str] = KINDS, *, cancelled: Callable[[], bool] = lambda: False
    ) -> tuple[Entity, ...]:
        shown = self._shown(text)
        return find_entities(self._generator, text, kinds, shown=shown, told=self._told, cancelled=cancelled)

    def close(self) -> None:
        self._generator.close()


def find_entities(
    generator: TextGenerator,
    text: str,
    kinds: Sequence[str] = KINDS,
    *,
    shown: str | None = None,
    told: Callable[[str], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[Entity, ...]:
    """What the model names and does stand in the text, in the order in which it first stands there.

    `shown` is what the model reads in place of the text; places are those in the text all the same.
    llama.cpp's models are held to a JSON schema with these kinds; of others, lines `kind: name` are read.
    `told` is called with words, once, where the model wrote more than it may even of small pieces: then names
    may be missing. Raises ValueError where no kind is given, TaskUnsuited, TaskStopped, and what the engine
    raises.
    """
    if not kinds:
        raise ValueError("Give at least one kind of names.")
    writer = TaskWriter(generator, "name entities", cancelled=cancelled)
    instruction = _instruction(kinds, as_json=writer.keeps_grammars)
    grammar = json_grammar(_schema(kinds)) if writer.keeps_grammars else None
    given = {kind.casefold(): kind for kind in kinds}
    found: dict[tuple[str, str], Entity] = {}
    whole = True
    for piece in writer.cut(text if shown is None else shown, instruction, _ANSWER_SHARE):
        named, complete = _named(writer, instruction, piece.text, grammar)
        whole = whole and complete
        for written_kind, name in named:
            kind = given.get(written_kind.casefold())
            if kind is not None and (kind, name) not in found:
                found[kind, name] = Entity(kind, name, tuple(_places(text, name)))
    if not whole:
        told(CUT_OFF)
    return tuple(sorted((one for one in found.values() if one.places), key=lambda entity: entity.places[0]))


def _named(
    writer: TaskWriter, instruction: str, text: str, grammar: str | None, halvings: int = _HALVINGS
) -> tuple[list[tuple[str, str]], bool]:
    """Kinds and names that stand in the text, and whether the model came to its end with them."""
    written = writer.write(instruction, text, _MOST_TOKENS, grammar)
    if writer.keeps_grammars:
        named = list(_from_json(written.text))
    else:
        lines = written.text.splitlines()
        named = list(_from_lines(lines[:-1] if written.cut else lines))
    named = [(kind, name) for kind, name in named if name in text]
    if not written.cut:
        return named, True
    pieces = writer.halved(text) if halvings else ()
    if len(pieces) < 2:
        return named, False
    parts = [_named(writer, instruction, piece.text, grammar, halvings - 1) for piece in pieces]
    return named + [one for part, _ in parts for one in part], all(complete for _, complete in parts)


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


def _from_lines(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        if match := _LINE.fullmatch(line):
            yield match.group(1), match.group(2)


def _places(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Where it stands as whole words."""
    if name:
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text):
            yield match.span()
