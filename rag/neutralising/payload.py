"""Words that are to be said rather than understood, and words that only report an order."""

from __future__ import annotations

import re

#: Letters that were written one by one hold no spaces between words.
COMPACT_ORDERS = (
    "ignore",
    "disregard",
    "replyonly",
    "replywith",
    "answerwith",
    "answeronly",
    "respondwith",
    "respondonly",
    "instructions",
    "output",
    "sayonly",
    "systemprompt",
    "youarenow",
)

#: A text about such orders, which may quote them.
REPORTED = re.compile(
    r"\b(?:injections?|attack(?:s|ers?|ed)?|adversar(?:y|ial|ies)|malicious|jailbreaks?|vulnerab\w+|"
    r"hidden text|phrases? like|sentences? like|strings? like|angriff\w*|ataques?|attaques?)\b"
)

#: A turn of a prompt with an answer already in it: nothing but a shouted word, or with a passage's mark
#: behind. Case counts.
FORGED_ANSWER = re.compile(
    r"^[\W_]*(?:(?:[Hh]elpful|[Ff]inal|[Ss]hort) )?(?:[Aa]nswer|A|[Rr]esponse|[Rr]eply|Antwort|"
    r"Réponse|Respuesta|ASSISTANT|[Aa]ssistant)\W{0,3}:\W*(?:[A-Z][A-Z-]{5,}\b\W*(?:\[\d+\])?\W*$|.{1,80}\[\d+\]\W*$)"
)

_SHOUTED = re.compile(r"(?<![\w/])[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*[A-Z](?:-[A-Z0-9]+)*(?!\w)")
_FEWEST_SHOUTED, _FEWEST_SHOUTED_ALONE = 5, 7
_NAMED_WORDS = re.compile(
    r"\b(?:the|this|that|a|one|single|following|exact|these|only) (?:\S+ )?(?:words?|phrase|string|text|"
    r"token|sentence|link|url|address|picture|image|emoji|code)\b|\b(?:dem|das) wort\b|\ble mot\b|"
    r"\bla palabra\b|这个词|一词|字样",
    re.IGNORECASE,
)
_QUOTED_WORDS = re.compile(r"\"[^\"\n]{2,60}\"|“[^”\n]{2,60}”|(?<!\w)'[^'\n]{2,60}'(?!\w)|`[^`\n]{2,60}`")
_ADDRESS = re.compile(
    r"\b(?:https?:|ftp:|www\.)\S+|!\[|\]\(|<(?:img|a|script|iframe)\b|[\w.]+@[\w-]+\.\w+", re.IGNORECASE
)


def holds_payload(shown: str) -> bool:
    """Whether the text holds words to be said rather than understood: quoted, named, shouted, an address."""
    if _ADDRESS.search(shown) or _NAMED_WORDS.search(shown) or _QUOTED_WORDS.search(shown):
        return True
    return _shouts(shown)


def says_by_itself(shown: str) -> bool:
    """Whether the text holds a payload that counts without any sign: a shouted word or an address."""
    return _ADDRESS.search(shown) is not None or _shouts(shown, _FEWEST_SHOUTED_ALONE)


def _shouts(shown: str, fewest: int = _FEWEST_SHOUTED) -> bool:
    """Whether single words are in capitals, longer than most abbreviations, and the others are not."""
    words = re.findall(r"[^\W\d_]+", shown)
    shouting = sum(len(word) > 1 and word.isupper() for word in words) > max(1, len(words) // 2)
    return not shouting and any(len(match.group()) >= fewest for match in _SHOUTED.finditer(shown))
