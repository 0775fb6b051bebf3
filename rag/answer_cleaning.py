"""What a model writes is data, too: no link, picture or element of it reaches a face as more than its words.

Markup is taken out while the text streams, so that none was ever shown. An address stays where the passages
or the question hold it; any other could carry what was asked to a stranger, and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generators.text.protocol import Finished, GenerationEvent, TextPiece
from rag.neutralising.invisible import without_invisible
from rag.neutralising.markup import addresses, without_elements, without_links, without_unknown_addresses
from rag.types import Passage

LINK_LEFT_OUT = "(link left out)"

#: The end of a text that is still being written and may turn out to be markup, an address or a joined letter.
_BEGUN = re.compile(
    r"!?\[[^\]\n]{0,300}\Z"
    r"|!?\[[^\]\n]{0,300}\](?:\([^)\n]{0,600})?\Z"
    r"|!\Z"
    r"|<(?:!-{0,2}|!--(?:(?!-->).){0,2000}|/?(?:[A-Za-z][^<>]{0,600})?)?\Z"
    r"|(?:https?|ftp|file|data|javascript|vbscript|mailto):\S{0,600}\Z|www\.\S{0,600}\Z"
    r"|.?[\u200c\u200d]+\Z",
    re.IGNORECASE | re.DOTALL,
)
_WHOLE = re.compile(r"!?\[[^\]\n]*\]\([^)\n]*\)|<!--.*?-->|<[^<>]*>", re.DOTALL)
_SCHEMES = ("https://", "http://", "ftp://", "file:", "data:", "javascript:", "vbscript:", "mailto:", "www.")
_LONGEST_SCHEME = max(map(len, _SCHEMES))
#: One that another begins in: no element, but a reader of HTML may yet find its end.
_BROKEN_ELEMENT = re.compile(r"<(?=[A-Za-z/!][^<>]*(?:<|\Z))")
_UNCLOSED_ELEMENT = re.compile(r"<(?=[A-Za-z/!])[^<>]*\Z")


@dataclass(frozen=True, slots=True)
class KnownAddresses:
    """The addresses that an answer may hold, as `rag.neutralising.markup.addresses` gives them."""

    asked: frozenset[str]
    shown: frozenset[str]

    @classmethod
    def of(cls, question: str, passages: Sequence[Passage]) -> KnownAddresses:
        return cls(
            frozenset(addresses(question)),
            frozenset(address for passage in passages for address in addresses(passage.text)),
        )


class AnswerCleaner:
    """Takes an answer in stretches and gives it back cleaned; what may become markup is held back.

    However the text is cut, the whole comes out the same. `marker`, which ends the model's reasoning, stays
    also where it looks like an element ("</think>").
    """

    def __init__(self, known: KnownAddresses, marker: str | None = None) -> None:
        self._known = known.asked | known.shown
        self._marker = None if marker is None else re.compile(f"({re.escape(marker)})", re.IGNORECASE)
        self._held = ""
        self._before = ""

    def add(self, text: str) -> str:
        """What can be shown now."""
        self._held += text
        end = _settled_end(self._held)
        ready, self._held = self._held[:end], self._held[end:]
        return self._cleaned(ready)

    def finish(self) -> str:
        """What was still held back."""
        ready, self._held = self._held, ""
        return self._cleaned(_UNCLOSED_ELEMENT.sub("", ready))

    def _cleaned(self, text: str) -> str:
        if self._marker is None:
            return self._plain(text)
        parts = self._marker.split(text)
        parts[::2] = map(self._plain, parts[::2])
        return "".join(parts)

    def _plain(self, text: str) -> str:
        if not text:
            return ""
        # Where a word ends is seen only with the letter before.
        before, self._before = self._before, text[-1] if text[-1].isalnum() else ""
        plain = _BROKEN_ELEMENT.sub("‹", without_elements(without_invisible(before + text)))
        plain = without_links(plain)
        return without_unknown_addresses(plain, self._known, LINK_LEFT_OUT)[len(before) :]


def cleaned(
    events: Iterator[GenerationEvent], question: str, passages: Sequence[Passage], marker: str | None = None
) -> Iterator[GenerationEvent]:
    """A generator's stream with its text cleaned; `marker` as in `AnswerCleaner`."""
    cleaner = AnswerCleaner(KnownAddresses.of(question, passages), marker)
    for event in events:
        if isinstance(event, TextPiece):
            text = cleaner.add(event.text)
        else:
            text = cleaner.finish() if isinstance(event, Finished) else ""
        if text:
            yield TextPiece(text)
        if not isinstance(event, TextPiece):
            yield event


def leads_elsewhere(sentence: str, question: str) -> bool:
    """Whether a sentence of an answer holds an address, or held one, that the question does not name."""
    asked = frozenset(addresses(question))
    return LINK_LEFT_OUT in sentence or any(address not in asked for address in addresses(sentence))


def _settled_end(text: str) -> int:
    """Up to where no further text can make markup of what is there."""
    ends = [match.start() for match in (_BEGUN.search(text),) if match]
    tail = text[-_LONGEST_SCHEME:].lower()
    ends += [
        len(text) - length
        for scheme in _SCHEMES
        for length in range(1, len(scheme))
        if tail.endswith(scheme[:length])
    ]
    end = min(ends, default=len(text))
    # An address at the end may stand inside a link that is whole: that is not to be cut.
    return next((match.start() for match in _WHOLE.finditer(text) if match.start() < end < match.end()), end)
