"""Whether a message says a language, in whichever language it says it."""

from __future__ import annotations

import re
import unicodedata

#: What endings add: "ins Englische".
_ENDING = 2
_WORD = re.compile(r"\w+")


def says_language(message: str, language: str) -> bool:
    """Whether the message says this language: by the same name, or by another of the same language's."""
    said, wanted = _folded(message), _WORD.findall(_folded(language))
    words = _WORD.findall(said)
    last = len(words) - len(wanted)
    if not wanted or any(words[place : place + len(wanted)] == wanted for place in range(last + 1)):
        return bool(wanted)
    known = next((names for names in _NAMES if " ".join(wanted) in names), frozenset[str]())
    return any(
        any(word.startswith(name) and len(word) - len(name) <= _ENDING for word in words)
        if name.isascii()
        else name in said  # not all scripts have spaces between words
        for name in known
    )


def _folded(text: str) -> str:
    """In small letters, without accents."""
    parts = unicodedata.normalize("NFD", text.casefold())
    return unicodedata.normalize("NFC", "".join(one for one in parts if not unicodedata.combining(one)))


#: Each language's names in English, German, French, Spanish and Italian, and its own.
_NAMES = tuple(
    frozenset(_folded(line).split())
    for line in """\
english englisch anglais inglés inglese
german deutsch allemand alemán tedesco
french französisch français francés francese
spanish castilian spanisch espagnol español castellano spagnolo
italian italienisch italien italiano
portuguese portugiesisch portugais portugués português portoghese
dutch flemish niederländisch holländisch néerlandais neerlandés holandés olandese nederlands
danish dänisch danois danés danese dansk
swedish schwedisch suédois sueco svedese svenska
norwegian norwegisch norvégien noruego norvegese norsk
finnish finnisch finnois finlandés finlandese suomi
polish polnisch polonais polaco polacco polski
czech tschechisch tchèque checo ceco čeština
hungarian ungarisch hongrois húngaro ungherese magyar
romanian rumänisch roumain rumano rumeno română
greek griechisch grec griego greco ελληνικά
turkish türkisch turc turco türkçe
russian russisch russe ruso russo русский
ukrainian ukrainisch ukrainien ucraniano ucraino українська
arabic arabisch arabe árabe arabo العربية
hebrew hebräisch hébreu hebreo ebraico עברית
hindi हिन्दी
chinese mandarin chinesisch chinois chino cinese 中文
japanese japanisch japonais japonés giapponese 日本語
korean koreanisch coréen coreano 한국어
vietnamese vietnamesisch vietnamien vietnamita
latin latein latino""".splitlines()
)
