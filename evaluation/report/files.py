"""A page becomes its two files."""

from __future__ import annotations

from pathlib import Path

from evaluation.report.blocks import Page
from evaluation.report.html_page import html_of
from evaluation.report.markdown_page import markdown_of

HTML_NAME = "report.html"
MARKDOWN_NAME = "report.md"


def write_page(page: Page, folder: Path) -> tuple[Path, Path]:
    """Writes both files, over what is there, and returns their paths. Makes the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    html, markdown = folder / HTML_NAME, folder / MARKDOWN_NAME
    html.write_text(html_of(page), encoding="utf-8", newline="\n")
    markdown.write_text(markdown_of(page), encoding="utf-8", newline="\n")
    return html, markdown
