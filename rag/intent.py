"""What kind of question it is, told by its form alone: most are looked up, some ask for something else.

A form has to fit the whole question (`question_forms`). One that merely begins like a greeting, or has "list"
in it, is looked up: a wrong guess the other way would read a whole collection, or answer with pleasantries.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ingest.media_names import MEDIA_TYPES_OF
from rag.question_forms import (
    AFTER,
    ARTICLE,
    BEFORE,
    COLLECTION,
    COUNT,
    FILE_ALONE,
    FILE_HERE,
    INVENTORY,
    JOINED,
    LISTING,
    LISTING_ANYWHERE,
    NARROWING,
    ONE,
    PAGES_OF,
    QUOTES,
    SMALL_TALK,
    WHOLE,
)

IntentKind = Literal["retrieval", "small-talk", "inventory", "document", "collection", "listing", "count"]


@dataclass(frozen=True, slots=True)
class Intent:
    """What a question asks for.

    - retrieval: something that stands in the documents; everything that is nothing else.
    - small-talk: nothing.
    - inventory: what is here; of the kind `thing` ("pdf"), or `document`'s pages, where it says so.
    - document: what `document` says as a whole.
    - collection: what all documents say together.
    - listing: every `thing`, in `document` or in all.
    - count: which documents mention `thing`.
    """

    kind: IntentKind
    document: str | None = None
    thing: str | None = None


RETRIEVAL = Intent("retrieval")


def read_intent(question: str, is_document: Callable[[str], bool] = lambda _: False) -> Intent:
    """What the question asks for. `is_document` says whether a phrase ("lease contract") names a document.

    A file's name with its suffix, and "this document", name one without being asked about.
    """
    words = " ".join(question.split())
    bare = AFTER.sub("", words).strip()
    if SMALL_TALK.fullmatch(bare) or SMALL_TALK.fullmatch(words.rstrip(" .!?,")):
        return Intent("small-talk")
    bare = bare[_match_end(BEFORE, bare) :]
    return (
        _inventory(bare, is_document)
        or _count(bare)
        or _listing(bare, is_document)
        or _whole(bare, is_document)
        or RETRIEVAL
    )


def _inventory(words: str, is_document: Callable[[str], bool]) -> Intent | None:
    for pattern in INVENTORY:
        if match := pattern.fullmatch(words):
            kind = match.groupdict().get("thing")
            return Intent("inventory", thing=None if kind is None else _media_name(kind))
    for pattern in FILE_HERE:
        if match := pattern.fullmatch(words):
            return Intent("inventory", match["document"])
    for pattern in PAGES_OF:
        if (match := pattern.fullmatch(words)) and (named := _document(match["document"], is_document)):
            return Intent("inventory", named)
    return None


def _whole(words: str, is_document: Callable[[str], bool]) -> Intent | None:
    for pattern in WHOLE:
        if match := pattern.fullmatch(words):
            if COLLECTION.fullmatch(match["document"].strip(QUOTES)):
                return Intent("collection")
            if named := _document(match["document"], is_document):
                return Intent("document", named)
    return None


def _listing(words: str, is_document: Callable[[str], bool]) -> Intent | None:
    for pattern in LISTING:
        match = pattern.fullmatch(words)
        if match is None or NARROWING.search(match["thing"]):
            continue
        thing = ARTICLE.sub("", match["thing"], count=1).strip(QUOTES)
        if COLLECTION.fullmatch(match["document"].strip(QUOTES)):
            return Intent("listing", thing=thing)
        if named := _document(match["document"], is_document):
            return Intent("listing", named, thing)
    match = LISTING_ANYWHERE.fullmatch(words)
    if match is None or NARROWING.search(match["thing"]):
        return None
    return Intent("listing", thing=match["thing"])


def _count(words: str) -> Intent | None:
    for pattern in COUNT:
        if match := pattern.fullmatch(words):
            quoted = match["thing"].strip()
            thing = ARTICLE.sub("", quoted, count=1).strip(QUOTES)
            if thing and (quoted[0] in QUOTES or not JOINED.search(thing)):
                return Intent("count", thing=thing)
    return None


def _document(phrase: str, is_document: Callable[[str], bool]) -> str | None:
    """The phrase as a document's name, if it is one."""
    phrase = phrase.strip(QUOTES)
    bare = ARTICLE.sub("", phrase, count=1).strip(QUOTES)
    if FILE_ALONE.fullmatch(bare):
        # "the rules on smoking in report.pdf" ends like a file's name and is none.
        return bare if is_document(bare) or not NARROWING.search(bare) else None
    if ONE.fullmatch(phrase):
        return phrase
    return bare if bare and is_document(bare) else None


def _media_name(kind: str) -> str:
    """What `ingest.media_names` calls it."""
    plain = kind.lower().replace("-", "")
    for name in (plain, plain.removesuffix("s")):
        if name in MEDIA_TYPES_OF:
            return name
    return plain


def _match_end(pattern: re.Pattern[str], text: str) -> int:
    match = pattern.match(text)
    return match.end() if match else 0
