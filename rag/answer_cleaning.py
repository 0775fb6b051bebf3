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

#: Whether a joiner stays is told by the letters on both of its sides.
_JOINING = re.compile(r"[\u200c\u200d]+\Z")
#: The end of a text that is still being written and may turn out to be markup or an address.
_BEGUN = re.compile(
    r"!?\[[^\]\n]{0,300}\Z"
    r"|!?\[[^\]\n]{0,300}\](?:\([^)\n]{0,600})?\Z"
    r"|!\Z"
    r"|<(?:!-{0,2}|!--(?:(?!-->).){0,2000}|/?(?:[A-Za-z][^<>]{0,600})?)?\Z"
    r"|(?:https?|ftp|file|data|javascript|vbscript|mailto):\S{0,600}\Z|www\.\S{0,600}\Z",
    re.IGNORECASE | re.DOTALL,
)
_WHOLE = re.compile(r"!?\[[^\]\n]*\]\([^)\n]*\)|<!--.*?-->|<[^<>]*>", re.DOTALL)
_SCHEMES = ("https://", "http://", "ftp://", "file:", "data:", "javascript:", "vbscript:", "mailto:", "www.")
_LONGEST_SCHEME = max(map(len, _SCHEMES))
#: One that another begins in: no element, but a reader of HTML may yet find its end.
_BROKEN_ELEMENT = re.compile(r"<(?=/?[A-Za-z][^<>]{0,600}<)")
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


class _VisibleText:
    """Takes a text in stretches and gives what of it is seen: nothing unseen parts what belongs together."""

    def __init__(self) -> None:
        self._held = ""
        self._before = ""

    def add(self, text: str) -> str:
        held = self._held + text
        joining = _JOINING.search(held)
        end = joining.start() if joining else len(held)
        return self._seen(held[:end], held[end:])

    def finish(self) -> str:
        return self._seen(self._held, "")

    def _seen(self, text: str, held: str) -> str:
        self._held = held
        seen = without_invisible(self._before + text)[len(self._before) :]
        if text:
            self._before = without_invisible(text[-1])
        return seen


class AnswerCleaner:
    """Takes an answer in stretches and gives it back cleaned; what may become markup is held back.

    However the text is cut, no markup comes out; and the whole comes out the same, but where something that
    goes stood between two halves of an address. `marker`, which ends the model's reasoning, stays
    also where it looks like an element ("</think>").
    """

    def __init__(self, known: KnownAddresses, marker: str | None = None) -> None:
        self._known = known.asked | known.shown
        self._marker = None if marker is None else re.compile(f"({re.escape(marker)})", re.IGNORECASE)
        self._visible = _VisibleText()
        self._held = ""
        self._before = ""
        self._closes_bracket = False

    def add(self, text: str) -> str:
        """What can be shown now."""
        self._held += self._visible.add(text)
        end = _settled_end(self._held)
        ready, self._held = _without_broken_elements(self._held)[:end], self._held[end:]
        return self._cleaned(ready)

    def finish(self) -> str:
        """What was still held back."""
        ready, self._held = _without_broken_elements(self._held + self._visible.finish()), ""
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
        plain = without_links(without_elements(before + text))
        shown = without_unknown_addresses(plain, self._known, LINK_LEFT_OUT)[len(before) :]
        # All whole links are written out: what is left was cut off, and a face may add what closes it.
        shown = shown.replace("](", "] (")
        if self._closes_bracket and shown.startswith("("):
            shown = f" {shown}"
        self._closes_bracket = shown.endswith("]") if shown else self._closes_bracket
        return shown


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


def _without_broken_elements(text: str) -> str:
    """As many characters: their beginnings are written otherwise."""
    return _BROKEN_ELEMENT.sub("‹", text)


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
