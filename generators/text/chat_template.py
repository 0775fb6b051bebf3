"""A model's own chat template, rendered so that contents never mix with markup.

The template sees a private placeholder where each content belongs. What it renders is then cut at
the placeholders into segments: markup, whose special tokens count, and contents, which are plain
text whatever they say. A document that holds `<|im_end|>` ends nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NoReturn

from generators.errors import ModelUnusable
from generators.text.protocol import Message, Role

#: For models that were trained on this markup and carry no template.
CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
#: For base models, which continue a text: the contents, with an empty line between.
PLAIN = "{{ messages | map(attribute='content') | join('\n\n') }}"

# A content stands as OPEN number CLOSE, with a rare space on both sides: where the template trims
# contents, that space is gone, and the real content is trimmed alike.
_OPEN, _CLOSE, _SPACE = "\ue000", "\ue001", "\u2003"
_PLACEHOLDER = re.compile(f"({_SPACE}?){_OPEN}(\\d+){_CLOSE}({_SPACE}?)")
_CONTENT_JOINT = "\n\n"


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a rendered prompt: markup, or the content of `messages[message]`."""

    text: str
    message: int | None = None


@dataclass(frozen=True, slots=True)
class _Turn:
    """A message as the template gets it; after a merge it carries several contents."""

    role: Role
    contents: tuple[int, ...]


class _ContentLostError(Exception):
    """The template left a content out."""


class ChatTemplate:
    """Turns messages into segments. `name` is the model's, for error messages."""

    def __init__(self, source: str, *, bos_token: str = "", eos_token: str = "", name: str = "model") -> None:
        self._source = source
        self._bos_token = bos_token
        self._eos_token = eos_token
        self._name = name
        self._compiled: Any = None

    def render(self, messages: Sequence[Message], *, answer_next: bool = True) -> tuple[Segment, ...]:
        """The prompt, ending where the assistant's answer begins if `answer_next`.

        Raises ModelUnusable where the template cannot take these messages.
        """
        from jinja2 import TemplateError

        turns = [_Turn(message.role, (index,)) for index, message in enumerate(messages)]
        try:
            return self._render_turns(turns, messages, answer_next)
        except (TemplateError, _ContentLostError) as error:
            # Some models know no system message: it then opens the first user message.
            merged = _merge_system(turns)
            if merged == turns:
                raise self._unusable(error) from error
        try:
            return self._render_turns(merged, messages, answer_next)
        except (TemplateError, _ContentLostError) as error:
            raise self._unusable(error) from error

    def stable_start(self, messages: Sequence[Message]) -> tuple[Segment, ...]:
        """What every prompt that begins with these messages and goes on shares.

        It ends where the next message's content begins.
        """
        follower: Role = "assistant" if messages and messages[-1].role == "user" else "user"
        segments = self.render([*messages, Message(follower, "?")], answer_next=False)
        end = next(place for place, segment in enumerate(segments) if segment.message == len(messages))
        return segments[:end]

    def _render_turns(
        self, turns: Sequence[_Turn], messages: Sequence[Message], answer_next: bool
    ) -> tuple[Segment, ...]:
        if self._compiled is None:
            self._compiled = _environment().from_string(self._source)
        # An empty content goes in as it is, since templates ask whether there is one.
        shown = [
            {
                "role": turn.role,
                "content": _CONTENT_JOINT.join(_placeholder(i) for i in turn.contents if messages[i].content),
            }
            for turn in turns
        ]
        text: str = self._compiled.render(
            messages=shown,
            add_generation_prompt=answer_next,
            bos_token=self._bos_token,
            eos_token=self._eos_token,
            tools=None,
            documents=None,
        )
        segments = _cut(text, messages)
        expected = {index for index, message in enumerate(messages) if message.content}
        if lost := expected - {segment.message for segment in segments}:
            roles = ", ".join(messages[index].role for index in sorted(lost))
            raise _ContentLostError(f"it leaves out the content of: {roles}")
        return segments

    def _unusable(self, error: Exception) -> ModelUnusable:
        return ModelUnusable(
            f"The chat template of {self._name} does not take this conversation: {error}. "
            "Choose another model in the settings."
        )


def _placeholder(index: int) -> str:
    return f"{_SPACE}{_OPEN}{index}{_CLOSE}{_SPACE}"


def _cut(text: str, messages: Sequence[Message]) -> tuple[Segment, ...]:
    segments: list[Segment] = []
    position = 0
    for match in _PLACEHOLDER.finditer(text):
        if match.start() > position:
            segments.append(Segment(text[position : match.start()]))
        index = int(match.group(2))
        content = messages[index].content
        content = content if match.group(1) else content.lstrip()
        content = content if match.group(3) else content.rstrip()
        segments.append(Segment(content, index))
        position = match.end()
    if position < len(text):
        segments.append(Segment(text[position:]))
    return tuple(segments)


def _merge_system(turns: Sequence[_Turn]) -> list[_Turn]:
    """The system's contents put before the next user content, or made a user turn if none follows."""
    merged: list[_Turn] = []
    waiting: tuple[int, ...] = ()
    for turn in turns:
        if turn.role == "system":
            waiting += turn.contents
        elif turn.role == "user" and waiting:
            merged.append(replace(turn, contents=waiting + turn.contents))
            waiting = ()
        else:
            merged.append(turn)
    return [*merged, _Turn("user", waiting)] if waiting else merged


def _environment() -> Any:
    """Jinja as transformers' `apply_chat_template` sets it up, which is what templates are written for.

    The sandbox matters: a template comes with the model file and is as trustworthy as that.
    """
    from jinja2 import TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    def raise_exception(message: str) -> NoReturn:
        raise TemplateError(message)

    def strftime_now(pattern: str) -> str:
        return datetime.now().astimezone().strftime(pattern)

    def tojson(value: object, indent: int | None = None, ensure_ascii: bool = False) -> str:
        return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent)

    # Prompts are not HTML: escaping would change them.
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, autoescape=False, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.globals["raise_exception"] = raise_exception
    environment.globals["strftime_now"] = strftime_now
    environment.filters["tojson"] = tojson
    return environment
