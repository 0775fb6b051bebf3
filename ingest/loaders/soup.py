"""HTML as a tree, with the end tags that people leave out put where browsers put them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

_CLOSE_PARAGRAPH = frozenset(
    {"address", "article", "aside", "blockquote", "center", "details", "dir", "div", "dl", "fieldset"}
    | {"figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup"}
    | {"hr", "main", "menu", "nav", "ol", "p", "pre", "section", "table", "ul", "li", "dt", "dd"}
)
#: A start tag of this name closes these open elements, as far out as the first of the boundaries.
_CLOSES: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (frozenset({"li"}), frozenset({"ul", "ol", "menu", "dir"})),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "option": (frozenset({"option"}), frozenset({"select", "datalist"})),
    "td": (frozenset({"td", "th"}), frozenset({"table", "tr"})),
    "th": (frozenset({"td", "th"}), frozenset({"table", "tr"})),
    "tr": (frozenset({"tr"}), frozenset({"table"})),
    "thead": (frozenset({"thead", "tbody", "tfoot", "caption"}), frozenset({"table"})),
    "tbody": (frozenset({"thead", "tbody", "tfoot", "caption"}), frozenset({"table"})),
    "tfoot": (frozenset({"thead", "tbody", "tfoot", "caption"}), frozenset({"table"})),
    "body": (frozenset({"head"}), frozenset({"html"})),
}
_PARAGRAPH = frozenset({"p"})
_PARAGRAPH_BOUNDARIES = frozenset({"table", "td", "th", "caption", "button", "object"})
_LOOK_OUT = 64  # open elements looked at: what lies further out stays open

_XML_DECLARATION = re.compile(r"\s*<\?xml[^>]*>")


def parse_html(markup: str) -> BeautifulSoup:
    """The tree of a whole page or of a fragment. Whatever the markup, there is a tree."""
    from bs4.exceptions import ParserRejectedMarkup

    markup = _XML_DECLARATION.sub("", markup, count=1)
    try:
        return _build(markup)
    except ParserRejectedMarkup:
        return _build(markup.replace("<!", "&lt;!").replace("<?", "&lt;?"))


def _build(markup: str) -> BeautifulSoup:
    from bs4 import BeautifulSoup, Tag

    class ForgivingSoup(BeautifulSoup):
        def handle_starttag(self, name: str, *args: Any, **kwargs: Any) -> Tag | None:
            self._close_open(name)
            return super().handle_starttag(name, *args, **kwargs)

        def _close_open(self, name: str) -> None:
            if name in _CLOSE_PARAGRAPH:
                self._close_nearest(_PARAGRAPH, _PARAGRAPH_BOUNDARIES)
            if name in _CLOSES:
                self._close_nearest(*_CLOSES[name])

        def _close_nearest(self, closed: frozenset[str], boundaries: frozenset[str]) -> None:
            for tag in reversed(self.tagStack[-_LOOK_OUT:]):
                if tag.name in boundaries:
                    return
                if tag.name in closed:
                    self.handle_endtag(tag.name)
                    return

    # A comment first: markup without any tag would otherwise be suspected of being a file's name.
    return ForgivingSoup(f"<!---->{markup}", "html.parser")
