"""The forms that questions take which are not looked up. Each has to fit a whole question."""

from __future__ import annotations

import re

#: What may stand before and after any question without being part of it.
BEFORE = re.compile(
    r"(?:(?:please|so|well|now|ok|okay|hey|hi|hello|refdesk)\b[\s,.!-]*"
    r"|(?:can|could|would|will) you\s+(?:please\s+)?"
    r"(?=(?:summ|sum up|give|list|find|show|tell|extract|name|outline))"
    r"|i(?:'d| would) like (?:you )?to (?=(?:summ|sum up|list))"
    r"|i (?:want|need) (?=(?:an? |the )?(?:\w+ )?(?:summary|overview|list)\b))*",
    re.IGNORECASE,
)
AFTER = re.compile(
    r"(?:[\s,.!?]*(?:\b(?:please|for me|for us|thanks|thank you|refdesk|briefly|in short)"
    r"|\bin (?:\w+|a few|one or two) (?:sentences?|words|paragraphs?|bullet points|bullets|lines)"
    r"|\bin (?:brief|bullet points|plain (?:english|words|language)|simple (?:terms|words))))*[\s,.!?]*$",
    re.IGNORECASE,
)

_FILE = (
    r"[^\s\"'“”<>|?*][^\"“”<>|?*\n]{0,150}?\.(?:"
    + "|".join(
        "pdf docx doc odt rtf epub pptx ppt odp xlsx xls ods csv tsv html htm md markdown rst txt eml xml "
        "json jsonl ipynb png jpg jpeg tif tiff svg zip".split()
    )
    + r")"
)
FILE_ALONE = re.compile(_FILE, re.IGNORECASE)
#: What is asked about; what of this is a document's name is decided afterwards.
_NAMED = r"[\"'“”‘’]?(?P<document>.{1,160}?)[\"'“”‘’]?"
ONE = re.compile(r"(?:this|the|that) (?:document|file|pdf|paper|text)", re.IGNORECASE)
_THINGS_HERE = r"(?:documents|files|papers|texts|sources)"
COLLECTION = re.compile(
    rf"(?:everything|(?:(?:all|each)(?: of)? )?(?:the|this|these|those|your|my|our)? ?(?:whole |entire )?"
    rf"(?:{_THINGS_HERE}|(?<!all )collection)|all of (?:this|it|them)|every (?:document|file)"
    rf"|(?:all )?(?:the )?{_THINGS_HERE} (?:here|in (?:the|this|my) collection))",
    re.IGNORECASE,
)

_GREETING = (
    r"hi|hello|hey|hiya|howdy|greetings|good (?:morning|afternoon|evening|day)"
    r"|hallo|guten (?:tag|morgen|abend)|bonjour|hola|ciao"
)
_THANKS = r"thanks|thank you|thx|many thanks|cheers|danke(?: schön)?|vielen dank|merci|gracias|grazie"
_MOOD = r"ok|okay|great|nice|cool|perfect|good|fine|very good|well done|wow|got it|i see"
SMALL_TALK = re.compile(
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
INVENTORY = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:what|which) (?:{_THINGS_HERE}|{_KINDS}) {_HERE}",
        r"(?:list|show me|show|name|tell me)(?: all)?(?: of)?(?: the| your| my)? (?:documents|files)"
        r"(?: (?:here|you have|there are|in (?:the|this|my|your) collection))?",
        r"(?:give me )?(?:a |the )?list of (?:all )?(?:the |your |my )?(?:documents|files)",
        rf"how many (?:{_COUNTED}|{_KINDS})(?: {_HERE})?",
        rf"how many {_COUNTED}(?: and {_COUNTED})? (?:are|is) (?:there )?in total",
        r"(?:what(?:'s| is)) in (?:here|(?:the|this|my|your) (?:collection|library))",
        r"what do you have(?: here)?|what have you got(?: here)?",
    )
)
PAGES_OF = (
    re.compile(
        rf"how many pages (?:does|do|has|are (?:there )?in|is) {_NAMED}(?: have| got| long)?", re.IGNORECASE
    ),
)
FILE_HERE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"do you have (?:the file )?[\"'“]?(?P<document>{_FILE})[\"'”]?",
        rf"is (?:the file )?[\"'“]?(?P<document>{_FILE})[\"'”]? (?:here|there|in (?:the|this|my) collection)",
        rf"how (?:long|many pages|big) (?:is|has) [\"'“]?(?P<document>{_FILE})[\"'”]?",
    )
)

_SHORT = r"(?:(?:brief|short|quick|concise|rough|general|high-level|complete|full|detailed|one-paragraph) )*"
_DIGEST = r"(?:summary|overview|outline|synopsis|abstract|gist|digest|recap)"
WHOLE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:briefly )?(?:summari[sz]e|sum up|outline|recap|give me the gist of|tl;?dr(?: of)?:?) {_NAMED}",
        rf"(?:(?:give|write|make|show|tell)(?: me| us)? |provide(?: me with)? )?(?:an? |the )?"
        rf"{_SHORT}{_DIGEST} (?:of|for|on|over) {_NAMED}",
        rf"what(?:'s| is| are) {_NAMED} (?:all )?about",
        rf"tell (?:me|us) what {_NAMED} (?:is|are) about",
        rf"what(?: do| does) {_NAMED} (?:say|cover|contain)(?: in general| overall)?",
        rf"what(?:'s| is| are) (?:the )?(?:main|key|most important|central|essential) "
        rf"(?:points?|ideas?|takeaways?|findings|messages?|topics?|themes?|contents?) "
        rf"(?:of|in|from) {_NAMED}",
        rf"(?:what|which) (?:topics|subjects|themes) (?:do|does) {_NAMED} (?:cover|treat|deal with)",
    )
)

_WHERE = (
    r"(?:mentioned |named |listed |found |stated |that (?:appear|occur|stand) )?(?:in|from|across|within) "
)
_THING = r"(?P<thing>[^,.;:?!]{2,60}?)"
_EACH = r"(?:all (?:of )?(?:the )?|every |each (?:of the )?)"
LISTING = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:list|extract|find|name|show|collect|enumerate)(?: me| us)? {_EACH}{_THING} {_WHERE}{_NAMED}",
        rf"(?:give|make|show)(?: me| us)? (?:a |the )?(?:full |complete )?list of (?:all )?(?:the )?{_THING} "
        rf"{_WHERE}{_NAMED}",
        rf"what are all (?:of )?(?:the )?{_THING} {_WHERE}{_NAMED}",
        rf"(?:what|which) {_THING} are (?:mentioned|named|listed) (?:in|across) {_NAMED}",
    )
)
#: Without a place it is short, and nothing in it narrows it down.
LISTING_ANYWHERE = re.compile(
    rf"(?:list|extract|enumerate) {_EACH}(?P<thing>\w[\w'-]*(?: \w[\w'-]*){{0,2}})", re.IGNORECASE
)
NARROWING = re.compile(
    r"\b(?:of|for|that|which|who|whose|with|without|to|by|on|at|in|from|about|under|over|before|after|since|where|"
    r"when|and|or|older|than|between|during|are|is)\b",
    re.IGNORECASE,
)
_MENTION = r"(?:mention|contain|refer to|talk about|name|cite|discuss)"
COUNT = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:in )?how many (?:of (?:the|these|my) )?(?:documents|files) {_MENTION} {_THING}",
        rf"in how many (?:of (?:the|these|my) )?(?:documents|files) (?:is|are) {_THING} mentioned",
        rf"(?:which|what) (?:documents|files) mention {_THING}",
    )
)
JOINED = re.compile(r"\b(?:and|or|when|who|why|how|what|where|which|that|both|not)\b", re.IGNORECASE)
ARTICLE = re.compile(r"^(?:the|a|an|this|that|my|our|your)\s+", re.IGNORECASE)
QUOTES = "\"'“”‘’ "
