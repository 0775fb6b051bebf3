"""`refdesk`: the commands together. Nothing heavy is imported before a command runs."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from apps.cli.ask import ask
from apps.cli.chat import chat
from apps.cli.chats import chats
from apps.cli.collections import collections
from apps.cli.doctor import doctor
from apps.cli.documents import documents, remove
from apps.cli.evaluation.group import evaluation
from apps.cli.image import image
from apps.cli.ingest import ingest, sync
from apps.cli.models import models
from apps.cli.music import music
from apps.cli.reembed import reembed
from apps.cli.search import search
from apps.cli.show import show
from apps.cli.speak import speak
from apps.cli.summarize import summarize
from apps.cli.tasks import classify, entities, translate
from apps.cli.templates import templates
from apps.cli.tools import tools
from apps.cli.transcribe import transcribe
from apps.cli.ui import ui

_EPILOG = """\b
First steps:
  refdesk models pull                  get the models, once
  refdesk ingest ~/Documents/reports   read a folder
  refdesk ask "What did travel cost?"  ask, and get the pages with the answer

\b
Exit codes:
    0  all well; that the documents hold no answer is well too
    1  some files failed, or what was asked about has a problem
    2  wrong use: no such collection, document, model or option
  130  stopped with Ctrl-C
  141  whoever read the output went away

\b
Environment:
  REFDESK_HOME             the folder for collections, models and caches
  REFDESK_COLLECTION       the collection where -c does not say
  REFDESK_ENGINE           what writes answers where --model does not say
  REFDESK_EMBEDDER_ENGINE  auto, openvino, sentence-transformers or hashing
  REFDESK_IMAGE_MODEL      what draws pictures where --model does not say
  REFDESK_MUSIC_MODEL      what makes music where --model does not say
  REFDESK_PASSWORD         for encrypted files
  REFDESK_DEBUG            1: show where an unexpected error came from
"""

app = typer.Typer(
    name="refdesk",
    no_args_is_help=True,
    rich_markup_mode=None,  # importing rich for a help page costs more than all the rest of it
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_EPILOG,
)
app.command()(ingest)
app.command()(sync)
app.command()(reembed)
app.command()(search)
app.command()(ask)
app.command()(chat)
app.command()(documents)
app.command()(show)
app.command()(remove)
app.command()(summarize)
app.command()(translate)
app.command()(classify)
app.command()(entities)
app.command()(speak)
app.command()(transcribe)
app.add_typer(collections, name="collections")
app.add_typer(chats, name="chats")
app.add_typer(models, name="models")
app.command()(templates)
app.command()(image)
app.command()(music)
app.add_typer(tools, name="tools")
app.add_typer(evaluation, name="eval")
app.command()(doctor)
app.command()(ui)


def _show_version(wanted: bool) -> None:
    if wanted:
        from apps.diagnosis import refdesk_version

        typer.echo(f"refdesk {refdesk_version()}")
        raise typer.Exit


@app.callback()
def refdesk(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """A reference desk for your own documents: local answers, each tied to the page it stands on.

    Every command has --help with examples; those that answer take --json for programs.
    """
    del version


def main() -> None:
    """Run the command line; ends the process with one of the documented exit codes."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a stream that a caller put in its place may be of another kind
            stream.reconfigure(errors="replace")
    app(prog_name="refdesk")


if __name__ == "__main__":
    main()
