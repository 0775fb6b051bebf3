"""From a question to the messages that the model gets: the template, and what the settings add to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from generators.text.protocol import Message, Sampling
from rag.languages import language_line
from rag.prompts import Template
from rag.settings import AnswerSettings
from rag.types import Passage, Turn


class Prompting:
    """One template under one set of settings. What never changes stands first in every prompt."""

    def __init__(self, template: Template, settings: AnswerSettings) -> None:
        added = settings.system_prompt
        self._template = (
            template if added is None else replace(template, system=f"{template.system}\n\n{added.strip()}")
        )
        self._settings = settings

    @property
    def answer_marker(self) -> str | None:
        """What ends the model's reasoning; None where it does not reason aloud."""
        return self._template.answer_marker

    @property
    def max_tokens(self) -> int:
        """What the model may write: the settings', else the template's."""
        return self._settings.max_tokens or self._template.max_tokens

    @property
    def sampling(self) -> Sampling:
        """How its tokens are drawn."""
        return self._settings.sampling

    def stable_messages(self) -> tuple[Message, ...]:
        """The beginning that every prompt shares."""
        return self._template.stable_messages()

    def messages(
        self, question: str, passages: Sequence[Passage], turns: Sequence[Turn] = ()
    ) -> tuple[Message, ...]:
        """The whole prompt."""
        return self._template.messages(question, passages, turns, self.closing(question, turns))

    def closing(self, question: str, turns: Sequence[Turn] = ()) -> str | None:
        """The line below the question: which language to answer in, where that has to be said.

        Telling a language that is not plainly English loads a model, once.
        """
        return language_line(self._settings.answer_language, question, [turn.question for turn in turns])
