"""A prompt template, and the messages it makes of a question and its passages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from generators.text.protocol import Message
from rag.passages import shown_title
from rag.types import Passage, Turn

#: What stands before a question without passages, as where their room is counted.
_NO_PASSAGES = "\n\n"


@dataclass(frozen=True, slots=True)
class Template:
    """A named, versioned prompt. What never changes stands first, so that its state can be reused."""

    name: str
    version: int
    purpose: str
    """What it is for, in a sentence."""
    system: str
    examples: tuple[tuple[str, str], ...]
    """Pairs of a user's message and the model's, shown before the question."""
    max_tokens: int = 256
    """What the model may write, reasoning included, where the settings do not say."""
    answer_marker: str | None = None
    """What the model writes where its reasoning ends and its answer begins; None: it answers at once."""

    @property
    def sha256(self) -> str:
        """Of all that it says: templates of one name and version may differ where people write them."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def stable_messages(self) -> tuple[Message, ...]:
        """The beginning that every prompt shares."""
        messages = [Message("system", self.system)]
        for asked, answered in self.examples:
            messages += [Message("user", asked), Message("assistant", answered)]
        return tuple(messages)

    def messages(
        self,
        question: str,
        passages: Sequence[Passage],
        turns: Sequence[Turn] = (),
        closing: str | None = None,
    ) -> tuple[Message, ...]:
        """The whole prompt: the stable beginning, earlier turns, then passages and question.

        `closing` is a line below the question. The passages' message may be cut where a follow-up's could
        go on otherwise: behind those shown since the same question, and before this one.
        """
        messages = list(self.stable_messages())
        for turn in turns:
            messages += [Message("user", turn.question), Message("assistant", turn.answer)]
        shown, cuts = "", []
        for place, passage in enumerate(passages):
            if place and passage.shown_before != passages[place - 1].shown_before:
                cuts.append(len(shown))
            shown += f"[{passage.number}] {shown_title(passage.title)}\n{passage.text}\n\n"
        asking = f"{shown or _NO_PASSAGES}Question: {question}"
        asking = asking if closing is None else f"{asking}\n{closing}"
        messages.append(Message("user", asking, (*cuts, len(shown))))
        return tuple(messages)
