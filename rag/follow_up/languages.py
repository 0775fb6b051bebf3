"""The small words of a question, by language: what points back, what joins, what asks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

#: A hyphen parts words: "est-elle" is a verb and a pronoun.
_WORD = re.compile(r"\w+(?:[.,’']\w+)*")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question; `start` and `end` are offsets into it."""

    written: str
    start: int
    end: int

    @property
    def form(self) -> str:
        return self.written.lower()

    @property
    def is_capitalised(self) -> bool:
        return self.written[0].isupper()


@dataclass(frozen=True, slots=True)
class Language:
    """The small words of one language. `leads` begin a fragment ("and ...", "what about ...").

    `personal` and `possessive` point back unless what they mean stands before them in the question.
    """

    name: str
    asking: frozenset[str]
    verbs: frozenset[str]
    determiners: frozenset[str]
    prepositions: frozenset[str]
    joints: frozenset[str]
    personal: frozenset[str]
    possessive: frozenset[str]
    pointing: frozenset[str]
    hollow: frozenset[str]
    leads: tuple[str, ...]
    capitals_are_names: bool = True

    @property
    def small(self) -> frozenset[str]:
        """Words that say nothing of what a question is about."""
        return (
            self.asking
            | self.verbs
            | self.determiners
            | self.prepositions
            | self.joints
            | self.personal
            | self.possessive
            | self.pointing
            | self.hollow
        )


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ENGLISH = Language(
    name="English",
    asking=_words("what when where which who whom whose why how what's who's where's when's"),
    verbs=_words(
        "is are was were be been being do does did has have had can could will would shall should may might "
        "must cannot isn't aren't wasn't weren't doesn't don't didn't can't won't "
        "isn’t aren’t wasn’t weren’t doesn’t don’t didn’t can’t won’t"
    ),
    determiners=_words("a an the any some each every all no my our your"),
    prepositions=_words(
        "about after against at before between by down during for from in into of off on out over per since "
        "through to under until up upon via with within without near"
    ),
    joints=_words("and or but if when because after before while that who which where so until than whether"),
    personal=_words("it they them he she him"),
    possessive=_words("its their his her"),
    pointing=_words("this that these those such there then here"),
    hollow=_words(
        "i you we us me not else more much many long often far old big exactly please tell explain say says "
        "anything something details detail ok okay yes no too also as well so just one ones other "
        "others same "
        "go on continue list show give describe elaborate expand add page pages it's that's"
    ),
    leads=(
        "and what about",
        "and how about",
        "what about",
        "how about",
        "and",
        "but",
        "or",
        "also",
        "even",
        "only",
    ),
)

GERMAN = Language(
    name="German",
    asking=_words(
        "was wer wen wem wessen wann wo warum wieso weshalb wie welche welcher welches welchen welchem wozu "
        "woher"
    ),
    verbs=_words(
        "ist sind war waren wird werden wurde wurden hat haben hatte kann können muss müssen darf soll gibt"
    ),
    determiners=_words(
        "der die das den dem des ein eine einen einem einer eines kein keine jeder jede jedes alle"
    ),
    prepositions=_words(
        "in im an am auf aus bei beim bis durch für gegen mit nach ohne seit über um unter von "
        "vom vor zu zum "
        "zur"
    ),
    joints=_words("und oder aber wenn weil dass als während nachdem bevor ob"),
    personal=_words("er sie es ihn ihm ihnen"),
    possessive=_words("sein seine seinen seinem seiner seines ihr ihre ihren ihrem ihrer ihres deren dessen"),
    pointing=_words(
        "dies diese dieser dieses diesen diesem dort dann dafür damit davon darüber daran solche"
    ),
    hollow=_words("ich du wir uns nicht noch mehr viel viele lange oft genau bitte hoch so etwas sonst auch"),
    leads=("und was ist mit", "was ist mit", "und wie ist es mit", "und", "aber", "oder"),
    capitals_are_names=False,
)

FRENCH = Language(
    name="French",
    asking=_words("que qui quoi quand où pourquoi comment combien quel quelle quels quelles"),
    verbs=_words("est sont était étaient sera a ont avait peut doit fut été"),
    determiners=_words("le la les un une des du l d ce cette ces"),
    prepositions=_words("à au aux de en dans pour par sur sous avec sans depuis vers chez entre"),
    joints=_words("et ou mais si quand lorsque parce que"),
    personal=_words("il elle ils elles lui eux"),
    possessive=_words("son sa ses leur leurs"),
    pointing=_words("cela ça celui celle ceux celles là"),
    hollow=_words("je tu nous vous pas plus encore autre d'autre moi dis dire t"),
    leads=("et qu'en est il de", "qu'en est il de", "et", "mais", "ou"),
)

SPANISH = Language(
    name="Spanish",
    asking=_words("qué quién quiénes cuándo dónde por qué cómo cuánto cuánta cuántos cuántas cuál cuáles"),
    verbs=_words("es son era eran fue fueron será ha han hay está están puede debe"),
    determiners=_words("el la los las un una unos unas del al"),
    prepositions=_words("a de en para por con sin sobre desde hasta entre"),
    joints=_words("y e o pero si cuando porque que"),
    personal=_words("él ella ellos ellas"),
    possessive=_words("su sus"),
    pointing=_words("eso esto ese esa esos esas aquello allí entonces"),
    hollow=_words("yo tú nosotros no más otro otra otros dime"),
    leads=("y qué hay de", "qué hay de", "y qué pasa con", "y", "pero", "o"),
)

_LANGUAGES = (ENGLISH, GERMAN, FRENCH, SPANISH)


def words_of(text: str) -> tuple[Word, ...]:
    """The words of a text, in order; a possessive 's stays with its word."""
    return tuple(Word(found.group(), found.start(), found.end()) for found in _WORD.finditer(text))


def language_of(words: Sequence[Word]) -> Language:
    """The language most of whose small words these are; English where none is ahead."""
    forms = [word.form for word in words]
    return max(_LANGUAGES, key=lambda language: sum(form in language.small for form in forms))


def content_of(words: Sequence[Word], language: Language) -> tuple[Word, ...]:
    """The words that say what a question is about."""
    return tuple(word for word in words if word.form not in language.small)
