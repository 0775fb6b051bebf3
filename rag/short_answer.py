"""The bare phrase, number or yes/no of an answer, where the question asks for one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum, auto

from rag.answer_cleaning import leads_elsewhere
from rag.citations import without_marks
from rag.neutralising.invisible import without_invisible
from rag.neutralising.markup import as_plain_text
from rag.neutralising.passage import acts
from rag.terms import STOP_WORDS, stem
from rag.types import Answer, Sentence, Verdict

#: An answer of at most this many words, in one sentence, is a bare phrase, number or yes/no.
_SHORT_WORDS = 8
_LONGEST_PHRASE_WORDS = 10
_LONGEST_QUOTE_WORDS = 45
_PROSE = re.compile(r"[^|]*[a-z][^|]*[.!?][\"'”’)]*")


class _Kind(Enum):
    """What a question asks for."""

    YES_OR_NO = auto()
    TIME = auto()
    PLACE = auto()
    NUMBER = auto()
    NAME = auto()
    OTHER = auto()


_ASIDE = r"(?:(?:in|on|at|for|of|by|to|from|after|before|during|since|until|according)\b[^,?]*,\s*)?"
_KINDS = (
    (_Kind.YES_OR_NO, r"(?:is|are|was|were|does|do|did|has|have|had|can|could|will|would|may|must|should)\b"),
    (_Kind.TIME, r"(?:since |until |by |from )?when\b|(?:(?:in|on|at|by|for|since|until|from) )?"
     r"(?:what|which) (?:\w+ )?(?:year|date|day|month|time|century|decade|season|hour)s?\b"),
    (_Kind.PLACE, r"(?:from |to )?where\b|(?:in|at|to|from) (?:what|which) (?:\w+ )?"
     r"(?:city|country|place|town|state|county|region|room|street|building|continent|village)\b"),
    (_Kind.NUMBER, r"(?:about |for |by |to |in |at |after |within )?how "
     r"(?:many|much|long|old|far|tall|high|deep|wide|large|big|heavy|fast|often|few)\b|what "
     r"(?:is|was|are|were) the (?:number|amount|price|cost|percentage|age|height|length|population|total)\b"
     r"|what percent"),
    (_Kind.OTHER, r"(?:why|how)\b"),
    (_Kind.NAME, r"(?:(?:by|for|to|with|from|of|in|on|at|under|after) )?(?:who|whom|whose|what|which)\b"),
)  # fmt: skip
_KIND = [(kind, re.compile(_ASIDE + form, re.IGNORECASE)) for kind, form in _KINDS]
_YES_OR_NO = re.compile(r"\W*(yes|no)\b(?!\.\s*\d)", re.IGNORECASE)
_LIST_OR_PROSE = re.compile(r"\b(?:describe|explain|list|summari[sz]e)\b", re.IGNORECASE)

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR = r"(?:1\d|20)\d\d\b"
_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
_TIME = re.compile(
    rf"\b(?:(?:\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH}(?:,?\s{_YEAR})?)"
    rf"|(?:{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s{_YEAR})?)"
    rf"|(?:{_MONTH}\s{_YEAR})|\d{{1,2}}:\d\d(?:\s?[ap]\.?m\b\.?)?|\d{{1,2}}\s?[ap]\.?m\b\.?|noon|midnight"
    rf"|\d{{3,4}}s\b|{_DAY}|(?:the\s)?(?:early\s|late\s|mid-?\s?)?\d{{1,2}}(?:st|nd|rd|th)\scentury|{_YEAR}|{_MONTH}(?=\W|$))",
    re.IGNORECASE,
)
_AT_A_TIME = re.compile(rf"\s(?:in|on|at|since)\s(?:{_TIME.pattern})\W*$", re.IGNORECASE)
_SMALL = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    "seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|"
    "billion|half|dozen"
)
_MEASURES = (
    "percent|per cent|%|euros?|dollars?|pounds?|cents?|years?|months?|weeks?|days?|hours?|minutes?|seconds?|"
    "times?|kilomet(?:re|er)s?|met(?:re|er)s?|centimet(?:re|er)s?|millimet(?:re|er)s?|miles?|feet|foot|inch(?:es)?|"
    "yards?|km²?|cm|mm|m²?|kg|kilograms?|grams?|tons?|tonnes?|lit(?:re|er)s?|degrees?|°C|°F|"
    "square (?:miles|feet|met(?:re|er)s|kilomet(?:re|er)s)|acres?|hectares?|knots|mph|"
    "km/h|volts?|watts?|MW|kW|GB|MB"
)
_AMOUNT = re.compile(
    rf"(?:(?:about|around|nearly|over|almost|approximately|roughly|at least|at most|more than|less than|"
    rf"up to)\s)?"
    rf"(?:(?:[$€£¥]|\b(?:US\$|EUR|USD|GBP)\s?)\s?)?-?(?<![\w.])(?:\d[\d,]*(?:\.\d+)?|\b(?:{_SMALL})\b)"
    rf"(?:[\s-](?:{_SMALL})\b)*(?:\s?(?:million|billion|thousand|trillion)\b)?(?:[\s-]?(?:(?:{_MEASURES})(?!\w)))?",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"(?:the|an?)\s+", re.IGNORECASE)
_PREPOSITIONS = re.compile(
    r"(?:in|on|at|by|from|since|during|until|to|near|around|within|inside|of)\s+", re.IGNORECASE
)
_BY = re.compile(r"by\s+", re.IGNORECASE)
#: Words of a sentence that tell nothing by themselves: they go with the part that repeats the question.
_FILLERS = frozenset(
    "located situated called named known found based held made used took takes take place happened happens "
    "occurred stands stood lies lie amounts amounted costs cost comes came goes name year date there passage "
    "passages document states".split()
)
_TOKEN = re.compile(r"[\w’'.-]*\w|[^\w\s]")


def short_answer(question: str, sentences: Sequence[Sentence]) -> str | None:
    """The phrase that the question asks for; None where it asks for none or the answer is longer.

    A sentence that repeats the question ("The lock closes at 21:30.") gives what it adds ("21:30"), without
    an article in front and, of a time or a place, without its preposition.
    """
    if len(sentences) != 1:
        return None
    sentence = sentences[0]
    if sentence.calculation is not None:
        return sentence.calculation.shown
    kind, text = _kind(question), " ".join(sentence.text.split())
    answered = _YES_OR_NO.match(text)
    if kind is _Kind.YES_OR_NO and not re.search(r"\bor\b", question, re.IGNORECASE):
        return answered.group(1).capitalize() if answered else None
    found = None if kind is _Kind.OTHER or _LIST_OR_PROSE.search(question) else _phrase(kind, question, text)
    if found is not None:
        return found
    return _tidied(text, kind) if len(text.split()) <= _SHORT_WORDS else None


def is_bare(question: str, sentence: Sentence) -> bool:
    """Whether what was written is the phrase alone and no sentence: "21:30", "Yes", "The brothers Lund."."""
    words = [stem(word) for word in re.findall(r"\w+", sentence.text.lower()) if word not in STOP_WORDS]
    asked = {stem(word) for word in re.findall(r"\w+", question.lower())}
    return len(sentence.text.split()) <= _SHORT_WORDS and not any(word in asked for word in words)


def said_by_source(question: str, answer: Answer) -> str | None:
    """The document's own sentence that says a bare phrase, in quotes with its mark; None where there is none.

    Only of an answer that is one supported phrase, and only prose that holds the phrase word for word; of a
    "Yes" or "No", the sentence that the verdict rests on. Brackets that would read as marks are left out.
    """
    if len(answer.sentences) != 1 or answer.finish != "end":
        return None
    sentence = answer.sentences[0]
    ground = sentence.rests_on
    if sentence.verdict is not Verdict.SUPPORTED or ground is None or not is_bare(question, sentence):
        return None
    quote = " ".join(without_marks(as_plain_text(without_invisible(ground.quote))).split())
    if acts(ground.quote) or leads_elsewhere(quote, question):
        return None
    phrase = sentence.text.rstrip(".")
    holds = re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", quote, re.IGNORECASE) or _YES_OR_NO.fullmatch(
        phrase
    )
    if not holds or not _PROSE.fullmatch(quote) or len(quote.split()) > _LONGEST_QUOTE_WORDS:
        return None
    return f"“{quote}” [{ground.passage_number}]" if _is_longer(quote, phrase) else None


def _is_longer(quote: str, phrase: str) -> bool:
    """Whether the quote says more than the phrase itself."""
    return len(quote.split()) > len(phrase.split()) + 1


def _kind(question: str) -> _Kind:
    text = question.strip()
    return next((kind for kind, form in _KIND if form.match(text)), _Kind.OTHER)


def _phrase(kind: _Kind, question: str, text: str) -> str | None:
    """What a sentence adds to the question; None for what is no sentence, or where it is not plain."""
    rest = _new_part(question, text)
    if rest is None:
        return None
    if kind in (_Kind.TIME, _Kind.NUMBER):
        pattern = _TIME if kind is _Kind.TIME else _AMOUNT
        found = {_tidied(match.group(), kind) for match in pattern.finditer(text)}
        new = [one for one in found if one.lower() not in question.lower()]
        if len(new) == 1:
            return new[0]
    if len(rest.split()) > _LONGEST_PHRASE_WORDS or re.search(r"[.!?;]\s", rest):
        return None
    if kind in (_Kind.PLACE, _Kind.NAME):
        rest = _AT_A_TIME.sub("", rest) or rest
    return _tidied(rest, kind) or None


def _new_part(question: str, text: str) -> str | None:
    """The sentence without the beginning and the end that repeat the question.

    None where it repeats nothing, or where nothing is left. What is repeated in the midst of the rest splits
    it: then the part before stands, where the rest adds nothing but a word or two of the question's own.
    """
    asked = {stem(word) for word in re.findall(r"\w+", question.lower())}
    tokens = list(_TOKEN.finditer(text))
    repeats = [_repeats(token.group(), asked) for token in tokens]
    if not any(known and _tells(token.group()) for token, known in zip(tokens, repeats, strict=True)):
        return None
    first, last = 0, len(tokens)
    while first < last and repeats[first]:
        first += 1
    while last > first and repeats[last - 1]:
        last -= 1
    if first == last:
        return None
    if any(
        known and _tells(token.group()) and token.group().lower() not in _FILLERS
        for token, known in zip(tokens[first:last], repeats[first:last], strict=True)
    ):
        return None
    return text[tokens[first].start() : tokens[last - 1].end()]


def _repeats(token: str, asked: set[str]) -> bool:
    lowered = token.lower()
    return not _tells(token) or stem(lowered) in asked or lowered in _FILLERS


def _tells(token: str) -> bool:
    return token[0].isalnum() and token.lower() not in STOP_WORDS


def _tidied(text: str, kind: _Kind) -> str:
    """Without the full stop that ends it, the article, and the preposition of a time or a place."""
    bare = text.strip().strip('"“”').strip(" ,;:")
    # A full stop that ends the sentence goes; that of an abbreviation ("U.S.", "9 p.m.") stays.
    if bare.endswith(".") and "." not in bare.split()[-1][:-1]:
        bare = bare[:-1].rstrip()
    if kind in (_Kind.TIME, _Kind.PLACE):
        bare = _PREPOSITIONS.sub("", bare, count=1) if _PREPOSITIONS.match(bare) else bare
    elif kind is _Kind.NAME and _BY.match(bare):
        bare = _BY.sub("", bare, count=1)
    match = _ARTICLE.match(bare)
    return bare[match.end() :] if match and len(bare.split()) > 1 else bare
