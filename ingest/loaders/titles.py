"""What a document is called."""

from __future__ import annotations

import re
from pathlib import Path

from ingest.loaders.characters import clean

_LONGEST = 200
_SHORTEST_LATIN = 3  # characters; `UG` names nothing
_SHORTEST = 2  # in Chinese two are a word
_PROGRAM_NAME = re.compile(r"\AMicrosoft (?:Word|Excel|PowerPoint) ?- ?", re.IGNORECASE)
_FILE_NAME = re.compile(
    r"\A\S+\.(?:docx?|xlsx?|pptx?|pdf|html?|rtf|odt|tex|dvi|qxp|qxd|indd|fm|md|txt|ps)\Z", re.I
)
_MEANINGLESS = re.compile(
    r"\A(?:untitled.*|no ?title|title|document ?\d*|word document|new document|unknown|none|null|[\W\d_]*)\Z",
    re.I,
)


def choose_title(path: Path, *candidates: str | None) -> str:
    """The first candidate that a person would call a title, else the file's name without its suffix.

    Word processors leave behind `Microsoft Word - x.doc`, file names and `untitled`.
    """
    for candidate in candidates:
        if candidate and (title := _tidy(candidate)) is not None:
            return title
    return clean(path.stem).strip() or path.name


def tidy_author(author: str | None) -> str | None:
    """The author's name on one line, or None where there is none."""
    name = " ".join(clean(author or "").split())[:_LONGEST]
    return name if re.search(r"\w", name) else None


def _tidy(candidate: str) -> str | None:
    title = _PROGRAM_NAME.sub("", " ".join(clean(candidate).split()))
    shortest = _SHORTEST_LATIN if title.isascii() else _SHORTEST
    if len(title) < shortest or _MEANINGLESS.match(title) or _FILE_NAME.match(title):
        return None
    return title[:_LONGEST]
