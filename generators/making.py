"""How an image or a sound was made, as its file carries it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Literal, Self

#: What a file's note is called, in PNG chunks and comments of sounds.
NOTE = "refdesk"
SCHEMA = 1

_TEXTS = ("maker", "model", "prompt", "made_at")
_NUMBERS = ("seconds", "energy_joules", "loading_seconds", "loading_energy_joules")
_LISTS = ("sources", "energy_of")

Maker = Literal["image", "speech", "music"]


class NoteUnreadable(ValueError):
    """What is wrong with a file's note, in words."""


@dataclass(frozen=True, slots=True)
class Making:
    """All that is worth knowing of what a model made. It goes into the file, so that it says what it is.

    `prompt` is what was drawn, said or played; `settings` by their names; `sources` are the documents and
    pages it was shaped from, in words. `seconds` and `energy_joules` are what making it took, the latter of
    the whole machine's parts in `energy_of`, None where it cannot tell. `loading_seconds` and
    `loading_energy_joules` are what getting the model into memory took before, waits for room included: next
    to nothing where it was there. Files that are made together each have their share of energy and loading.
    """

    maker: Maker
    model: str
    prompt: str
    settings: Mapping[str, str] = field(default_factory=dict)
    seed: int | None = None
    sources: tuple[str, ...] = ()
    model_sha256: str | None = None
    made_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    seconds: float | None = None
    energy_joules: float | None = None
    energy_of: tuple[str, ...] = ()
    loading_seconds: float | None = None
    loading_energy_joules: float | None = None

    @property
    def sentence(self) -> str:
        """For people: "Made by a model: ..."."""
        seed = "" if self.seed is None else f", seed {self.seed}"
        return f"Made by a model: {self.model}{seed}, {self.made_at}."

    def to_json(self) -> str:
        """What the file carries. It says first that a model made it."""
        content = {"schema": SCHEMA, "made_by_a_model": True, **asdict(self)}
        note = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return note.encode("utf-8", "backslashreplace").decode("utf-8")  # bytes of a name that are no text

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What `to_json` wrote. Raises NoteUnreadable."""
        try:
            content = json.loads(text)
            if content["schema"] != SCHEMA:
                raise NoteUnreadable(f"the note has schema {content['schema']}, and this reads {SCHEMA}")
            _check_kinds(content)
            return cls(
                maker=content["maker"],
                model=content["model"],
                prompt=content["prompt"],
                settings=dict(content["settings"]),
                seed=content["seed"],
                sources=tuple(content["sources"]),
                model_sha256=content["model_sha256"],
                made_at=content["made_at"],
                seconds=content["seconds"],
                energy_joules=content["energy_joules"],
                energy_of=tuple(content.get("energy_of", ())),
                loading_seconds=content.get("loading_seconds"),
                loading_energy_joules=content.get("loading_energy_joules"),
            )
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            if isinstance(error, NoteUnreadable):
                raise
            raise NoteUnreadable(f"the note cannot be read: {error}") from error


def _check_kinds(content: Mapping[str, object]) -> None:
    """What others read of a note is text where they expect text, and a number where they reckon."""
    wrong = [name for name in _TEXTS if not isinstance(content[name], str)]
    wrong += [name for name in _NUMBERS if not isinstance(content.get(name), int | float | None)]
    for name in _LISTS:
        told = content.get(name, [])
        if not isinstance(told, list) or not all(isinstance(each, str) for each in told):
            wrong.append(name)
    if wrong:
        raise NoteUnreadable(f"the note cannot be read: {', '.join(wrong)} is not what it should be")
