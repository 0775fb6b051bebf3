"""`refdesk chats`: the chats that are kept: listed, shown, exported, renamed, deleted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from apps.cli.boundary import SCHEMA, errors_in_words
from apps.cli.chat_keeping import LAST
from apps.cli.chats_text import write_chat, write_chats
from apps.cli.context import AsJson, Verbose, Yes, confirmed
from apps.cli.screen import count_of, one_line, write, write_json
from apps.errors import WrongUse

if TYPE_CHECKING:
    from rag.conversations.conversations import Conversations
    from rag.conversations.types import Conversation, KeptConversation

chats = typer.Typer(rich_markup_mode=None, no_args_is_help=True)

ChatId = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        help="The chat's id, or as much of it as no other begins with; `last` is the latest.",
        show_default=False,
    ),
]
OfCollection = Annotated[
    str | None,
    typer.Option("-c", "--collection", metavar="NAME", help="Only chats with this collection."),
]


@chats.callback()
def group() -> None:
    """The chats that are kept: list, show, export, rename, delete.

    They lie in one file of the data home, on this machine alone, apart from the collections: a chat stays
    when its collection is deleted.

    \b
    Examples:
      refdesk chats list
      refdesk chats show last
      refdesk chats export x7k2d -o rope.md
      refdesk chats delete --collection old-reports
    """


@chats.command("list")
def list_all(
    collection: OfCollection = None,
    find: Annotated[
        str | None,
        typer.Option(
            "--find", metavar="WORDS", help="Only those with a question, answer or title of these words."
        ),
    ] = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """List the chats, the latest first.

    \b
    Examples:
      refdesk chats list -c work
      refdesk chats list --find "winch rope"
    """
    with errors_in_words(as_json, verbose):
        from rag.conversations.as_json import listing

        kept = _kept()
        found = kept.list(collection) if find is None else kept.search(find, collection)
        if as_json:
            write_json({"schema": SCHEMA, "chats": [listing(chat) for chat in found]})
        elif found:
            write_chats(found)
        else:
            write("No such chat is kept." if find or collection else "No chats yet. Begin one: refdesk chat")


@chats.command()
def show(id: ChatId, as_json: AsJson = False, verbose: Verbose = False) -> None:
    """Show a chat: its questions, and the answers with their quotes.

    \b
    Example:
      refdesk chats show last
    """
    with errors_in_words(as_json, verbose):
        from rag.conversations.as_json import whole

        chat = _chat(id)
        if as_json:
            write_json({"schema": SCHEMA, "chat": whole(chat)})
        else:
            write_chat(chat)


@chats.command()
def export(
    id: ChatId,
    form: Annotated[
        Literal["markdown", "json"], typer.Option("--format", help="A page for people, or all for programs.")
    ] = "markdown",
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", "--out", metavar="FILE", help="Else to standard output.", show_default=False
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    verbose: Verbose = False,
) -> None:
    """Write a chat as Markdown, with numbered references under each answer, or as JSON.

    What documents and models wrote stands in the Markdown as text: no link, picture or HTML of theirs works.

    \b
    Examples:
      refdesk chats export last -o rope.md
      refdesk chats export x7k2d --format json
    """
    with errors_in_words(form == "json" and output is None, verbose):
        import json

        from rag.conversations.as_json import whole
        from rag.conversations.markdown import as_markdown

        chat = _chat(id)
        if form == "markdown":
            text = as_markdown(chat)
        elif output is None:
            write_json({"schema": SCHEMA, "chat": whole(chat)})
            return
        else:
            content = {"schema": SCHEMA, "chat": whole(chat)}
            text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
        if output is None:
            write(text, end="")
            return
        if output.exists() and not force:
            raise WrongUse(f"{output} is there already. Name another file, or say --force to write over it.")
        output.write_bytes(text.encode("utf-8", "replace"))
        write(f"Wrote '{one_line(chat.about.title)}' to {output}.")


@chats.command()
def rename(
    id: ChatId,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="Its new title.", show_default=False)],
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Give a chat another title than its first question.

    \b
    Example:
      refdesk chats rename last "Winch rope"
    """
    with errors_in_words(as_json, verbose):
        from rag.conversations.as_json import listing

        try:
            chat = _kept().rename(_id(id), title)
        except ValueError as error:
            raise WrongUse(str(error)) from error
        if as_json:
            write_json({"schema": SCHEMA, "chat": listing(chat)})
        else:
            write(f"{chat.id} is now '{one_line(chat.title)}'.")


@chats.command()
def delete(
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", help="The chats, or `last` for the latest.", show_default=False),
    ] = None,
    collection: OfCollection = None,
    everything: Annotated[bool, typer.Option("--all", help="All chats with all collections.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Delete chats: some, all with a collection, or all. Nothing of them is left in the file.

    \b
    Examples:
      refdesk chats delete x7k2d
      refdesk chats delete --collection old-reports --yes
      refdesk chats delete --all
    """
    with errors_in_words(as_json, verbose):
        if (bool(ids), collection is not None, everything).count(True) != 1:
            raise WrongUse("Say which chats to delete: one or more ids, --collection NAME, or --all.")
        kept = _kept()
        meant = tuple({one.id: one for one in (kept.find(_id(id)) for id in ids or ())}.values())
        meant = meant or kept.list(collection)
        agreed = bool(meant) and (yes or confirmed(_question(meant)))
        gone: tuple[Conversation, ...] = ()
        if agreed and ids:
            gone = tuple(kept.delete(chat.id) for chat in meant)
        elif agreed:
            gone = kept.delete_all() if collection is None else kept.delete_of_collection(collection)
        if as_json:
            write_json({"schema": SCHEMA, "deleted": [chat.id for chat in gone]})
        else:
            write(f"Deleted {count_of(len(gone), 'chat')}." if gone else "Nothing was deleted.")


def _kept() -> Conversations:
    from rag.conversations.conversations import Conversations

    return Conversations()


def _id(typed: str) -> str:
    return _kept().latest().id if typed == LAST else typed


def _chat(typed: str) -> KeptConversation:
    return _kept().get(_id(typed))


def _question(meant: tuple[Conversation, ...]) -> str:
    if len(meant) == 1:
        return f"Delete the chat {meant[0].id}, '{one_line(meant[0].title)}'?"
    return f"Delete {len(meant):,} chats?"
