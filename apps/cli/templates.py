"""`refdesk templates`: the prompt templates, and whether one's own is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.boundary import SCHEMA, errors_in_words
from apps.cli.context import AsJson, Verbose
from apps.cli.screen import write, write_json, write_table

if TYPE_CHECKING:
    from rag.prompts import Template


def templates(
    template: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME_OR_FILE]",
            help="One to show whole: a name, or a .toml file, which is checked.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """List the prompt templates, or show one.

    A template says how the model is asked. `refdesk ask --template NAME_OR_FILE` uses one; docs/prompting.md
    says how to write your own.

    \b
    Examples:
      refdesk templates
      refdesk templates step_by_step
      refdesk templates my-template.toml
    """
    with errors_in_words(as_json, verbose):
        from rag.prompts import load_template, shipped_templates

        if template is not None:
            _show(load_template(template), as_json)
            return
        found = shipped_templates()
        if as_json:
            write_json({"schema": SCHEMA, "templates": [_described(one) for one in found]})
            return
        rows = [[one.name, str(one.version), str(one.max_tokens), one.purpose] for one in found]
        write_table(["name", "version", "most tokens", "what for"], rows)


def _show(template: Template, as_json: bool) -> None:
    if as_json:
        whole = _described(template) | {
            "system": template.system,
            "examples": [{"user": asked, "assistant": said} for asked, said in template.examples],
        }
        write_json({"schema": SCHEMA, "template": whole})
        return
    write(f"{template.name}, version {template.version}: {template.purpose}", bold=True)
    write(f"At most {template.max_tokens} tokens.", dim=True)
    if template.answer_marker is not None:
        write(f"Reasoning first, then the answer, which begins with {template.answer_marker!r}.", dim=True)
    for message in template.stable_messages():
        write()
        write(f"{message.role}:", bold=True)
        write(message.content)


def _described(template: Template) -> dict[str, object]:
    return {
        "name": template.name,
        "version": template.version,
        "purpose": template.purpose,
        "max_tokens": template.max_tokens,
        "answer_marker": template.answer_marker,
        "sha256": template.sha256,
    }
