"""Templates read from their files: the shipped ones by name, a person's own by path."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from rag.errors import TemplateUnusable
from rag.prompts.template import Template

_MOST_BYTES = 32_768
_LONGEST_NAME, _LONGEST_PURPOSE, _LONGEST_MARKER = 60, 300, 40
_MOST_TOKENS = 100_000

_REQUIRED = ("name", "version", "purpose", "system")
_KNOWN = (*_REQUIRED, "max_tokens", "answer_marker", "example")
_EXAMPLE_KEYS = ("user", "assistant")


def load_template(name: str) -> Template:
    """The shipped template of that name, or the one in a file: what ends in .toml or holds a separator.

    Raises TemplateUnusable.
    """
    if name.endswith(".toml") or "/" in name or "\\" in name:
        file = Path(name).expanduser()
        try:
            with file.open("rb") as opened:
                content = opened.read(_MOST_BYTES + 1)
        except (OSError, ValueError) as error:  # a path that cannot be one is a ValueError
            reason = error.strerror if isinstance(error, OSError) else error
            raise TemplateUnusable(
                f"The prompt template {name} cannot be read: {reason}. Name a file that is there, or one of "
                f"the templates: {_names()}."
            ) from error
        return read_template(content, f"The prompt template {name}")
    if not name.isidentifier() or not (_folder() / f"{name}.toml").is_file():
        raise TemplateUnusable(
            f"There is no prompt template {name!r}. There are: {_names()}; or name a .toml file of your own."
        )
    return _shipped(name)


def load_step_template(name: str) -> Template:
    """The template of one step of Refdesk's own work, such as taking notes. `name` is its file's."""
    return read_template((_folder() / "steps" / f"{name}.toml").read_bytes(), f"The prompt template {name!r}")


def shipped_templates() -> tuple[Template, ...]:
    """Those that come with Refdesk to choose from, by name."""
    return tuple(load_template(name) for name in _shipped_names())


def read_template(content: bytes, called: str) -> Template:
    """The template that a file's bytes hold. `called` begins the sentence that says what is wrong.

    Raises TemplateUnusable.
    """
    try:
        return _template_of(_parsed(content))
    except _WrongError as error:
        raise TemplateUnusable(f"{called} {error}") from error


class _WrongError(Exception):
    """What is wrong and what would be right, to follow the file's name in a sentence."""


@cache
def _shipped(name: str) -> Template:
    """It comes with the program and stays as it is: read once."""
    return read_template((_folder() / f"{name}.toml").read_bytes(), f"The prompt template {name!r}")


def _folder() -> Traversable:
    return resources.files("rag.prompts")


def _shipped_names() -> list[str]:
    return sorted(entry.name[:-5] for entry in _folder().iterdir() if entry.name.endswith(".toml"))


def _names() -> str:
    return ", ".join(_shipped_names())


def _parsed(content: bytes) -> dict[str, object]:
    if len(content) > _MOST_BYTES:
        raise _WrongError(
            f"is longer than {_MOST_BYTES:,} bytes, which no prompt may take. Use a shorter one."
        )
    try:
        return tomllib.loads(content.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        raise _WrongError(f"is not UTF-8: byte {error.start} is none. Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise _WrongError(f"is not TOML: {error}. See docs/prompting.md for an example.") from error


def _template_of(fields: Mapping[str, object]) -> Template:
    _refuse_unknown(fields, _KNOWN, "")
    if missing := [key for key in _REQUIRED if key not in fields]:
        raise _WrongError(f"lacks {', '.join(missing)}. It needs {', '.join(_REQUIRED)}.")
    marker = None
    if "answer_marker" in fields:
        marker = _line(fields, "answer_marker", _LONGEST_MARKER)
        if not any(map(str.isalnum, marker)):
            raise _WrongError("has an answer_marker without a letter. Write a word, such as 'Answer:'.")
    return Template(
        name=_line(fields, "name", _LONGEST_NAME),
        version=_number(fields, "version", 1_000_000),
        purpose=_line(fields, "purpose", _LONGEST_PURPOSE),
        system=_text(fields, "system"),
        examples=_examples(fields.get("example", []), marker),
        answer_marker=marker,
        **({"max_tokens": _number(fields, "max_tokens", _MOST_TOKENS)} if "max_tokens" in fields else {}),
    )


def _examples(entries: object, marker: str | None) -> tuple[tuple[str, str], ...]:
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise _WrongError("has an example that is no table. Begin each with a line [[example]].")
    pairs = []
    for number, entry in enumerate(entries, start=1):
        place = f" in example {number}"
        _refuse_unknown(entry, _EXAMPLE_KEYS, place)
        if missing := [key for key in _EXAMPLE_KEYS if key not in entry]:
            raise _WrongError(f"lacks {', '.join(missing)}{place}. Each example needs user and assistant.")
        user, assistant = _text(entry, "user", place), _text(entry, "assistant", place)
        if marker is not None and marker not in assistant:
            raise _WrongError(
                f"never says its answer_marker {marker!r}{place}. Show the model where the answer begins."
            )
        pairs.append((user, assistant))
    return tuple(pairs)


def _refuse_unknown(fields: Mapping[str, object], known: tuple[str, ...], place: str) -> None:
    if unknown := [key for key in fields if key not in known]:
        raise _WrongError(
            f"holds what it may not{place}: {', '.join(unknown)}. It may hold {', '.join(known)}."
        )


def _text(fields: Mapping[str, object], key: str, place: str = "") -> str:
    value = fields[key]
    if not isinstance(value, str):
        raise _WrongError(f"has a {key}{place} that is no text. Put it in quotes.")
    if not value.strip():
        raise _WrongError(f"has an empty {key}{place}. Write something there.")
    return value.strip()


def _line(fields: Mapping[str, object], key: str, longest: int) -> str:
    text = _text(fields, key)
    if len(text.splitlines()) > 1 or len(text) > longest:
        raise _WrongError(f"has a {key} that is not one line of at most {longest} characters.")
    return text


def _number(fields: Mapping[str, object], key: str, most: int) -> int:
    value = fields[key]
    if not isinstance(value, int) or isinstance(value, bool):
        raise _WrongError(f"has a {key} that is no whole number.")
    if not 1 <= value <= most:
        raise _WrongError(f"has {key} = {value}; it must be from 1 to {most:,}.")
    return value
