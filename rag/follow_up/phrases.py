"""The phrases that a follow-up may mean: what a question is about, and what its answer names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.citations import without_marks
from rag.follow_up.languages import ENGLISH, Language, Word, language_of, words_of
from rag.follow_up.need import without_lead
from rag.follow_up.values import is_value
from rag.sentences import answer_sentence_spans

_LONGEST_ANSWER_WORDS = 8
_MOST_NAMES = 3
_AUXILIARIES = frozenset("do does did can could will would shall should may might must has have had".split())
_BEINGS = frozenset("is are was were".split())
_PARTICIPLE = re.compile(
    r"\w{2,}ed|called|born|built|sold|made|paid|held|kept|known|given|taken|written|drawn|shown|bought|brought|"
    r"found|lost|set|put|cut|done|gone|due|like|about",
    re.IGNORECASE,
)
_NO_ENTITY = re.compile(r"\W*(?:yes|no|not|ja|nein|oui|non|sí|[$€£<>~+-]?\s*\d)", re.IGNORECASE)
_LEADING = re.compile(
    r"^(?:in|at|on|by|from|to|near|it is|it was|they are|this is|he is|she is)\s+", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A stretch of a question."""

    written: str
    start: int
    end: int


def stretch(text: str, words: Sequence[Word]) -> Phrase:
    """From the first of these words to the end of the last."""
    return Phrase(text[words[0].start : words[-1].end], words[0].start, words[-1].end)


def topic_of(question: str) -> Phrase | None:
    """What a question is about: its verb's subject, else its first noun with an article; None if unclear."""
    words = words_of(question)
    language = language_of(words)
    if language is not ENGLISH:
        content = [word for word in words if word.form not in language.small]
        nouns = [word for word in content if language.capitals_are_names or word.is_capitalised]
        return stretch(question, nouns[-1:]) if nouns else None
    rest = without_lead(words, language)
    if len(rest) > 2 and (rest[0].form, rest[1].form) in (("how", "many"), ("how", "much")):
        counted = _until_small(rest[2:], language)
        if counted and len(counted) < len(rest) - 2 and rest[2 + len(counted)].form in _AUXILIARIES | _BEINGS:
            return stretch(question, counted)
    for at, word in enumerate(rest):
        after = rest[at + 1 :]
        if word.form in _AUXILIARIES and (subject := _subject(after, language)):
            return stretch(question, subject)
        if word.form in _BEINGS and (named := _named(after)):
            return stretch(question, named)
        if word.form in _AUXILIARIES | _BEINGS:
            break
    for at, word in enumerate(rest):
        if word.form in language.determiners and (object_ := _until_small(rest[at:], language)):
            return stretch(question, object_)
    names = names_in(question)
    if names:
        return names[0]
    asked = _until_small(rest[1:], language) if rest[:1] and rest[0].form in ("which", "what") else ()
    return stretch(question, asked) if asked else None


def names_in(text: str) -> tuple[Phrase, ...]:
    """Runs of capitalised words, the text's first word left out unless it is written in capitals."""
    words = words_of(text)
    language = language_of(words)
    if not language.capitals_are_names:
        return ()
    names: list[Phrase] = []
    run: list[Word] = []
    for at, word in enumerate([*words, None]):
        part_of_name = (
            word is not None
            and word.is_capitalised
            and word.form not in language.small
            and not is_value(word.written)
            and (at > 0 or word.written.isupper())
        )
        if part_of_name and word is not None and (not run or word.start - run[-1].end == 1):
            run.append(word)
            continue
        if run:
            names.append(_without_possessive(stretch(text, run)))
        run = [word] if part_of_name and word is not None else []
    return tuple(name for name in names if len(name.written) > 1)


def answer_phrase(answer: str) -> str | None:
    """What an answer names, in a few words; None for a number, a yes or no, and where nothing is named."""
    text = without_marks(answer)
    spans = answer_sentence_spans(text)
    first = text[slice(*spans[0])] if spans else text
    first = without_marks(first).rstrip(".!? ")
    if not first or _NO_ENTITY.match(first):
        return None
    if len(first.split()) <= _LONGEST_ANSWER_WORDS:
        return _inside_a_sentence(_LEADING.sub("", first, count=1))
    names = list(dict.fromkeys(name.written for name in names_in(first)))
    return " ".join(names[:_MOST_NAMES]) or None


def _inside_a_sentence(phrase: str) -> str:
    """With a small letter where the first word is an article."""
    article, space, noun = phrase.partition(" ")
    return f"{article.lower()}{space}{noun}" if article.lower() in ENGLISH.determiners else phrase


def asks_for_a_thing(question: str) -> bool:
    """Whether what answers it is a person, a thing or a place, and not a number, a time or a reason."""
    words = [word.form for word in without_lead(words_of(question), ENGLISH)]
    if not words:
        return False
    if words[0] in ("who", "whom", "which", "wer", "wen", "welche", "welcher", "qui", "quién") or (
        words[0] in ("what", "whose") and len(words) > 1 and words[1] not in _AUXILIARIES | _BEINGS
    ):
        return True
    return words[0] == "what" and bool({"name", "called"} & set(words))


def asks_for_a_person(question: str) -> bool:
    words = [word.form for word in without_lead(words_of(question), ENGLISH)]
    return words[:1] in (["who"], ["whom"], ["wer"], ["wen"], ["qui"], ["quién"])


def noun_phrases(question: str) -> tuple[Phrase, ...]:
    """Its nouns with their articles, in order: a verb behind a subject is told by the auxiliary before it."""
    words = words_of(question)
    language = language_of(words)
    found: list[Phrase] = []
    for at, word in enumerate(words):
        if word.form not in language.determiners:
            continue
        run = _until_small(words[at:], language)
        before = words[at - 1].form if at else ""
        ends_in_participle = bool(run) and _PARTICIPLE.fullmatch(run[-1].written) is not None
        if len(run) > 2 and (before in _AUXILIARIES or (before in _BEINGS and ends_in_participle)):
            run = run[:-1]
        if run:
            found.append(stretch(question, run))
    return tuple(found)


def after_preposition(question: str, preposition: str) -> Phrase | None:
    """The last such preposition that governs no value, with what it governs up to a small word or sign."""
    words = words_of(question)
    language = language_of(words)
    for at in range(len(words) - 2, -1, -1):
        if words[at].form == preposition.lower():
            run = _until_small(words[at + 1 :], language)
            if run and not any(is_value(word.written) for word in run):
                return stretch(question, words[at : at + 1 + len(run)])
    return None


def last_bare_noun(question: str) -> Phrase | None:
    """The words at its end that a preposition governs, where they have no article."""
    words = words_of(question)
    language = language_of(words)
    at = len(words)
    while at > 0 and words[at - 1].form not in language.small:
        at -= 1
    bare = 0 < at < len(words) and words[at - 1].form in language.prepositions
    return stretch(question, words[at:]) if bare and not is_value(words[-1].written) else None


def _subject(words: Sequence[Word], language: Language) -> Sequence[Word]:
    """The words before the verb, which is the last one before a preposition or the end."""
    run = _until_small(words, language, joins=frozenset({"and"}))
    return run[:-1] if len(run) > 1 else ()


def _named(words: Sequence[Word]) -> Sequence[Word]:
    """All that follows "is", up to a participle: "the fee for adults", "the club" (founded)."""
    if (
        not words
        or _PARTICIPLE.fullmatch(words[0].written)
        or words[0].form in ENGLISH.personal | ENGLISH.pointing | ENGLISH.possessive
    ):
        return ()
    for at, word in enumerate(words[1:], start=1):
        begun = words[at - 1].form not in ENGLISH.determiners
        if begun and _PARTICIPLE.fullmatch(word.written):
            return words[:at]
    return words


def _until_small(
    words: Sequence[Word], language: Language, joins: frozenset[str] = frozenset()
) -> Sequence[Word]:
    """The article, if one begins it, and the words up to the next small word or sign."""
    end = 0
    for at, word in enumerate(words):
        apart = at > 0 and word.start - words[at - 1].end > 1
        begins = at == 0 or (at > 0 and words[at - 1].form in joins)
        if apart or (
            word.form in language.small - joins and not (begins and word.form in language.determiners)
        ):
            break
        end = at + 1
    run = words[:end]
    return run if any(word.form not in language.small for word in run) else ()


def _without_possessive(phrase: Phrase) -> Phrase:
    bare = re.sub(r"['’]s?$", "", phrase.written)
    return Phrase(bare, phrase.start, phrase.start + len(bare))
