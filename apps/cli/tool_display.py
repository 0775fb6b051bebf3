"""What came of a tool, on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.cli.boundary import SCHEMA
from apps.cli.screen import write, write_json

if TYPE_CHECKING:
    from rag.tools.types import ToolResult


def show_result(result: ToolResult, as_json: bool) -> None:
    """Its words, or with `as_json` one object."""
    if not as_json:
        write(result.text)
        return
    write_json(
        {
            "schema": SCHEMA,
            "tool": result.tool,
            "text": result.text,
            "files": [str(file) for file in result.files],
            "sources": list(result.sources),
        }
    )
