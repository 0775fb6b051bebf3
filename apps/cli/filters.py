"""The options that say which documents are searched, the same for every command that searches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.option_groups import with_option_group
from apps.cli.screen import count_of, wrapped, write
from apps.errors import WrongUse

if TYPE_CHECKING:
    from rag import DocumentFilter, Scope

_Several = list[str] | None


@dataclass(frozen=True, slots=True)
class FilterOptions:
    """What was typed."""

    document: Sequence[str] = ()
    folder: Sequence[str] = ()
    type: Sequence[str] = ()
    since: str | None = None
    until: str | None = None
    language: Sequence[str] = ()

    def as_filter(self) -> DocumentFilter | None:
        """The filter they make; None where none was given. Raises WrongUse for what can mean nothing."""
        from rag import DocumentFilter

        try:
            only = DocumentFilter(
                documents=self.document,
                folders=self.folder,
                types=self.type,
                since=self.since,
                until=self.until,
                languages=self.language,
            )
        except ValueError as error:
            raise WrongUse(str(error)) from error
        return only if only.conditions else None


EVERYTHING = FilterOptions()

_OPTIONS: dict[str, object] = {
    "document": Annotated[
        _Several,
        typer.Option(
            "--document",
            metavar="PATTERN",
            help="Only in these documents: a path, a file name, a part of it, a folder or an archive (all in "
            "it), or a pattern such as '*.pdf'. Repeatable.",
        ),
    ],
    "folder": Annotated[
        _Several,
        typer.Option(
            "--folder",
            metavar="FOLDER",
            help="Only in this folder and those below it, by its path or its name. Repeatable.",
        ),
    ],
    "type": Annotated[
        _Several,
        typer.Option(
            "--type",
            metavar="TYPE",
            help="Only in documents of this type: pdf, word, slides, spreadsheet, html, mail, markdown, "
            "text, image, another suffix or a media type. Repeatable.",
        ),
    ],
    "since": Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="DATE",
            help="Only in documents written on that day or later (2024-05-31, 2024-05 or 2024), as they say "
            "themselves, else by the file's last change.",
        ),
    ],
    "until": Annotated[
        str | None,
        typer.Option("--until", metavar="DATE", help="Only in documents written on that day or earlier."),
    ],
    "language": Annotated[
        _Several,
        typer.Option(
            "--language",
            metavar="CODE",
            help="Only in documents known to be in this language, such as en or de. Repeatable.",
        ),
    ],
}


def with_filter_options(command: Callable[..., None]) -> Callable[..., None]:
    """The command with an option for each field of `FilterOptions` in place of its parameter `only`."""
    return with_option_group(command, "only", _OPTIONS, FilterOptions)


def write_scope(scope: Scope) -> None:
    """How many documents were searched, and what each condition left."""
    conditions = ", ".join(narrowing.words for narrowing in scope.narrowings)
    searched = f"Searched {scope.searched:,} of {count_of(scope.documents, 'document')}: {conditions}."
    write(wrapped(searched))
    write()


def scope_as_json(scope: Scope) -> dict[str, object]:
    return {
        "documents": scope.documents,
        "searched": scope.searched,
        "conditions": [
            {"condition": narrowing.condition, "documents": narrowing.documents}
            for narrowing in scope.narrowings
        ],
    }
