"""What a question's own words show: whether it stands alone, gives its answer away, names what is not there.

The rules are for English; in other languages they catch little.
"""

from __future__ import annotations

import re
from itertools import takewhile

from rag.sentences import sentence_spans
from rag.terms import content_terms

_POINTING = re.compile(
    r"\b(?:this|these|those|such|above|below|following|aforementioned|mentioned|listed|respectively|blank)\b|_|"
    r"\b(?:the|a) (?:\w+ )?(?:text|document|passage|sentence|page|table|excerpt|paragraph|statement)\b|"
    r"\b(?:the|left out) (?:company|registrant|firm|corporation|group|agency|parties|authors?|speaker)\b|"
    r"\b(?:we|our|ours|my|you|your)\b",
    re.IGNORECASE,
)
_LEANING = re.compile(
    r"\b(?:the (?:company|registrant|group|corporation)|we|our|ours|us(?<!US))\b", re.IGNORECASE
)
_OF_AUTHOR = re.compile(r"\b(?:our|ours|the (?:company|registrant)['’]s)(?!\w)", re.IGNORECASE)
_AUTHOR = re.compile(r"\b(?:the (?:company|registrant)|we|us(?<!US))\b", re.IGNORECASE)
#: Where the words of a document's name no longer say whose it is: a year, a form.
_NO_AUTHOR = re.compile(r"\d{2,}|^\d+[KQ]$|^\(", re.IGNORECASE)
_PRONOUN = re.compile(r"\b(?:it|its|they|their|them|he|him|his|she|her|there)\b", re.IGNORECASE)
_NAME = re.compile(r"(?<=\s)[^\W\d_a-z][\w&.’'-]*")
_NAME_OF_TIME = re.compile(
    r"January|February|March|April|May|June|July|August|September|October|November|December|Q[1-4]|Fiscal|"
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_OPENERS = frozenset({"what", "how", "which", "when", "who", "where", "why"})
_FEWEST_TERMS = 3
#: Words that questions are made of.
_ASKING = frozenset(
    "according amount big change company date day effect example far first happen kind last level long many "
    "month much name number occur often old part percent percentage period person place reason result set "
    "size soon state sum take total type value year".split()
)
#: A long question may have one word that its page does not have.
_LONG = 7
_STEM = 5
_SHORTEST_NAME = 3


def stands_alone(question: str) -> bool:
    """No pointing at a text, no pronoun before anything it could stand for, and something it is about."""
    if _POINTING.search(question) or len(set(content_terms(question))) < _FEWEST_TERMS:
        return False
    pronoun = _PRONOUN.search(question)
    if pronoun is None:
        return True
    before = question[: pronoun.start()]
    return _NAME.search(before) is not None or len(_things(before)) > 1


def _things(text: str) -> set[str]:
    """What a pronoun could stand for, roughly."""
    return {term for term in content_terms(text) if term not in _ASKING and not term[0].isdigit()}


def with_author(text: str, source: str) -> str:
    """The text with "we", "our" and "the Company" as whose document it is, by the document's name.

    "our sales" in BESTBUY_2024Q2_10Q.pdf are "BESTBUY's sales"; a name that begins with a year names nobody.
    """
    author = " ".join(takewhile(lambda word: not _NO_AUTHOR.search(word), source.split()))
    if not author:
        return text
    text = _OF_AUTHOR.sub(f"{author}'s", text)
    return _AUTHOR.sub(author, text)


def is_about_its_author(sentence: str) -> bool:
    """Whether it speaks of "us" or "the Company", whose name a question about it has to give."""
    return _LEANING.search(sentence) is not None


def gives_away(question: str, answer: str) -> bool:
    """Whether the answer, or all that tells it from others, stands in the question."""
    asked, said = set(content_terms(question)), set(content_terms(answer))
    numbers = {stem for stem in said if stem[0].isdigit()}
    return answer.casefold() in question.casefold() or bool(numbers and numbers <= asked) or said <= asked


def unknown_names(question: str, known: str) -> tuple[str, ...]:
    """Names and numbers of the question that `known` (page and document in words) does not have."""
    terms = set(content_terms(known)) | set(re.findall(r"\w+", known.lower()))
    named = [*_NAME.findall(question), *_NUMBER.findall(question)]
    return tuple(
        name
        for name in named
        if name.lower() not in _OPENERS
        and not (set(content_terms(name)) | set(re.findall(r"\w+", name.lower()))) & terms
    )


def strange_words(question: str, known: str) -> tuple[str, ...]:
    """What the question speaks of and `known` does not: a small model's words for it are often wrong ones.

    Words count by their first letters. One is let pass in a long question.
    """
    held = {term[:_STEM] for term in content_terms(known)}
    asked = dict.fromkeys(content_terms(question))
    strange = tuple(term for term in asked if term not in _ASKING and term[:_STEM] not in held)
    return strange if len(strange) > (len(asked) >= _LONG) else ()


def names_source(question: str, source: str) -> bool:
    """Whether the question names its document: "Best Buy" for a file called BESTBUY_2024Q2.pdf."""
    dense = re.sub(r"[\W_]+", "", question.lower())
    return any(
        word[0].isalpha() and len(word) > _SHORTEST_NAME and word in dense
        for word in re.findall(r"\w+", source.lower())
    )


def names_in(question: str) -> tuple[str, ...]:
    """Runs of capitalised words behind the first one ("3M" is one, too), without months, days, quarters."""
    names = re.findall(r"(?<=\s)\d?[A-Z][\w&.’'-]*(?: (?:& )?\d?[A-Z][\w&.’'-]*)*", question)
    return tuple(name.rstrip(".’'") for name in names if not _NAME_OF_TIME.search(name))


def names_of(text: str) -> tuple[str, ...]:
    """Those of each of its sentences."""
    return tuple(
        name for start, end in sentence_spans(text) for name in names_in(" ".join(text[start:end].split()))
    )


def says_of_whom(question: str, source: str) -> bool:
    """Whether it names its document, or anything by name.

    "How much did interest expense increase in 2018?" is clear to the reader of its page alone.
    """
    return names_source(question, source) or bool(names_in(question))
