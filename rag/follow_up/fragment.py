"""A fragment ("And in 2019?") takes the place of its like in the question before."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.follow_up.languages import Language, Word, content_of, language_of, words_of
from rag.follow_up.need import COMPARING
from rag.follow_up.phrases import (
    Phrase,
    after_preposition,
    last_bare_noun,
    names_in,
    noun_phrases,
    stretch,
)
from rag.follow_up.values import values_in, with_values

#: Words that say when only beside another time: nothing in the question before is like them.
_RELATIVE_TIMES = frozenset(
    "year years month months quarter quarters week weeks day days before after previous next following last "
    "earlier later prior then now today".split()
)
#: Prepositions that one place may have and another not: "on the terrace", "in the garden".
_PLACES = frozenset("in on at near".split())
_FILLERS = frozenset("year fiscal fy q in of for the".split())


def with_fragment(question: str, fragment: Sequence[Word], before: str) -> str:
    """The earlier question with the fragment's values, names or nouns in the place of its own.

    `fragment` are the words of `question` without an "and" in front. What finds no place stands at the end.
    """
    if fragment[0].form in COMPARING:
        return _with_rest(before, [stretch(question, fragment).written])
    values = values_in(question)
    text, left = with_values(before, values)
    language = language_of(words_of(before))
    rest = [
        word
        for word in fragment
        if not any(value.start <= word.start < value.end for value in values)
        and not (values and word.form in _FILLERS)
    ]
    says_when = _says_when(rest, language)
    rest = rest if says_when else _without_ends(rest, language)
    if (rest and content_of(rest, language)) or (says_when and not values):
        written = stretch(question, rest)
        place = None if says_when else _place(rest, text, language)
        text = _put(text, place, written.written, language, rest)
    return _with_rest(text, [question[value.start : value.end] for value in left])


def is_plain(question: str, fragment: Sequence[Word]) -> bool:
    """Whether it is plain what the fragment takes the place of: a value, a name, what a preposition says.

    Which of two nouns another noun stands for is not: "What is the fee for adults? And the rent?"
    """
    language = language_of(words_of(question))
    first = fragment[0]
    if values_in(question) or first.form in language.prepositions | COMPARING:
        return True
    return first.is_capitalised and language.capitals_are_names


def _place(rest: Sequence[Word], before: str, language: Language) -> Phrase | None:
    """What in the earlier question the words stand for; None where nothing is plainly of their kind."""
    preposition = rest[0].form if rest[0].form in language.prepositions else None
    nouns = rest[1:] if preposition else rest
    if not nouns:
        return None
    for like in (preposition, *sorted(_PLACES - {preposition})) if preposition in _PLACES else (preposition,):
        if like is not None and (governed := after_preposition(before, like)):
            return governed
    names = names_in(before)
    if all(word.is_capitalised for word in nouns) and language.capitals_are_names:
        return names[0] if names else None
    if nouns[0].form in language.determiners:
        phrases = () if preposition else noun_phrases(before)
        return phrases[-1] if phrases else None
    return None if preposition else last_bare_noun(before)


def _put(text: str, place: Phrase | None, written: str, language: Language, rest: Sequence[Word]) -> str:
    if place is None:
        return _with_rest(text, [written])
    governed = words_of(place.written)[0].form in language.prepositions
    if rest[0].form in language.prepositions and not governed:
        written = written[len(rest[0].written) :].strip()
    return text[: place.start] + written + text[place.end :]


def _with_rest(text: str, left: Sequence[str]) -> str:
    """The text with these words before its question mark."""
    if not left:
        return text
    ending = re.search(r"\s*[?.!]*\s*$", text)
    end = ending.start() if ending else len(text)
    return f"{text[:end]} {' '.join(left)}{text[end:]}"


def _without_ends(words: Sequence[Word], language: Language) -> list[Word]:
    """Without prepositions that lost what they governed."""
    kept = list(words)
    while kept and kept[-1].form in language.prepositions | language.determiners | language.joints:
        kept.pop()
    return kept


def _says_when(words: Sequence[Word], language: Language) -> bool:
    return all(word.form in _RELATIVE_TIMES | language.small for word in words)
