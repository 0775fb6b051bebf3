"""The language an answer is asked for in, as a line that models follow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from ingest.language import tell_language

#: The language setting that means: as the question is.
OF_THE_QUESTION = "question"

#: Of questions too short for what holds for documents' texts. Three words out of English questions were
#: taken for another language 2 times in 5,909, "Wie hoch ist die Gebühr?" for German at .998.
_FEWEST_LETTERS, _LEAST_CONFIDENCE = 8, 0.7

_WORD = re.compile(r"[^\W\d_]+")
#: Words that English questions are made of and other languages' hardly ever.
_ENGLISH = frozenset(
    "what which who whom whose when where why how does did the this that these those they their there were "
    "should would could between during through".split()
)
_OPENING_ENGLISH = frozenset("what which who whom whose when where why how does did".split())

#: By ISO 639-1: what `tell_language` knows and a model may be asked for.
_NAMES = {
    code: name
    for entry in (
        "af Afrikaans, am Amharic, ar Arabic, az Azerbaijani, be Belarusian, bg Bulgarian, bn Bengali, "
        "bs Bosnian, ca Catalan, cs Czech, cy Welsh, da Danish, de German, el Greek, en English, es Spanish, "
        "et Estonian, eu Basque, fa Persian, fi Finnish, fr French, ga Irish, gl Galician, gu Gujarati, "
        "ha Hausa, he Hebrew, hi Hindi, hr Croatian, hu Hungarian, hy Armenian, id Indonesian, ig Igbo, "
        "is Icelandic, it Italian, ja Japanese, ka Georgian, kk Kazakh, km Khmer, kn Kannada, ko Korean, "
        "ky Kyrgyz, la Latin, lb Luxembourgish, lo Lao, lt Lithuanian, lv Latvian, mk Macedonian, "
        "ml Malayalam, mn Mongolian, mr Marathi, ms Malay, mt Maltese, my Burmese, nb Norwegian, ne Nepali, "
        "nl Dutch, nn Norwegian, no Norwegian, pa Punjabi, pl Polish, ps Pashto, pt Portuguese, ro Romanian, "
        "ru Russian, si Sinhala, sk Slovak, sl Slovenian, so Somali, sq Albanian, sr Serbian, sv Swedish, "
        "sw Swahili, ta Tamil, te Telugu, tg Tajik, th Thai, tk Turkmen, tl Filipino, tr Turkish, "
        "uk Ukrainian, ur Urdu, uz Uzbek, vi Vietnamese, xh Xhosa, yo Yoruba, zh Chinese, zu Zulu"
    ).split(", ")
    for code, name in [entry.split(" ", 1)]
}


def language_codes() -> tuple[str, ...]:
    """Those that an answer may be asked for in, as ISO 639-1."""
    return tuple(_NAMES)


def language_line(wanted: str | None, question: str, earlier: Sequence[str] = ()) -> str | None:
    """What to write below the question so that the answer comes in the wanted language.

    `wanted` is a code, `OF_THE_QUESTION`, or None for nothing. None also where the question is English and
    an English answer is wanted, so that this prompt stays as it is, and where the question is too short to
    tell: then the last of the `earlier` questions that tells does.
    """
    if wanted is None:
        return None
    asked = next(filter(None, map(question_language, (question, *reversed(earlier)))), None)
    if wanted == OF_THE_QUESTION:
        wanted = asked or "en"
        asked = asked or "en"
    if wanted == asked == "en" or wanted not in _NAMES:
        return None
    return f"Answer in {_NAMES[wanted]}."


@lru_cache(maxsize=64)
def question_language(question: str) -> str | None:
    """The question's language as ISO 639-1; None where there is too little to tell.

    Plainly English ones are known by their words; for the others the first call loads a model.
    """
    words = [word.lower() for word in _WORD.findall(question)]
    if words[:1] and (words[0] in _OPENING_ENGLISH or len(_ENGLISH.intersection(words)) > 1):
        return "en"
    return tell_language(question) or tell_language(question, _FEWEST_LETTERS, _LEAST_CONFIDENCE)
