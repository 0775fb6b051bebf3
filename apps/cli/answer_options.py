"""The options that say how an answer is written: the prompt, and how the model's words are drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.option_groups import with_option_group
from apps.errors import WrongUse

if TYPE_CHECKING:
    from generators.text.protocol import Sampling
    from rag import Settings

_LEFT_TO_THE_MODEL = "none"
#: What says from which words to draw, and says nothing where none is drawn.
_DRAWING = ("top_p", "top_k", "min_p")


@dataclass(frozen=True, slots=True)
class AnswerOptions:
    """What was typed; None where nothing was."""

    template: str | None = None
    system_prompt: str | None = None
    answer_language: str | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    repeat_penalty: float | None = None
    seed: int | None = None
    deadline_seconds: float | None = None

    def applied_to(self, settings: Settings) -> Settings:
        """The settings with what was typed in place of theirs.

        Raises WrongUse for what cannot be meant, TemplateUnusable for a template that cannot be used: before
        any model is loaded.
        """
        given = {
            field.name: value for field in fields(self) if (value := getattr(self, field.name)) is not None
        }
        if not given:
            return settings
        if self.template is not None:
            from rag.prompts import load_template

            load_template(self.template)
        if self.answer_language == _LEFT_TO_THE_MODEL:
            given["answer_language"] = None
        try:
            sampling = self._sampling(settings.answer.sampling, given)
            return replace(settings, answer=replace(settings.answer, sampling=sampling, **given))
        except ValueError as error:
            raise WrongUse(f"{_as_options(str(error))}.") from error

    def _sampling(self, before: Sampling, given: dict[str, object]) -> Sampling:
        """How words are drawn; takes what says so out of `given`."""
        names = [field.name for field in fields(before)]
        sampling = replace(before, **{name: given.pop(name) for name in names if name in given})  # type: ignore[arg-type]  # Typer has checked them
        useless = [name for name in _DRAWING if getattr(self, name) is not None]
        if useless and sampling.temperature == 0.0:
            raise ValueError(
                f"{useless[0]} says what to draw from, and at temperature 0 the likeliest is always taken. "
                "Add --temperature, such as 0.7"
            )
        return sampling


AS_EVER = AnswerOptions()

_OPTIONS: dict[str, object] = {
    "template": Annotated[
        str | None,
        typer.Option(
            "--template",
            metavar="NAME_OR_FILE",
            help="The prompt template: a name (see `refdesk templates`) or a .toml file of your own.",
        ),
    ],
    "system_prompt": Annotated[
        str | None,
        typer.Option(
            "--system-prompt",
            metavar="TEXT",
            help="An instruction added to the template's, such as 'Answer formally.'",
        ),
    ],
    "answer_language": Annotated[
        str | None,
        typer.Option(
            "--answer-language",
            metavar="LANGUAGE",
            help="What to answer in: `question`, as the question is (the default), a code such as en or de, "
            "or `none`, which leaves it to the model.",
        ),
    ],
    "max_tokens": Annotated[
        int | None,
        typer.Option(
            "--max-tokens",
            metavar="NUMBER",
            help="The most the model may write, reasoning included. Without it: what the template says.",
        ),
    ],
    "temperature": Annotated[
        float | None,
        typer.Option(
            "--temperature",
            metavar="NUMBER",
            help="0, the default, always takes the likeliest word: equal questions get equal answers. Above "
            "it words are drawn, up to 5.",
        ),
    ],
    "top_p": Annotated[
        float | None,
        typer.Option(
            "--top-p",
            metavar="NUMBER",
            help="Draw from the fewest words that have this much of the probability together, up to 1.",
        ),
    ],
    "top_k": Annotated[
        int | None,
        typer.Option("--top-k", metavar="NUMBER", help="Draw from so many of the likeliest words; 0: all."),
    ],
    "min_p": Annotated[
        float | None,
        typer.Option(
            "--min-p",
            metavar="NUMBER",
            help="Draw from words at least this many times as likely as the likeliest, 0 to 1.",
        ),
    ],
    "repeat_penalty": Annotated[
        float | None,
        typer.Option(
            "--repeat-penalty",
            metavar="NUMBER",
            help="Above 1: less of what was written a short while ago, up to 2.",
        ),
    ],
    "seed": Annotated[
        int | None,
        typer.Option(
            "--seed", metavar="NUMBER", help="Where drawing begins: equal seeds, equal answers. 0 by default."
        ),
    ],
    "deadline_seconds": Annotated[
        float | None,
        typer.Option(
            "--deadline-seconds",
            metavar="SECONDS",
            help="Stop writing so long after the question; what there is by then is the answer. Without it "
            "the answer takes the time it takes.",
        ),
    ],
}


def with_answer_options(command: Callable[..., None]) -> Callable[..., None]:
    """The command with an option for each field of `AnswerOptions` in place of its parameter `writing`."""
    return with_option_group(command, "writing", _OPTIONS, AnswerOptions)


def _as_options(words: str) -> str:
    """A setting's name as its option is typed, where it begins the sentence."""
    name, space, rest = words.partition(" ")
    return f"--{name.replace('_', '-')}{space}{rest}" if name in _OPTIONS else words
