"""What kind of question it is, told by its form alone: most are looked up, some ask for something else.

A form has to fit the whole question. One that merely begins like a greeting, or has "list" in it, is looked up:
a wrong guess the other way would read a whole collection, or answer with pleasantries.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ingest.media_names import MEDIA_TYPES_OF

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

#: What may stand before and after any question without being part of it.
_BEFORE = re.compile(
    r"(?:(?:please|so|well|now|ok|okay|hey|hi|hello|refdesk)\b[\s,.!-]*"
    r"|(?:can|could|would|will) you\s+(?:please\s+)?(?=(?:summ|sum up|give|list|find|show|tell|extract|name|outline))"
    r"|i(?:'d| would) like (?:you )?to (?=(?:summ|sum up|list))"
    r"|i (?:want|need) (?=(?:an? |the )?(?:\w+ )?(?:summary|overview|list)\b))*",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"(?:[\s,.!?]*(?:\b(?:please|for me|for us|thanks|thank you|refdesk|briefly|in short)"
    r"|\bin (?:\w+|a few|one or two) (?:sentences?|words|paragraphs?|bullet points|bullets|lines)"
    r"|\bin (?:brief|bullet points|plain (?:english|words|language)|simple (?:terms|words))))*[\s,.!?]*$",
    re.IGNORECASE,
)

_FILE = r"[^\s\"'“”<>|?*][^\"“”<>|?*\n]{0,150}?\.(?:" + "|".join(
    "pdf docx doc odt rtf epub pptx ppt odp xlsx xls ods csv tsv html htm md markdown rst txt eml xml json "
    "jsonl ipynb png jpg jpeg tif tiff svg zip".split()
) + r")"
_FILE_ALONE = re.compile(_FILE, re.IGNORECASE)
#: What is asked about; what of this is a document's name is decided afterwards.
_NAMED = r"[\"'“”‘’]?(?P<document>.{1,160}?)[\"'“”‘’]?"
_ONE = re.compile(r"(?:this|the|that) (?:document|file|pdf|paper|text)", re.IGNORECASE)
_THINGS_HERE = r"(?:documents|files|papers|texts|sources)"
_COLLECTION = re.compile(
    rf"(?:everything|(?:(?:all|each)(?: of)? )?(?:the|this|these|those|your|my|our)? ?(?:whole |entire )?"
    rf"(?:{_THINGS_HERE}|(?<!all )collection)|all of (?:this|it|them)|every (?:document|file)"
    rf"|(?:all )?(?:the )?{_THINGS_HERE} (?:here|in (?:the|this|my) collection))",
    re.IGNORECASE,
)

_GREETING = (
    r"hi|hello|hey|hiya|howdy|greetings|good (?:morning|afternoon|evening|day)|hallo|guten (?:tag|morgen|abend)"
    r"|bonjour|hola|ciao"
)
_THANKS = (
    r"thanks|thank you|thx|many thanks|cheers|danke(?: schön)?|vielen dank|merci|gracias|grazie"
)
_MOOD = r"ok|okay|great|nice|cool|perfect|good|fine|very good|well done|wow|got it|i see"
_SMALL_TALK = re.compile(
    rf"(?:(?:{_GREETING})(?:[ ,]+(?:there|all|again|everyone|refdesk))?"
    rf"|(?:(?:{_MOOD})[ ,.!]+)?(?:{_THANKS})(?: (?:a lot|so much|very much|again))?"
    r"(?: for (?:your |the |all )*(?:help|answer))?"
    rf"|{_MOOD}"
    r"|(?:good ?)?bye(?: bye)?|good night|see you(?: later| soon)?|tschüss|au revoir"
    r"|(?:and )?(?:who|what) (?:exactly )?are you(?: exactly| called)?|what(?:'s| is) your name"
    r"|who (?:made|built|wrote|created) you"
    r"|what (?:can|do) you do(?: for (?:me|us)| here)?|how do you work|how does (?:this|it) work"
    r"|what can i ask(?: you| here)?|how (?:can|do) i use (?:you|this)"
    r"|are you (?:there|(?:a |an )?(?:robot|bot|human|person|machine|computer|ai|real))"
    rf"|(?:(?:{_GREETING})[ ,]+)?how are you(?: doing| today)?|how is it going"
    r"|can you help(?: me)?|help(?: me)?|nice to meet you)",
    re.IGNORECASE,
)

_HERE = (
    r"(?:do you have|have you got|are (?:there|here|available)|do you know|are you using"
    r"|have you read|did you read|can you (?:see|search|read|access)"
    r"|(?:are|lie)(?: there)? (?:in|part of) (?:the|this|my|your) (?:collection|library)"
    r"|does (?:the|this) collection (?:have|hold|contain))(?: here| in total| altogether| available)?"
)
_KINDS = (
    r"(?P<thing>pdfs?|word|excel|powerpoint|slides|spreadsheets?|html|mails?|e-?mails?|markdown|text|images?)"
    r"(?:[ -](?:files|documents))?"
)
_COUNTED = r"(?:documents|files|pages)"
_INVENTORY = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:what|which) (?:{_THINGS_HERE}|{_KINDS}) {_HERE}",
        rf"(?:list|show me|show|name|tell me)(?: all)?(?: of)?(?: the| your| my)? (?:documents|files)"
        rf"(?: (?:here|you have|there are|in (?:the|this|my|your) collection))?",
        rf"(?:give me )?(?:a |the )?list of (?:all )?(?:the |your |my )?(?:documents|files)",
        rf"how many (?:{_COUNTED}|{_KINDS})(?: {_HERE})?",
        rf"how many {_COUNTED}(?: and {_COUNTED})? (?:are|is) (?:there )?in total",
        r"(?:what(?:'s| is)) in (?:here|(?:the|this|my|your) (?:collection|library))",
        r"what do you have(?: here)?|what have you got(?: here)?",
    )
)
_PAGES_OF = (
    re.compile(rf"how many pages (?:does|do|has|are (?:there )?in|is) {_NAMED}(?: have| got| long)?", re.IGNORECASE),
)
_FILE_HERE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"do you have (?:the file )?[\"'“]?(?P<document>{_FILE})[\"'”]?",
        rf"is (?:the file )?[\"'“]?(?P<document>{_FILE})[\"'”]? (?:here|there|in (?:the|this|my) collection)",
        rf"how (?:long|many pages|big) (?:is|has) [\"'“]?(?P<document>{_FILE})[\"'”]?",
    )
)

_SHORT = r"(?:(?:brief|short|quick|concise|rough|general|high-level|complete|full|detailed|one-paragraph) )*"
_DIGEST = r"(?:summary|overview|outline|synopsis|abstract|gist|digest|recap)"
_WHOLE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:briefly )?(?:summari[sz]e|sum up|outline|recap|give me the gist of|tl;?dr(?: of)?:?) {_NAMED}",
        rf"(?:(?:give|write|make|show|tell)(?: me| us)? |provide(?: me with)? )?(?:an? |the )?{_SHORT}{_DIGEST} "
        rf"(?:of|for|on|over) {_NAMED}",
        rf"what(?:'s| is| are) {_NAMED} (?:all )?about",
        rf"tell (?:me|us) what {_NAMED} (?:is|are) about",
        rf"what(?: do| does) {_NAMED} (?:say|cover|contain)(?: in general| overall)?",
        rf"what(?:'s| is| are) (?:the )?(?:main|key|most important|central|essential) "
        rf"(?:points?|ideas?|takeaways?|findings|messages?|topics?|themes?|contents?) (?:of|in|from) {_NAMED}",
        rf"(?:what|which) (?:topics|subjects|themes) (?:do|does) {_NAMED} (?:cover|treat|deal with)",
    )
)

_WHERE = r"(?:mentioned |named |listed |found |stated |that (?:appear|occur|stand) )?(?:in|from|across|within) "
_THING = r"(?P<thing>[^,.;:?!]{2,60}?)"
_EACH = r"(?:all (?:of )?(?:the )?|every |each (?:of the )?)"
_LISTING = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:list|extract|find|name|show|collect|enumerate)(?: me)?(?: us)? {_EACH}{_THING} {_WHERE}{_NAMED}",
        rf"(?:give|make|show)(?: me| us)? (?:a |the )?(?:full |complete )?list of (?:all )?(?:the )?{_THING} "
        rf"{_WHERE}{_NAMED}",
        rf"what are all (?:of )?(?:the )?{_THING} {_WHERE}{_NAMED}",
        rf"(?:what|which) {_THING} are (?:mentioned|named|listed) (?:in|across) {_NAMED}",
    )
)
#: Without a place it is short, and nothing in it narrows it down.
_LISTING_ANYWHERE = re.compile(
    rf"(?:list|extract|enumerate) {_EACH}(?P<thing>\w[\w'-]*(?: \w[\w'-]*){{0,2}})", re.IGNORECASE
)
_NARROWING = re.compile(
    r"\b(?:of|for|that|which|who|whose|with|without|to|by|on|at|in|from|about|under|over|before|after|since|where|"
    r"when|and|or|older|than|between|during|are|is)\b",
    re.IGNORECASE,
)
_MENTION = r"(?:mention|contain|refer to|talk about|name|cite|discuss)"
_COUNT = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:in )?how many (?:of (?:the|these|my) )?(?:documents|files) {_MENTION} {_THING}",
        rf"in how many (?:of (?:the|these|my) )?(?:documents|files) (?:is|are) {_THING} mentioned",
        rf"(?:which|what) (?:documents|files) mention {_THING}",
    )
)
_JOINED = re.compile(r"\b(?:and|or|when|who|why|how|what|where|which|that|both|not)\b", re.IGNORECASE)
_ARTICLE = re.compile(r"(?:the|a|an|this|that|my|our|your)\s+", re.IGNORECASE)
_QUOTES = "\"'“”‘’ "


def read_intent(question: str, is_document: Callable[[str], bool] = lambda _: False) -> Intent:
    """What the question asks for. `is_document` says whether a phrase ("lease contract") names a document.

    A file's name with its suffix, and "this document", name one without being asked about.
    """
    words = " ".join(question.split())
    bare = _AFTER.sub("", words).strip()
    if _SMALL_TALK.fullmatch(bare) or _SMALL_TALK.fullmatch(words.rstrip(" .!?,")):
        return Intent("small-talk")
    bare = bare[_match_end(_BEFORE, bare) :]
    return (
        _inventory(bare, is_document)
        or _count(bare)
        or _listing(bare, is_document)
        or _whole(bare, is_document)
        or RETRIEVAL
    )


def _inventory(words: str, is_document: Callable[[str], bool]) -> Intent | None:
    for pattern in _INVENTORY:
        if match := pattern.fullmatch(words):
            kind = match.groupdict().get("thing")
            return Intent("inventory", thing=None if kind is None else _media_name(kind))
    for pattern in _FILE_HERE:
        if match := pattern.fullmatch(words):
            return Intent("inventory", match["document"])
    for pattern in _PAGES_OF:
        if (match := pattern.fullmatch(words)) and (named := _document(match["document"], is_document)):
            return Intent("inventory", named)
    return None


def _whole(words: str, is_document: Callable[[str], bool]) -> Intent | None:
    for pattern in _WHOLE:
        if match := pattern.fullmatch(words):
            if _COLLECTION.fullmatch(match["document"].strip(_QUOTES)):
                return Intent("collection")
            if named := _document(match["document"], is_document):
                return Intent("document", named)
    return None


def _listing(words: str, is_document: Callable[[str], bool]) -> Intent | None:
    for pattern in _LISTING:
        match = pattern.fullmatch(words)
        if match is None or _NARROWING.search(match["thing"]):
            continue
        thing = _ARTICLE.sub("", match["thing"], count=1).strip(_QUOTES)
        if _COLLECTION.fullmatch(match["document"].strip(_QUOTES)):
            return Intent("listing", thing=thing)
        if named := _document(match["document"], is_document):
            return Intent("listing", named, thing)
    match = _LISTING_ANYWHERE.fullmatch(words)
    if match is None or _NARROWING.search(match["thing"]):
        return None
    return Intent("listing", thing=match["thing"])


def _count(words: str) -> Intent | None:
    for pattern in _COUNT:
        if match := pattern.fullmatch(words):
            quoted = match["thing"].strip()
            thing = _ARTICLE.sub("", quoted, count=1).strip(_QUOTES)
            if thing and (quoted[0] in _QUOTES or not _JOINED.search(thing)):
                return Intent("count", thing=thing)
    return None


def _document(phrase: str, is_document: Callable[[str], bool]) -> str | None:
    """The phrase as a document's name, if it is one."""
    phrase = phrase.strip(_QUOTES)
    bare = _ARTICLE.sub("", phrase, count=1).strip(_QUOTES)
    if _FILE_ALONE.fullmatch(bare):
        # "the rules on smoking in report.pdf" ends like a file's name and is none.
        return bare if is_document(bare) or not _NARROWING.search(bare) else None
    if _ONE.fullmatch(phrase):
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
