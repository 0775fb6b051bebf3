"""A follow-up becomes a question that can be searched for by itself. By rule: a model would take seconds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.citations import without_marks
from rag.follow_up.fragment import is_plain, with_fragment
from rag.follow_up.languages import Word
from rag.follow_up.need import Need, need
from rag.follow_up.phrases import answer_phrase, asks_for_a_person, asks_for_a_thing, names_in, topic_of
from rag.follow_up.values import values_in, with_values
from rag.types import Turn

#: Earlier turns that are looked at: what they meant hangs on those before them.
_MOST_TURNS = 8
_LONGEST_PLACE_WORDS = 6
#: An earlier question that has grown longer than this is taken as it was typed.
_LONGEST_EARLIER = 240

_HEAD = re.compile(
    r"(?:and\s+|but\s+)?(?:when|where|why|how)\s+(?=(?:is|are|was|were|do|does|did|can|will|has|have)\b)",
    re.I,
)
_YES_NO = re.compile(
    r"(?:and\s+|but\s+)?(?=(?:is|are|was|were|do|does|did|can|will|has|have|must|may)\b)", re.I
)
_ADVERBS = ("why not", "why", "how so", "how", "when", "where", "since when", "for how long", "how long")
_WHO_IS_NAMED = re.compile(r"(?i:(?:and\s+)?who\s+(?:is|was))\s+[A-Z]")
_PEOPLE = frozenset("he she him his her they them their sie er ihn il elle lui él ella".split())
_PERSON = frozenset("he she him his her".split())
_POSSESSIVE = frozenset("its their his her".split())
_THINGS = frozenset("it its they them their these those".split())


@dataclass(frozen=True, slots=True)
class Standalone:
    """What is searched for. `why` says, in words, what made a question a follow-up or spared it.

    `whole` says whether it can be asked by itself, too. It cannot where two questions stand side by side, of
    which only the second is asked, or where a noun has taken a place that is only the likeliest.
    """

    text: str
    rewritten: bool
    why: str
    whole: bool = True


@dataclass(frozen=True, slots=True)
class _Before:
    """The question before, as it was searched for, and what its answer names."""

    question: str
    names: str | None
    answer: str


def standalone(question: str, turns: Sequence[Turn]) -> Standalone:
    """The question with what it leaves to `turns`, the earlier ones of its conversation, the latest last.

    A question that names its own subject stays as it is, and so does the first one.
    """
    if not turns:
        return Standalone(question, False, "it is the first question")
    before: _Before | None = None
    for turn in turns[-_MOST_TURNS:]:
        asked = _resolved(turn.question, before).text
        asked = asked if len(asked) <= _LONGEST_EARLIER else turn.question
        before = _Before(asked, None if turn.refused else answer_phrase(turn.answer), turn.answer)
    return _resolved(question, before)


def _resolved(question: str, before: _Before | None) -> Standalone:
    needed = need(question)
    if before is None or needed is None:
        return Standalone(question, False, "it names its own subject")
    text: str | None
    if needed.kind == "fragment":
        replaced = with_fragment(question, needed.words, before.question)
        if not is_plain(question, needed.words):
            return Standalone(replaced, replaced != question, needed.why, whole=False)
        text = replaced
    elif needed.kind == "bare":
        text = _with_question_word(question, before)
    elif needed.kind == "pronoun":
        question_meant, all_meant = _with_meanings(question, needed, before)
        if not all_meant:
            return _side_by_side(question, question_meant, before, needed.why)
        text = question_meant
    else:
        text = None
    if text is None:
        return _side_by_side(question, question, before, needed.why)
    return Standalone(text, text != question, needed.why)


def _with_question_word(question: str, before: _Before) -> str | None:
    """ "Why?" after "When did the mill burn down?" asks "Why did the mill burn down?"; None for others."""
    said = question.strip().rstrip("?!. ").lower()
    said = re.sub(r"^(?:and|but|ok|so)\s+", "", said)
    if said in _ADVERBS:
        for opening in (_HEAD, _YES_NO):
            if opening.match(before.question):
                rest = opening.sub("", before.question, count=1)
                return f"{said.capitalize()} {rest[:1].lower()}{rest[1:]}"
    if said in ("who else", "what else", "where else") and before.question.lower().startswith(said[:-5]):
        return f"{said.capitalize()}{before.question[len(said) - 5 :]}"
    return None


def _with_meanings(question: str, needed: Need, before: _Before) -> tuple[str, bool]:
    """The question with what its pronouns mean in their place, and what else it may be about behind it.

    And whether that is known of all of them.
    """
    topic = topic_of(before.question)
    # "What was it in 2020?" is not about the year before
    subject = with_values(topic.written, values_in(question))[0] if topic else None
    meanings: dict[Word, str] = {}
    for word in needed.words:
        taken = {meaning for other, meaning in meanings.items() if other.form != word.form}
        choices = _meanings_of(word.form, before, subject)
        meaning = next((choice for choice in choices if choice not in taken), None)
        if meaning is not None:
            meanings[word] = meaning
    text = question
    for word in sorted(meanings, key=lambda word: -word.start):
        meaning = meanings[word]
        if word.form in _POSSESSIVE and _owns(question, word):
            meaning += "'" if meaning.endswith("s") else "'s"
        text = text[: word.start] + meaning + text[word.end :]
    if len(meanings) < len(needed.words):
        return text, False
    said = set(meanings.values())
    further = [subject] if subject and subject not in said else []
    further += [name.written for name in names_in(before.question)]
    asked_kinds = {value.kind for value in values_in(question)}
    further += [value.written for value in values_in(before.question) if value.kind not in asked_kinds]
    missing = [phrase for phrase in dict.fromkeys(further) if phrase.lower() not in text.lower()]
    return (f"{text} ({', '.join(missing)})" if missing else text), True


def _meanings_of(form: str, before: _Before, subject: str | None) -> list[str]:
    """What a pronoun may stand for, the likeliest first; nothing where it may be all that was said."""
    if form == "there" and re.match(r"where\b", before.question, re.I):
        place = without_marks(before.answer).strip().rstrip(".")
        return [place[:1].lower() + place[1:]] if 0 < len(place.split()) <= _LONGEST_PLACE_WORDS else []
    if form == "then" and re.match(r"(?:when|in which|in what)\b", before.question, re.I):
        times = values_in(before.answer)
        return [f"in {times[0].written}"] if times else []
    asked_who = asks_for_a_person(before.question)
    choices: list[str | None] = []
    asked_for = [name.written for name in names_in(before.question)]
    if form in _PEOPLE and asked_who and not _WHO_IS_NAMED.match(before.question):
        choices.append(before.names)
    elif form in _PERSON and len(asked_for) == 1:
        choices += asked_for
    if form in _THINGS and not asked_who and asks_for_a_thing(before.question):
        choices.append(before.names)
    if form in _THINGS | _PEOPLE and (form in _THINGS or choices):
        choices += [subject, *asked_for]
    return [choice for choice in choices if choice]


def _owns(question: str, word: Word) -> bool:
    """Whether a noun follows: "her salary", and not "elected her"."""
    return re.match(r"\s+\w", question[word.end :]) is not None


def _side_by_side(question: str, question_meant: str, before: _Before, why: str) -> Standalone:
    """Both questions, and the answer's name where the earlier one asked for a thing."""
    named = before.names if before.names and asks_for_a_thing(before.question) else None
    parts = [before.question, question_meant, f"({named})" if named and named not in question_meant else ""]
    text = " ".join(part for part in parts if part)
    return Standalone(text, text != question, why, whole=False)
