"""What a web page says of itself: title, author, language, day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.loaders.metadata import tidy_day, tidy_language

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

# In this order. What was changed last counts before what was published first.
_TITLES = ("og:title", "dcterms.title", "dc.title", "citation_title", "twitter:title")
_AUTHORS = ("author", "dcterms.creator", "dc.creator", "citation_author", "article:author", "byl")
_LANGUAGES = ("content-language", "dcterms.language", "dc.language", "language", "og:locale")
_DAYS = (
    *("article:modified_time", "og:updated_time", "dcterms.modified", "dc.date.modified", "last-modified"),
    *("article:published_time", "datepublished", "date", "dcterms.date", "dc.date", "dcterms.issued"),
    *("dc.date.issued", "dcterms.created", "dc.date.created", "citation_publication_date", "pubdate"),
    *("publish-date", "publication_date", "created"),
)


@dataclass(frozen=True, slots=True)
class PageFacts:
    """None where the page does not say."""

    title: str | None
    author: str | None
    language: str | None
    written: str | None


def facts_of(soup: BeautifulSoup) -> PageFacts:
    """Read them from the page's head."""
    said: dict[str, str] = {}
    for tag in soup.find_all("meta"):
        name = tag.get("name") or tag.get("property") or tag.get("http-equiv") or tag.get("itemprop")
        text = str(tag.get("content") or "").strip()
        if name and text:
            said.setdefault(str(name).strip().lower(), text)
    root = soup.find("html")
    own_language = str(root.get("lang") or root.get("xml:lang") or "") if root is not None else ""
    named = soup.title.get_text() if soup.title is not None else ""
    authors = [said[name] for name in _AUTHORS if name in said and "://" not in said[name]]
    languages = [own_language, *(said[name] for name in _LANGUAGES if name in said)]
    days = [tidy_day(said[name]) for name in _DAYS if name in said]
    return PageFacts(
        title=next((text for text in (named, *(said.get(name) for name in _TITLES)) if text), None),
        author=next(iter(authors), None),
        language=next((code for code in map(tidy_language, languages) if code), None),
        written=next((day for day in days if day), None),
    )
