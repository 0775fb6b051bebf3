"""What an e-book says of itself: its chapters in order, their titles, its author."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote

from ingest.loaders.soup import parse_html

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_FONT_OBFUSCATION = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_PAGE_SUFFIXES = (".xhtml", ".html", ".htm")
_PICTURE = "image/"
_LONGEST_TITLE = 300


class Members(Protocol):
    """What is needed of the archive."""

    names: tuple[str, ...]

    def text(self, name: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Package:
    """The chapters are members' names in reading order; `titles` are the entries of the
    table of contents that lead into each.

    `sealed` are the members that only the seller's programs decrypt.
    """

    chapters: tuple[str, ...]
    titles: Mapping[str, tuple[str, ...]]
    sealed: frozenset[str]
    title: str | None = None
    author: str | None = None
    language: str | None = None
    date: str | None = None


def read_package(members: Members) -> Package:
    """Read the book's own files. Without them its pages are taken in the order of their names."""
    sealed = frozenset(_sealed(members))
    place = _package_place(members)
    if place is None:
        return Package(_all_pages(members), {}, sealed)
    tree = parse_html(members.text(place))
    folder = posixpath.dirname(place)
    items = {
        str(item.get("id")): (_resolve(folder, str(item.get("href") or "")), item)
        for item in _named(tree, "item")
        if item.get("href")
    }
    spine = [items[key] for ref in _named(tree, "itemref") if (key := str(ref.get("idref"))) in items]
    chapters = tuple(
        dict.fromkeys(
            name for name, item in spine if not str(item.get("media-type") or "").startswith(_PICTURE)
        )
    )
    return Package(
        chapters or _all_pages(members),
        _titles(members, items),
        sealed,
        title=_text(tree, "title"),
        author=", ".join(_texts(tree, "creator")) or None,
        language=_text(tree, "language"),
        date=_text(tree, "date"),
    )


def _package_place(members: Members) -> str | None:
    if _CONTAINER in members.names:
        for root in _named(parse_html(members.text(_CONTAINER)), "rootfile"):
            place = str(root.get("full-path") or "").lstrip("/")
            if place in members.names:
                return place
    return next((name for name in members.names if name.lower().endswith(".opf")), None)


def _all_pages(members: Members) -> tuple[str, ...]:
    return tuple(sorted(name for name in members.names if name.lower().endswith(_PAGE_SUFFIXES)))


def _sealed(members: Members) -> Iterator[str]:
    if _ENCRYPTION not in members.names:
        return
    for entry in _named(parse_html(members.text(_ENCRYPTION)), "encrypteddata"):
        method = next(_named(entry, "encryptionmethod"), None)
        reference = next(_named(entry, "cipherreference"), None)
        if reference is not None and (method is None or method.get("algorithm") not in _FONT_OBFUSCATION):
            yield unquote(str(reference.get("uri") or "")).lstrip("/")


def _titles(members: Members, items: Mapping[str, tuple[str, Tag]]) -> dict[str, tuple[str, ...]]:
    """The table of contents, by chapter: EPUB 3's page and EPUB 2's list."""
    titles: dict[str, tuple[str, ...]] = {}
    for name, item in items.values():
        is_contents = "nav" in str(item.get("properties") or "").split()
        is_list = item.get("media-type") == "application/x-dtbncx+xml"
        if not (is_contents or is_list) or name not in members.names:
            continue
        tree = parse_html(members.text(name))
        for target, words in _nav_entries(tree) if is_contents else _list_entries(tree):
            chapter = _resolve(posixpath.dirname(name), target)
            title = " ".join(words.split())[:_LONGEST_TITLE]
            if title and title not in titles.get(chapter, ()):
                titles[chapter] = (*titles.get(chapter, ()), title)
    return titles


def _nav_entries(tree: BeautifulSoup) -> Iterator[tuple[str, str]]:
    navs = list(_named(tree, "nav"))
    for nav in [nav for nav in navs if nav.get("epub:type") == "toc"] or navs[:1]:
        for link in nav.find_all("a"):
            yield str(link.get("href") or ""), link.get_text()


def _list_entries(tree: BeautifulSoup) -> Iterator[tuple[str, str]]:
    for point in _named(tree, "navpoint"):
        label, place = next(_named(point, "navlabel"), None), next(_named(point, "content"), None)
        if label is not None and place is not None:
            yield str(place.get("src") or ""), label.get_text()


def _resolve(folder: str, target: str) -> str:
    """A link's target as a member's name."""
    return posixpath.normpath(posixpath.join(folder, unquote(target.partition("#")[0])))


def _named(tree: Tag, name: str) -> Iterator[Tag]:
    """Elements of that name, with whatever prefix."""
    from bs4 import Tag

    for node in tree.descendants:
        if isinstance(node, Tag) and node.name.rpartition(":")[2] == name:
            yield node


def _texts(tree: BeautifulSoup, name: str) -> list[str]:
    """Of the metadata, that is: below the `dc:` prefix."""
    found = (node for node in _named(tree, name) if ":" in node.name or node.find_parent("metadata"))
    return [words for node in found if (words := " ".join(node.get_text().split()))]


def _text(tree: BeautifulSoup, name: str) -> str | None:
    return next(iter(_texts(tree, name)), None)
