"""Whether a question needs those before it, told from the question alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rag.follow_up.languages import ENGLISH, GERMAN, Language, Word, content_of, language_of, words_of
from rag.follow_up.values import is_value

#: `fragment`: a word or two in place of others ("And in 2019?"). `bare`: a question word alone ("Why?").
#: `pronoun`: a word that points back. `open`: "else", "which one", "which is cheaper".
Kind = Literal["fragment", "bare", "pronoun", "open"]

#: A question of more words than this says itself what it is about.
_LONG = 40
#: A question of at most this many words may lack its verb.
_SHORT = 5
#: Thai, Japanese and Chinese put no spaces between words: what looks like one word may be a whole question.
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
#: So many of these characters hold a question; fewer may be a fragment ("2019年呢？").
_WHOLE_UNSPACED = 8

#: "It" that points at nothing.
_EMPTY_IT = re.compile(
    r"\b(?:is|was|be)\s+it\s+(?!(?:going|due|able|supposed|used)\b)\w+\s+(?:\w+\s+)?(?:to|that|for|if)\b"
    r"|\bit\s+(?:is|was|takes?|costs?)\s+(?:\w+\s+){0,3}?(?:to|that)\b"
    r"|\b(?:does|did|will|would)\s+it\s+(?:take|cost)\b.*\bto\b"
    r"|\b(?:gibt|geht|ist)\s+es\b|\bes\s+(?:gibt|geht)\b"
    r"|\bil\s+(?:y\s+a|faut)\b|\bil\s+(?:est\s+)?(?:possible|permis|interdit)\b|\by\s+a[- ]t[- ]il\b",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"\s*(?:and\s+|but\s+)?(?:which|who|what)\s+(?:is|are|was|were|costs?|came|comes)\s+"
    r"(?:more\s+\w+|less\s+\w+|\w+er|better|worse|(?:the\s+)?(?:most\s+\w+|\w+est|first|last|best|worst))\s*\W*",
    re.IGNORECASE,
)
#: What people call the documents themselves: "this report" needs no question before it.
_DOCUMENTS = frozenset(
    "document documents report reports file files paper papers contract agreement policy manual text book "
    "filing collection page dokument dokumente bericht vertrag datei document rapport contrat "
    "documento informe contrato".split()
)
_BEFORE_DEMONSTRATIVES = frozenset("and but if when because what which why how where who".split())
_ONE_AFTER = frozenset("which this that other first second third last the newer older".split())
#: A fragment that begins so stands beside what was asked and takes the place of nothing.
COMPARING = frozenset("compared versus vs verglichen".split())
_RELATIVE = frozenset("that who which whom of in".split())


@dataclass(frozen=True, slots=True)
class Need:
    """Why a question needs those before it. `words` are the words that say so."""

    kind: Kind
    why: str
    words: tuple[Word, ...] = ()


def need(question: str) -> Need | None:
    """What in the question points back to earlier ones; None where it stands by itself."""
    words = words_of(question)
    if not words or len(words) > _LONG or len(_UNSPACED.findall(question)) >= _WHOLE_UNSPACED:
        return None
    language = language_of(words)
    if not content_of(words, language):
        return Need("bare", "it names nothing itself", words)
    rest = without_lead(words, language)
    if is_fragment(words, rest, language):
        return Need("fragment", "it is no whole question", rest)
    if back := pointing_back(question, rest, language):
        named = " and ".join(f'"{word.written}"' for word in back)
        return Need("pronoun", f"{named} {'points' if len(back) == 1 else 'point'} back", back)
    if opened := _left_open(question, rest, language):
        return Need("open", f'"{opened.written}" leaves open what is meant', (opened,))
    return None


def without_lead(words: Sequence[Word], language: Language) -> tuple[Word, ...]:
    """The words without an "and" or "what about" in front."""
    forms = [word.form for word in words]
    for lead in language.leads:
        parts = [word.form for word in words_of(lead)]
        if forms[: len(parts)] == parts and len(words) > len(parts):
            return tuple(words[len(parts) :])
    return tuple(words)


def is_fragment(words: Sequence[Word], rest: Sequence[Word], language: Language) -> bool:
    """Whether it has no verb and no question word, and begins as what replaces a part of a question does."""
    if any(word.form in language.asking | language.verbs | {"it", "them"} for word in rest):
        return False
    if len(rest) < len(words) or rest[0].form in COMPARING:
        return True
    content = content_of(rest, language)
    begins_inside = rest[0].form in language.prepositions and len(content) <= 3
    return begins_inside or len(content) == 1 or all(is_value(word.written) for word in content)


def pointing_back(question: str, words: Sequence[Word], language: Language) -> tuple[Word, ...]:
    """The pronouns whose meaning does not stand before them in the question."""
    if language is GERMAN:  # "Sie" is how people are addressed
        words = [word for word in words if word.written != "Sie"]
    empty = [found.span() for found in _EMPTY_IT.finditer(question)]
    return tuple(
        word
        for at, word in enumerate(words)
        if not any(start <= word.start < end and word.form in ("it", "es", "il") for start, end in empty)
        and _points_back(words, at, language)
    )


def _points_back(words: Sequence[Word], at: int, language: Language) -> bool:
    form = words[at].form
    following = words[at + 1] if at + 1 < len(words) else None
    if form in language.possessive and following is not None and following.form not in language.small:
        if form == "sein" and not following.is_capitalised:
            return False  # the verb
        return not _has_noun(_outside_of(words[:at], language), language)
    if form in language.personal or form == "her":
        return not _has_earlier_clause(words, at, language)
    if form not in language.pointing or (following is not None and following.form in _DOCUMENTS):
        return False
    return _is_pointing(words, at, language) and not _has_earlier_clause(words, at, language)


def _is_pointing(words: Sequence[Word], at: int, language: Language) -> bool:
    """Whether a "that" is no relative, a "there" says that something exists, a "then" follows no "if"."""
    form = words[at].form
    before = words[at - 1].form if at else ""
    after = words[at + 1].form if at + 1 < len(words) else ""
    if language is not ENGLISH:
        return True
    beings = ("is", "are", "was", "were", "be", "been", "isn't", "exist")
    match form:
        case "that" | "those":
            if not after:
                return True
            opened = not before or before in _BEFORE_DEMONSTRATIVES | language.verbs | language.prepositions
            return opened and after not in language.determiners | language.personal | _RELATIVE
        case "there" | "here":
            return before not in beings and after not in beings
        case "then":
            return not after or before in ("since", "by", "until", "before")
        case _:
            return True


def _has_earlier_clause(words: Sequence[Word], at: int, language: Language) -> bool:
    """Whether a clause with a noun ends before this word: a pronoun's noun stands in no clause of its own."""
    for joint in range(at, 0, -1):
        parted = words[joint].start - words[joint - 1].end > 1  # by a comma or the like
        joined = joint < at and words[joint].form in language.joints | language.asking
        if (parted or joined) and content_of(words[:joint], language):
            return True
    return False


def _outside_of(before: Sequence[Word], language: Language) -> Sequence[Word]:
    """What stands before "the members of": the noun that "its" belongs to is not what it means."""
    if not before or before[-1].form not in ("of", "von", "de"):
        return before
    for at in range(len(before) - 1, -1, -1):
        if before[at].form in language.determiners:
            return before[:at]
    return ()


def _has_noun(words: Sequence[Word], language: Language) -> bool:
    """Whether a name stands there, or a word that an article or an auxiliary verb announces."""
    for at, word in enumerate(words):
        if word.form in language.small:
            continue
        named = language.capitals_are_names and word.is_capitalised and at > 0
        if named or (at > 0 and words[at - 1].form in language.determiners | language.verbs):
            return True
    return False


def _left_open(question: str, words: Sequence[Word], language: Language) -> Word | None:
    """The word that leaves open what is meant, if one does."""
    if language is not ENGLISH:
        return None
    if _COMPARED.fullmatch(question):
        return words[-1]
    asks = any(word.form in language.asking for word in words[:3])
    governed = words[0].form in language.prepositions
    whole = any(word.form in language.verbs for word in words)
    if asks and (len(words) - governed == 2 or (governed and not whole and len(words) <= _SHORT)):
        return words[-1]  # "which city", "up to what amount"
    for at, word in enumerate(words):
        before = words[at - 1].form if at else ""
        after = words[at + 1].form if at + 1 < len(words) else ""
        settled = _has_earlier_clause(words, at, language)
        match word.form:
            case "else":
                if not _has_noun(words[at + 1 :], language):
                    return word
            case "one" | "ones":
                if before in _ONE_AFTER and after != "of" and not settled:
                    return word
            case "former" | "latter":
                if not settled:
                    return word
            case "other" | "others":
                if before == "the" and not settled:
                    return word
            case "same":
                if before == "the" and (not after or after in language.prepositions) and not settled:
                    return word
    return None
