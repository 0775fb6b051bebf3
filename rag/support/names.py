"""The names in a sentence: words with a capital that it does not owe to their place."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rag.support.words import Word

_LONG_ENOUGH = 4
_NO_NAMES = frozenset({"i"})


def missing_names(sentence: Sequence[Word], source: Sequence[Word]) -> list[str]:
    """The sentence's names that stand nowhere in the source, as they are written.

    "German" stands in "Germany", and "FAA" where the first letters of "Federal Aviation Administration" do.
    A single letter is no name, nor is the sentence's first word, unless it is all capitals.
    """
    forms = {word.form for word in source}
    initials = "".join(word.written[0].lower() for word in source if word.has_content)
    return [
        word.written
        for position, word in enumerate(sentence)
        if _is_name(word, position) and not _stands(word, forms, initials)
    ]


def _is_name(word: Word, position: int) -> bool:
    written = word.written
    if len(written) < 2 or not word.has_content or word.form in _NO_NAMES:
        return False
    return written.isupper() or (position > 0 and written[0].isupper())


def _stands(word: Word, forms: Collection[str], initials: str) -> bool:
    form = word.form
    if form in forms or (word.written.isupper() and form in initials):
        return True
    return len(form) >= _LONG_ENOUGH and any(
        len(other) >= _LONG_ENOUGH and (other.startswith(form) or form.startswith(other)) for other in forms
    )
