"""What stands around the text of a web page: menus, consent banners, rows of links."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_MENU_ROLES = frozenset({"navigation", "menu", "menubar", "search"})
_FRAME = frozenset({"header", "footer", "aside"})
_CONSENT = re.compile(
    r"(?:^|[\s_-])(?:cookie|gdpr|consent)[\s_-]?(?:bar|banner|box|consent|dialog|law|message|modal|notice"
    r"|overlay|policy|popup|wall)|onetrust|cybotcookie|truste[-_]|usercentrics|didomi",
    re.IGNORECASE,
)
_SKIP_LINK = re.compile(r"(?:^|\s)skip-?(?:link|nav|to)", re.IGNORECASE)
_LONGEST_CONSENT = 3000  # characters; what holds more is a page about cookies
_LINK_SHARE = 0.8  # of the letters of a header or footer


def drop_boilerplate(soup: BeautifulSoup) -> None:
    """Take out what is surely no part of the text. The tree is changed.

    A header or footer goes only where it is little but links: an address or a note in it stays.
    """
    from bs4 import Tag

    doomed = [tag for tag in soup.descendants if isinstance(tag, Tag) and _is_boilerplate(tag)]
    for tag in doomed:
        if not tag.decomposed:
            tag.decompose()


def _is_boilerplate(tag: Tag) -> bool:
    if tag.name in ("html", "head", "body", "main", "article"):
        return False
    if str(tag.get("role") or "").lower() in _MENU_ROLES:
        return True
    if tag.name in _FRAME:
        return _is_mostly_links(tag)
    classes = tag.get("class") or ""
    names = " ".join([classes] if isinstance(classes, str) else classes) + f" {tag.get('id') or ''}"
    if not names.strip():
        return False
    if _CONSENT.search(names):
        return len(tag.get_text()) <= _LONGEST_CONSENT and tag.find(["main", "article", "h1"]) is None
    return tag.name == "a" and _SKIP_LINK.search(names) is not None


def _is_mostly_links(tag: Tag) -> bool:
    links = tag.find_all("a")
    if len(links) < 3:
        return False
    everything = len("".join(tag.get_text().split()))
    return sum(len("".join(link.get_text().split())) for link in links) >= _LINK_SHARE * everything
