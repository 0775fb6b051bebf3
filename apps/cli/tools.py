"""`refdesk tools`: what other programs and agents may call, and a call of it."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import Annotated, Any

import typer

from apps.cli.boundary import SCHEMA, errors_in_words
from apps.cli.context import AsJson, ModelEngine, Verbose, opened
from apps.cli.interruption import Interruption
from apps.cli.screen import note_from_signal, write, write_json, write_table
from apps.cli.tool_display import show_result
from apps.cli.tool_options import DEFAULT_FOLDER, FilesFolder, ImageModel, MusicModel, Voice, tool_settings
from apps.errors import WrongUse

tools = typer.Typer(
    no_args_is_help=True,
    help="The tools: what a program, an agent or a chat can have made. `call` makes one call.",
)


@tools.command("list")
def list_tools(as_json: AsJson = False, verbose: Verbose = False) -> None:
    """List the tools; with --json also the schemas of their arguments.

    \b
    Example:
      refdesk tools list --json
    """
    with errors_in_words(as_json, verbose):
        from rag.tools.registry import TOOLS

        if as_json:
            described = [
                {"name": tool.name, "description": tool.description, "arguments": tool.schema()}
                for tool in TOOLS
            ]
            write_json({"schema": SCHEMA, "tools": described})
            return
        write_table(("TOOL", "WHAT IT DOES"), [(tool.name, tool.description) for tool in TOOLS])
        write("\nArguments: refdesk tools list --json", dim=True)


@tools.command("call")
def call_tool(
    name: Annotated[str, typer.Argument(metavar="TOOL", help="Its name.", show_default=False)],
    arguments: Annotated[
        str, typer.Argument(metavar="[ARGUMENTS]", help="A JSON object.", show_default=False)
    ] = "{}",
    files: FilesFolder = None,
    image_model: ImageModel = None,
    music_model: MusicModel = None,
    voice: Voice = None,
    model: ModelEngine = None,
    collection: Annotated[
        str | None,
        typer.Option(
            "-c",
            "--collection",
            metavar="NAME",
            envvar="REFDESK_COLLECTION",
            help="The collection whose documents the tool may read; without it, none.",
        ),
    ] = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Call a tool as an agent would, with its arguments as JSON.

    They are checked: files go to one folder, under names of their own, and only the collection's documents
    are read. The commands `image`, `speak` and so on have more options.

    \b
    Examples:
      refdesk tools call speak '{"document": "rules.pdf", "page": 4}' -c work
      refdesk tools call classify '{"text": "The rope is torn.", "labels": ["praise", "complaint"]}'
    """
    with errors_in_words(as_json, verbose), ExitStack() as stack:
        from rag.tools.registry import run_tool
        from rag.tools.types import ToolCall
        from rag.tools.workshop import Workshop

        stopping = Interruption(lambda: note_from_signal("Stopping; Ctrl-C again stops at once."))
        documents = None if collection is None else stack.enter_context(opened(collection, model))
        workshop = stack.enter_context(
            Workshop(
                (files or DEFAULT_FOLDER).expanduser(),
                tool_settings(image_model, music_model, voice, model),
                collection=documents,
                cancelled=stopping,
            )
        )
        call = ToolCall(name, _object(arguments))
        with stopping:
            result = run_tool(workshop, call)
        show_result(result, as_json)


def _object(arguments: str) -> dict[str, Any]:
    try:
        read = json.loads(arguments)
    except ValueError as error:
        raise WrongUse(f"The arguments are no JSON: {error}.") from error
    if not isinstance(read, dict):
        raise WrongUse('The arguments must be a JSON object, such as {"prompt": "a lens"}.')
    return read
