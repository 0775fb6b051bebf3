"""A question that names a document is about it: "the 2018 capital expenditure of 3M", `3M_2018_10K.pdf`."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping

from ingest.indexing import letters_and_digits_apart
from rag.terms import STOP_WORDS

_WORD = re.compile(r"[^\W_]+")
_POSSESSIVE = re.compile(r"['’]s\b")
#: "Best Buy" is written BESTBUY in file names: so many words of a question are also read as one.
_MOST_JOINED = 3
#: So much of a name has to be said for it to be the document that is meant.
_LEAST_CALLED = 0.5


class DocumentNames:
    """What documents are called, ready to be looked for in questions."""

    def __init__(self, names: Mapping[int, str]) -> None:
        """`names` are the words of each document's file names, by its id."""
        self._documents: dict[str, list[int]] = {}
        for document_id, name in names.items():
            for word in sorted(_name_words(name)):  # so that sums round alike in every process
                self._documents.setdefault(word, []).append(document_id)
        self._worth = {
            word: math.log(1.0 + len(names) / len(documents)) for word, documents in self._documents.items()
        }
        self._whole: dict[int, float] = {}
        for word, documents in self._documents.items():
            for document_id in documents:
                self._whole[document_id] = self._whole.get(document_id, 0.0) + self._worth[word]

    def resemblance(self, question: str, among: Collection[int] | None = None) -> dict[int, float]:
        """How much a question names each document, 0..1; those it does not name at all are left out.

        `among` limits it to these documents, as if there were no others.

        With m(d) the worth of the words that the question shares with the name of d, and w(d) the worth of
        the whole name, it is m(d) / max(m) * m(d) / w(d): the document that is named best, the less of it the
        less of its name is there. A word is worth log(1 + documents / documents so called).
        """
        shared: dict[int, float] = {}
        for word in dict.fromkeys(_question_words(question)):
            for document_id in self._documents.get(word, ()):
                if among is None or document_id in among:
                    shared[document_id] = shared.get(document_id, 0.0) + self._worth[word]
        most = max(shared.values(), default=0.0)
        return {id: worth / most * worth / self._whole[id] for id, worth in shared.items()}


def _name_words(name: str) -> set[str]:
    """The words of a name, letters and digits apart, and those that mix both also as they are."""
    lowered = unicodedata.normalize("NFC", name).lower()
    return {*_WORD.findall(letters_and_digits_apart(lowered)), *_WORD.findall(lowered)} - STOP_WORDS


def _question_words(question: str) -> Iterator[str]:
    words = _WORD.findall(_POSSESSIVE.sub("", unicodedata.normalize("NFC", question).lower()))
    for length in range(1, _MOST_JOINED + 1):
        for start in range(len(words) - length + 1):
            yield "".join(words[start : start + length])
    yield from _WORD.findall(letters_and_digits_apart(" ".join(words)))


def is_called(phrase: str, name: str) -> float:
    """How much of a document's name a phrase says, 0..1: 0 where it says anything else, or less than half.

    Only words of letters count for the half: "annual report" calls "annual report 2023" by its name.
    """
    said, whole = _name_words(phrase), _name_words(name)
    if not said or not said <= whole:
        return 0.0
    spelt = [word for word in whole if word.isalpha()] or list(whole)
    share = sum(word in said for word in spelt) / len(spelt)
    return share if share >= _LEAST_CALLED else 0.0
