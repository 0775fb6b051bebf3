"""Which language a text is written in."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_READ_CHARACTERS = 4000
_FEWEST_LETTERS = 20
_FEWEST_WIDE_LETTERS = 4  # of scripts whose letters are syllables or words
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HANGUL = re.compile(r"[\uac00-\ud7af]")
_NO_WORDS = re.compile(r"https?://\S+|\S+@\S+|[\d_\W]+")
#: Below it the model guesses: names, code and tables of numbers score .02 to .2, most sentences over .5.
_LEAST_CONFIDENCE = 0.5
_LEAST_KANA_SHARE = 0.05  # Japanese holds far more kana; Chinese texts quote a few


def tell_language(
    text: str, fewest_letters: int = _FEWEST_LETTERS, least_confidence: float = _LEAST_CONFIDENCE
) -> str | None:
    """The language as ISO 639-1 ("en"), from the text's first few thousand characters.

    None where there are too few words to tell, or where they are of no one language. The first call
    for a text in letters loads the model (about a second and 100 MB); each call takes milliseconds.
    """
    words = _NO_WORDS.sub(" ", text[:_READ_CHARACTERS]).strip()
    letters = len(words) - words.count(" ")
    wide = len(_WIDE.findall(words))
    if letters and wide >= letters / 2:
        return _tell_wide(words, wide)
    if letters < fewest_letters:
        return None
    language, confidence = _identifier().classify(words)
    return language if confidence >= least_confidence and len(language) == 2 else None


def _tell_wide(words: str, wide: int) -> str | None:
    """Chinese, Japanese and Korean, which their script tells."""
    if wide < _FEWEST_WIDE_LETTERS:
        return None
    if len(_HANGUL.findall(words)) > wide / 2:
        return "ko"
    return "ja" if len(_KANA.findall(words)) > wide * _LEAST_KANA_SHARE else "zh"


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
