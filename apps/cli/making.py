"""What the commands share that make a picture or a sound: options, the prompt, the gate, Ctrl-C."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from apps.cli.from_documents import prompt_from
from apps.cli.interruption import Interruption
from apps.cli.screen import duration, note, note_from_signal, one_line
from apps.errors import WrongUse

if TYPE_CHECKING:
    from generators.making import Maker, Making
    from generators.safety import SafetyGate
    from rag.grounded.shaped_prompt import Purpose

#: Of a model that was in memory already nothing is said.
_LOADING_SECONDS = 0.05

# As `generators.devices` has it: --help imports nothing of that.
WhereToCompute = Annotated[
    Literal["auto", "cpu", "cuda", "mps"], typer.Option("--device", help="Where to compute.")
]
Guidance = Annotated[
    float | None,
    typer.Option(help="How closely the prompt is followed; 1: no guidance. Without it, the model's custom."),
]
Fetch = Annotated[
    bool, typer.Option("--fetch", help="Get a model of the hub that is not here. Else nothing connects.")
]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The prompt, and the passages that it was shaped from, as a file's note names them."""

    prompt: str
    sources: tuple[str, ...] = ()


def wanted(
    prompt: str, wish: str | None, collection: str, gate: SafetyGate, model: str, purpose: Purpose
) -> Wanted:
    """The prompt as it was typed, or one shaped from what the documents say of the wish.

    Raises WrongUse for both and for neither, PromptRefused, and what the documents raise.
    """
    if (not prompt) == (wish is None):
        raise WrongUse(f"Say what the {purpose} is to be: a prompt, or --from-documents, one of them.")
    if wish is None:
        return Wanted(prompt)
    gate.check_prompt(wish, model)
    return Wanted(*prompt_from(wish, collection, purpose))


def opened_gate(maker: Maker) -> SafetyGate:
    """The gate of the data home. Raises SafetySettingsUnreadable."""
    from generators.safety import open_gate
    from machine import data_home

    return open_gate(data_home(), maker)


def tell_shortening(what: Wanted, used: str, model: str) -> None:
    """On standard error, where the model read less of what was shaped from documents than there was."""
    if what.sources:
        from rag.tools.from_documents import told_shortening

        for line in told_shortening(what.prompt, used, model):
            note(one_line(line))


@contextmanager
def stopped_by_ctrl_c(what_now: str) -> Iterator[Interruption]:
    """True from the first Ctrl-C on, which `what_now` is said at; what fails by it ends as Ctrl-C does."""
    with Interruption(lambda: note_from_signal(f"{what_now}; Ctrl-C again stops at once.")) as interrupted:
        from generators.errors import GenerationFailed

        try:
            yield interrupted
        except GenerationFailed as error:
            if interrupted():
                raise KeyboardInterrupt from error
            raise


def took(making: Making) -> str:
    """ ", made in 2.1 s after loading for 10 s", as far as it is known."""
    if making.seconds is None:
        return ""
    loading = making.loading_seconds or 0.0
    loaded = f" after loading for {duration(loading)}" if loading >= _LOADING_SECONDS else ""
    return f", made in {duration(making.seconds)}{loaded}"
