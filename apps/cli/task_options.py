"""What the commands that do something with a text share: which text, by which model, said how."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import typer

from apps.cli.context import AsJson, CollectionName, ModelEngine, Verbose, opened
from apps.cli.option_groups import with_option_group
from apps.errors import WrongUse

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class TaskOptions:
    """Either a document of the collection or a text, and the options of every command."""

    document: str | None = None
    text: str | None = None
    model: str | None = None
    collection: str = "default"
    as_json: bool = False
    verbose: bool = False

    @property
    def names_document(self) -> bool:
        """Whether the text is a document's, and not the user's own. Raises WrongUse for none and for both."""
        if (self.document is None) == (self.text is None):
            raise WrongUse("Name a document, or give a text with --text; one of them.")
        return self.document not in (None, STANDARD_INPUT)

    def whole(self) -> str:
        """The text, its pages with a blank line between them. Raises what `sections` does."""
        return "\n\n".join(section for _, section in self.sections())

    def shown(self) -> str:
        """The same as a model may be shown it: a document's text is data, the user's own is as it is."""
        if not self.names_document:
            return self.whole()
        from rag.tasks.documents import shown_text

        return "\n\n".join(shown_text(section) for _, section in self.sections())

    def sections(self) -> list[tuple[str, str]]:
        """Label and text of each page; a text that is no document's is one without a label.

        Raises WrongUse, also for an empty text, and what opening a collection raises.
        """
        if not self.names_document:
            return [("", self._own_text())]
        with opened(self.collection) as held:
            return [(page.label, page.text) for page in held.pages(self.document or "")]

    def _own_text(self) -> str:
        given = self.text if self.text is not None else sys.stdin.read()
        if not given.strip():
            where = "--text" if self.text is not None else "Standard input"
            raise WrongUse(f"{where} is empty. Give it some words, or name a document.")
        return given


_OPTIONS: dict[str, object] = {
    "document": Annotated[
        str | None,
        typer.Argument(
            metavar="DOCUMENT",
            help="A document of the collection: a path, a file name or a part of it. `-` reads standard "
            "input.",
            show_default=False,
        ),
    ],
    "text": Annotated[
        str | None,
        typer.Option("--text", metavar="TEXT", help="This text instead of a document.", show_default=False),
    ],
    "model": ModelEngine,
    "collection": CollectionName,
    "as_json": AsJson,
    "verbose": Verbose,
}
_DEFAULTS: dict[str, object] = {"collection": "default", "as_json": False, "verbose": False}
#: A task's options where none is given.
NOTHING_GIVEN = TaskOptions()


def with_task_options(command: Callable[..., None]) -> Callable[..., None]:
    """The command with an option for each field of `TaskOptions` in place of its parameter `given`."""
    return with_option_group(command, "given", _OPTIONS, TaskOptions, _DEFAULTS)
