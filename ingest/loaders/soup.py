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

_COMMENT_OPENS, _COMMENT_ENDS = "<!--", re.compile(r"--!?>")
_COMMENT_OR_SCRIPT = re.compile(r"<!--|<(script|style)\b", re.IGNORECASE)
_SCRIPT_ENDS = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style")}
_XML_DECLARATION = re.compile(r"\s*<\?xml[^>]*>")


def parse_html(markup: str) -> BeautifulSoup:
    """The tree of a whole page or of a fragment. Whatever the markup, there is a tree."""
    from bs4.exceptions import ParserRejectedMarkup

    markup = _close_open_ends(_XML_DECLARATION.sub("", markup, count=1))
    try:
        return _build(markup)
    except ParserRejectedMarkup:
        return _build(markup.replace("<!", "&lt;!").replace("<?", "&lt;?"))


def _close_open_ends(markup: str) -> str:
    """The markup without comments, and without tags that have a beginning and no end.

    For each of those the parser would read on to the end of the file: minutes for a few hundred kilobytes.
    """
    kept: list[str] = []
    start = position = 0
    while (opens := _COMMENT_OR_SCRIPT.search(markup, position)) is not None:
        script = opens[1]
        # A comment's two dashes may be both its first and its last: `<!-->`.
        ends = (
            _SCRIPT_ENDS[script.lower()].search(markup, opens.end())
            if script
            else _COMMENT_ENDS.search(markup, opens.end() - 2)
        )
        if ends is None:
            break
        position = ends.end()
        if not script:
            kept += [markup[start : opens.start()], "<!---->"]
            start = position
    rest = markup[start:position] + markup[position:].replace(_COMMENT_OPENS, "")
    last = rest.rfind(">") + 1
    return "".join([*kept, rest[:last], rest[last:].replace("<", "&lt;")])


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
