"""A report as one HTML file: no script, nothing loaded, every text escaped."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from evaluation.report.blocks import Page
from evaluation.report.characters import visible

if TYPE_CHECKING:
    from jinja2 import Environment


def html_of(page: Page) -> str:
    """The page whole. The same page gives the same characters."""
    return _environment().get_template("page.html.jinja").render(page=page)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    def shown(value: object) -> object:
        """What every expression passes: a text that is not markup of ours has its controls made visible."""
        return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    return Environment(
        loader=PackageLoader("evaluation.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
