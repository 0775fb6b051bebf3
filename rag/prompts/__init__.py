"""Prompt templates, one file each, and how they are read."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from generators.text.protocol import Message
from rag.errors import RagError
from rag.passages import shown_title
from rag.types import Passage, Turn


@dataclass(frozen=True, slots=True)
class Template:
    """A named, versioned prompt. What never changes stands first, so that its state can be reused."""

    name: str
    version: int
    system: str
    examples: tuple[tuple[str, str], ...]
    """Pairs of a user's message and the model's, shown before the question."""

    def stable_messages(self) -> tuple[Message, ...]:
        """The beginning that every prompt shares."""
        messages = [Message("system", self.system)]
        for asked, answered in self.examples:
            messages += [Message("user", asked), Message("assistant", answered)]
        return tuple(messages)

    def messages(
        self, question: str, passages: Sequence[Passage], turns: Sequence[Turn] = ()
    ) -> tuple[Message, ...]:
        """The whole prompt: the stable beginning, earlier turns, then passages and question."""
        messages = list(self.stable_messages())
        for turn in turns:
            messages += [Message("user", turn.question), Message("assistant", turn.answer)]
        messages.append(Message("user", self._asking(question, passages)))
        return tuple(messages)

    def _asking(self, question: str, passages: Sequence[Passage]) -> str:
        shown = "\n\n".join(
            f"[{passage.number}] {shown_title(passage.title)}\n{passage.text}" for passage in passages
        )
        return f"{shown}\n\nQuestion: {question}"


def load_template(name: str) -> Template:
    """The shipped template of that name."""
    folder = resources.files(__name__)
    file = folder / f"{name}.toml"
    if not name.isidentifier() or not file.is_file():
        known = sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".toml"))
        raise RagError(f"There is no prompt template {name!r}. There are: {', '.join(known)}.")
    content = tomllib.loads(file.read_text(encoding="utf-8"))
    return Template(
        name=name,
        version=content["version"],
        system=content["system"].strip(),
        examples=tuple(
            (example["user"].strip(), example["assistant"].strip()) for example in content.get("example", [])
        ),
    )
