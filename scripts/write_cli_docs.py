"""Write docs/cli.md from the commands' own help; with --check, only say whether it is up to date."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "cli.md"
WIDTH = 96

_BEGINNING = """\
# The command line

<!-- Written by `make docs` from the commands' own help. Change the help, not this page. -->
"""


def render() -> str:
    """The page: every command with its help, at a fixed width, whatever terminal this runs in."""
    sections = [f"## {path}\n\n```text\n{text}\n```\n" for path, text in _helps()]
    return "\n".join([_BEGINNING, *sections])


def _helps() -> Iterator[tuple[str, str]]:
    import typer.main

    from apps.cli.main import app

    yield from _help_of(typer.main.get_command(app), "refdesk", None)


def _help_of(command: Any, path: str, parent: Any) -> Iterator[tuple[str, str]]:
    """The command's help and that of the commands below it. Typer names no public type for either."""
    context = command.make_context(
        path.rpartition(" ")[2],
        [],
        parent=parent,
        resilient_parsing=True,
        terminal_width=WIDTH,
        max_content_width=WIDTH,
        help_option_names=["-h", "--help"],
    )
    yield path, "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    for name, below in getattr(command, "commands", {}).items():
        yield from _help_of(below, f"{path} {name}", context)


def main(arguments: list[str]) -> int:
    sys.path.insert(0, str(ROOT))  # this tree's commands, not those of an installed copy
    page = render()
    if arguments != ["--check"]:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page:
        return 0
    sys.stderr.write(f"{PAGE.relative_to(ROOT)} is out of date: run `make docs`.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
