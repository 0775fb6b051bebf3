"""What stands above a Markdown text and describes it."""

from __future__ import annotations

import re
from collections.abc import Mapping

_YAML = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TOML = re.compile(r"\A\+\+\+[ \t]*\n(.*?)\n\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^([A-Za-z][\w -]*?)[ \t]*[:=][ \t]*(.*)$")
_ITEM = re.compile(r"^[ \t]*-[ \t]+(.+)$")
#: These become the document's own facts; the other fields stay text.
_FACTS = {
    **{"title": "title", "author": "author", "authors": "author", "by": "author"},
    **{"language": "language", "lang": "language", "locale": "language"},
    **{"lastmod": "written", "last_modified": "written", "updated": "written", "modified": "written"},
    **{"date": "written", "created": "written", "published": "written"},
}


def split_front_matter(text: str) -> tuple[Mapping[str, str], str, str]:
    """The facts (`title`, `author`, `language`, `written`), the other fields as they stand, and the rest."""
    match = _YAML.match(text) or _TOML.match(text)
    if match is None or _FIELD.match(match[1].lstrip("\n#").split("\n")[0]) is None:
        return {}, "", text
    facts: dict[str, str] = {}
    others: list[str] = []
    name: str | None = None
    for line in match[1].split("\n"):
        if (field := _FIELD.match(line)) is not None:
            name = _FACTS.get(field[1].lower())
            if name is not None and field[2].strip():
                facts.setdefault(name, _value(field[2]))
        elif name is not None and (item := _ITEM.match(line)) is not None:
            value = _value(item[1]).removeprefix("name: ")
            facts[name] = f"{facts[name]}, {value}" if name in facts else value
        if name is None and line.strip():
            others.append(line)
    return facts, "\n".join(others), text[match.end() :]


def _value(text: str) -> str:
    inner = text.strip()
    if inner.startswith("[") and inner.endswith("]"):
        return ", ".join(part.strip().strip("\"'") for part in inner[1:-1].split(","))
    return inner.strip("\"'")
