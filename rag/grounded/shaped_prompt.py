"""A prompt for a picture or for music, shaped from passages: by a language model, or by rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from generators.text.protocol import TextGenerator
from rag.errors import NoSuchPage, TaskUnsuited
from rag.grounded.ground import Ground
from rag.neutralising.passage import LEFT_OUT, LEFT_OUT_TITLE, neutralised_line
from rag.tasks.writing import TaskWriter
from rag.terms import content_terms
from rag.types import Passage, Span

Purpose = Literal["picture", "music"]

#: Text encoders of image models read 77 tokens and drop the rest: about so many words.
MOST_WORDS = 50
_MOST_TOKENS = 110
_LONGEST_SUBJECT = 200
_ANSWER_SHARE = 0.3
_WISHES: dict[Purpose, str] = {
    "picture": "Somebody is to draw this from the text: {}.",
    "music": "Somebody is to make music about this from the text: {}.",
}
_SAID: dict[Purpose, str] = {
    "picture": "what is to be seen: its parts, shapes, materials and colours, and how they stand together",
    "music": "what is to be heard: its mood, pace and sounds",
}
_BEFORE = re.compile(r"^\s*(?:[-*•]\s*)?(?:prompt|picture|image|line|description)\s*:\s*", re.IGNORECASE)
#: What a sentence right behind one about the subject counts: descriptions go on.
_GOES_ON = 0.5


@dataclass(frozen=True, slots=True)
class ShapedPrompt:
    """A prompt of at most `MOST_WORDS` words, and the passages with the sentences that it came from.

    `shaped_by` is the language model's id; None where it was shaped by rule.
    """

    prompt: str
    ground: Ground
    shaped_by: str | None = None


def shape_prompt(
    ground: Ground,
    generator: TextGenerator | None = None,
    purpose: Purpose = "picture",
    cancelled: Callable[[], bool] = lambda: False,
) -> ShapedPrompt:
    """What a painter or a composer is told of these passages.

    The model condenses them; an engine that only quotes, a model that writes nothing of use, and no model at
    all leave it to the rule. Raises NoSuchPage where nothing is left to say, TaskStopped, and what the engine
    raises.
    """
    if generator is not None:
        try:
            if prompt := _condensed(ground, generator, purpose, cancelled):
                return ShapedPrompt(prompt, ground, generator.id)
        except TaskUnsuited:
            pass  # it only quotes, which the rule does as well
    shaped = by_rule(ground)
    if not shaped.prompt:
        raise NoSuchPage(
            f"Nothing to make a prompt of stands here: {'; '.join(ground.sources)}. Name another place."
        )
    return shaped


def by_rule(ground: Ground) -> ShapedPrompt:
    """The sentences that say most of the subject, in their order, as many as fit.

    A sentence counts by the words it shares with the subject, and a little where it follows such a one; where
    none shares any, the first count.
    """
    wanted = set(content_terms(ground.subject))
    spans = [
        (place, span) for place, passage in enumerate(ground.passages) for span in passage.spans if span.text
    ]
    shares = [len(wanted & set(content_terms(span.text))) for _, span in spans]
    scores = [
        share + (_GOES_ON if index and shares[index - 1] else 0.0) for index, share in enumerate(shares)
    ]
    room = MOST_WORDS - len(ground.subject.split())
    chosen: list[int] = []
    for index in sorted(range(len(spans)), key=lambda index: (-scores[index], index)):
        words = len(spans[index][1].text.split())
        if (scores[index] or not any(scores)) and (words <= room or not chosen):
            chosen.append(index)
            room -= words
    chosen.sort()
    sentences = [line for index in chosen if (line := _plain(spans[index][1].text))]
    subject = [f"{ground.subject[:_LONGEST_SUBJECT]}:"] if ground.subject and sentences else [ground.subject]
    kept = _narrowed(ground.passages, [spans[index] for index in chosen])
    return ShapedPrompt(_cut(" ".join([*subject, *sentences])), replace(ground, passages=kept))


def _condensed(
    ground: Ground, generator: TextGenerator, purpose: Purpose, cancelled: Callable[[], bool]
) -> str:
    subject = " ".join(ground.subject.split())[:_LONGEST_SUBJECT] or "what it describes"
    instruction = (
        f"{_WISHES[purpose].format(subject)} Write one line of at most {MOST_WORDS - 10} words that says "
        f"{_SAID[purpose]}, as the text has them. Write that line and nothing else."
    )
    writer = TaskWriter(generator, f"describe a {purpose}", cancelled=cancelled)
    pieces = writer.cut(ground.text, instruction, _ANSWER_SHARE)
    if not pieces:
        return ""
    written = writer.write(instruction, pieces[0].text, _MOST_TOKENS).text
    line = next((line for line in written.splitlines() if line.strip()), "")
    return _cut(_plain(_BEFORE.sub("", line).strip(" \"'“”")))


def _plain(text: str) -> str:
    """One line, with nothing in it that acts on a model or a face."""
    line = neutralised_line(text)[0]
    return "" if line in (LEFT_OUT, LEFT_OUT_TITLE) else line


def _cut(prompt: str) -> str:
    return " ".join(prompt.split()[:MOST_WORDS])


def _narrowed(passages: Sequence[Passage], chosen: Sequence[tuple[int, Span]]) -> tuple[Passage, ...]:
    """The passages with the chosen sentences alone."""
    kept = []
    for place, passage in enumerate(passages):
        spans = tuple(span for of, span in chosen if of == place)
        if spans:
            kept.append(replace(passage, spans=spans, text=" ".join(span.text for span in spans)))
    return tuple(kept) or tuple(passages)
