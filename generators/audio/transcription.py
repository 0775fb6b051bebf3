"""The seam between a sound and the words in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from generators.errors import RequestUnusable


@dataclass(frozen=True, slots=True)
class Utterance:
    """What was said between two moments, in seconds from the file's beginning."""

    start_seconds: float
    end_seconds: float
    text: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """About a minute of a sound, cut where it is quiet. Without speech it has no utterances.

    `language` is ISO 639-1 ("en"), as the engine was told or heard it.
    """

    start_seconds: float
    end_seconds: float
    utterances: tuple[Utterance, ...]
    language: str | None = None

    @property
    def text(self) -> str:
        """All that was said, a space between two utterances."""
        return " ".join(utterance.text for utterance in self.utterances)


class Transcriber(Protocol):
    """An engine that writes down what is said. One file at a time; a second waits."""

    @property
    def id(self) -> str:
        """What settings call it, for instance `faster-whisper-tiny`."""
        ...

    def transcribe(self, file: Path, *, skip: int = 0) -> Iterator[Stretch]:
        """Yield the sound's stretches in order, each before work on the next begins, without a gap.

        The first `skip` are left out, at little cost; a file is always cut in the same places. Raises
        EngineMissing, ModelUnusable, RequestUnusable for a language that the model does not know, and
        SoundUnreadable for a file that is no sound.
        """
        ...

    def close(self) -> None: ...


def all_said(stretches: Iterable[Stretch]) -> str:
    """What was said in all of them, a space between two; empty where nobody spoke."""
    return " ".join(said for stretch in stretches if (said := stretch.text.strip()))


def check_language(language: str | None, known: Collection[str], model: str) -> None:
    """Raises RequestUnusable for one that is not among the codes that the model knows."""
    if language is None or language in known:
        return
    if set(known) == {"en"}:
        ways = "It knows English (en) alone. Name a model that knows more."
    else:
        ways = (
            f"It knows {', '.join(sorted(known))}. Name one of these, or none, and the model tells by itself."
        )
    raise RequestUnusable(f"{model} does not know the language {language!r}. {ways}")
