"""The judge: a text engine that is shown an answer and asked by a rubric, several times in other words."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Final

from evaluation.call_cache import CallCache, NoCache, call_key
from evaluation.errors import RubricUnusable
from evaluation.judging.excerpts import beginning, nearest
from evaluation.judging.types import (
    Case,
    Judgement,
    Option,
    Part,
    Reading,
    Rubric,
    Way,
    Wording,
    expected_value,
)
from generators.text.grammar import keeps_grammars
from generators.text.protocol import GenerationRequest, Message, PromptRead, TextGenerator, TextPiece

#: The most tokens of each part that a prompt shows; together with the rest they fit a context of 2,048.
MOST_TOKENS: Final[dict[Part, int]] = {"question": 80, "gold": 220, "source": 320}
MOST_ANSWER_TOKENS: Final = 220
_TITLES: Final[dict[Part, str]] = {"question": "Question", "gold": "Reference answer", "source": "Text"}
#: For engines that write their verdict: a reply such as "**Yes**, because".
_WRITTEN_TOKENS = 8


class Judge:
    """Judges by log-probabilities where the engine tells them, which takes reading a prompt and writing
    nothing.

    An engine that cannot tell them writes a reply, held to the options by a grammar where it can be, and what
    it wrote counts whole. What was read once is found in the cache, under the judge, the prompt and the
    options.
    """

    def __init__(self, generator: TextGenerator, identity: str, cache: CallCache | None = None) -> None:
        """The generator is the judge's from now on, and closed with it. `identity` names it and its
        weights."""
        self._generator = generator
        self._cache = cache or NoCache()
        self.identity = identity

    @property
    def engine(self) -> str:
        return self._generator.id

    def judge(self, rubric: Rubric, case: Case, answer: str) -> Judgement | None:
        """One answer, asked in each of the rubric's wordings. None where no reply could be read."""
        shown = f"Answer: {self._beginning(answer, MOST_ANSWER_TOKENS)}"
        values = self._values(rubric, case, answer, shown, "pointwise")
        return Judgement(tuple(values)) if values else None

    def prefer(self, rubric: Rubric, case: Case, first: str, second: str) -> Judgement | None:
        """Two answers, each once shown as A and once as B, in each of the wordings: 1 for the first.

        Judges prefer what stands in one place: both orders count alike (Zheng and others 2023,
        https://arxiv.org/abs/2306.05685). None where no reply could be read. Raises RubricUnusable for a
        rubric that has no wordings for pairs.
        """
        if not rubric.pairwise:
            raise RubricUnusable(f"The rubric {rubric.name!r} has no [[pairwise]] wordings: judge pointwise.")
        texts = [self._beginning(text, MOST_ANSWER_TOKENS) for text in (first, second)]
        together = f"{first}\n{second}"
        here, there = (
            self._values(rubric, case, together, f"Answer A: {a}\n\nAnswer B: {b}", "pairwise")
            for a, b in (texts, texts[::-1])
        )
        # One order alone would count its place for a preference.
        readings = (*here, *(1.0 - value for value in there)) if here and there else ()
        return Judgement(readings) if readings else None

    def close(self) -> None:
        self._generator.close()

    def _values(self, rubric: Rubric, case: Case, answer: str, shown: str, way: Way) -> list[float]:
        """What each wording's reply is worth, of those that could be read."""
        context = "".join(
            f"{_TITLES[part]}: {self._part(part, case, answer)}\n\n"
            for part in rubric.shows
            if case.part(part)
        )
        found = []
        for wording in rubric.wordings(way):
            reading = self._read(_messages(rubric, context, shown, wording), wording.options)
            if reading.weights:
                found.append(expected_value(wording.options, reading.weights))
        return found

    def _part(self, part: Part, case: Case, answer: str) -> str:
        if part == "source":
            return nearest(_sound(case.source), answer, MOST_TOKENS[part], self._generator.count_tokens)
        return self._beginning(case.part(part), MOST_TOKENS[part])

    def _beginning(self, text: str, most_tokens: int) -> str:
        return beginning(_sound(text), most_tokens, self._generator.count_tokens)

    def _read(self, messages: tuple[Message, ...], options: Sequence[Option]) -> Reading:
        texts = tuple(option.text for option in options)
        key = call_key(
            self.identity, "judge", [[message.role, message.content] for message in messages], texts
        )
        return self._cache.made(key, Reading, lambda: self._asked(messages, texts))[0]

    def _asked(self, messages: tuple[Message, ...], options: tuple[str, ...]) -> Reading:
        request = GenerationRequest(
            messages,
            max_tokens=_WRITTEN_TOKENS,
            signals=True,
            openings=options,
            grammar=options_grammar(options) if keeps_grammars(self._generator) else None,
        )
        text = ""
        # No name holds the stream: leaving the loop frees the engine, before anything is written.
        for event in self._generator.stream(request):
            if isinstance(event, PromptRead) and (weights := weights_of(event.openings)):
                return Reading(weights)
            if isinstance(event, TextPiece):
                text += event.text
        chosen = chosen_option(text, options)
        weights = () if chosen is None else tuple(float(index == chosen) for index in range(len(options)))
        return Reading(weights, written=True)


def weights_of(logprobs: Sequence[float | None]) -> tuple[float, ...]:
    """The options' probabilities as shares of each other: e^(ln p) over their sum; empty where one is
    unknown."""
    known = [logprob for logprob in logprobs if logprob is not None]
    if not known or len(known) < len(logprobs) or max(known) == -math.inf:
        return ()
    highest = max(known)
    raised = [math.exp(logprob - highest) for logprob in known]
    return tuple(value / math.fsum(raised) for value in raised)


def chosen_option(text: str, options: Sequence[str]) -> int | None:
    """Which option a written reply names: the one it begins with, else the only one in it; None for neither.

    Only whole words count, and capitals matter for single letters: "A" is an option and "a" an article.
    """
    found = []
    for index, option in enumerate(options):
        flags = re.NOFLAG if len(option) == 1 else re.IGNORECASE
        if match := re.search(rf"(?<!\w){re.escape(option)}(?!\w)", text, flags):
            if not re.search(r"\w", text[: match.start()]):
                return index
            found.append(index)
    return found[0] if len(found) == 1 else None


def options_grammar(options: Sequence[str]) -> str:
    """The GBNF of a text that is one of the options."""
    quoted = (option.replace("\\", "\\\\").replace('"', '\\"') for option in options)
    return "root ::= " + " | ".join(f'"{option}"' for option in quoted)


def _sound(text: str) -> str:
    """Without half characters, which no engine takes."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _messages(rubric: Rubric, context: str, shown: str, wording: Wording) -> tuple[Message, ...]:
    """What all wordings and answers share comes first, so that an engine reads it once."""
    body = f"{context}{shown}\n\n"
    return (
        Message("system", rubric.system.strip()),
        Message("user", body + wording.text.strip(), cuts=(len(context), len(body))),
    )
