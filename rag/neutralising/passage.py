"""A passage as the model may be shown it. The spans that citations quote stay the document's own words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.neutralising.delimiters import forges_turns, without_delimiters
from rag.neutralising.invisible import hides_text, without_invisible
from rag.neutralising.markup import (
    as_plain_text,
    hidden_parts,
    without_hidden_parts,
    without_unknown_addresses,
)
from rag.neutralising.orders import addressing
from rag.types import Neutralised, Passage

#: Stands in a passage where sentences were left out.
LEFT_OUT = "[a sentence that addresses the reader's software was left out]"
LEFT_OUT_TITLE = "(title left out)"

_NOTES = re.compile(rf"\s*{re.escape(LEFT_OUT)}")
_CELL = re.compile(r"(\s*(?:\||\t)\s*)")
#: Words of a title at which an order is looked for; the prompt shows about as many.
_LONGEST_TITLE = 30
_COMMENT_OPENS, _COMMENT_CLOSES = "<!--", "-->"


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence as it may be shown, and why it differs from the document's."""

    text: str
    whole: bool
    reasons: frozenset[Neutralised]


def neutralised(passage: Passage) -> Passage:
    """The passage with a text, title and headings that act on nothing, and the reasons why they differ.

    Sentences that address the software are left out of the text, with a note, and of the spans: no citation
    rests on one. Where nothing is left, one empty span keeps the passage's place. A text that is not made of
    its spans, such as a note of them, is seen to by itself.
    """
    pieces = _pieces([span.text for span in passage.spans])
    if all(span.text in passage.text for span in passage.spans):
        text, text_reasons = _rejoined(passage, [piece.text for piece in pieces]), frozenset[Neutralised]()
    else:
        (own,) = _pieces([passage.text])
        text, text_reasons = own.text, own.reasons
    title, title_reasons = neutralised_line(passage.title)
    headings = [neutralised_line(heading)[0] for heading in passage.headings]
    kept = tuple(span for span, piece in zip(passage.spans, pieces, strict=True) if piece.whole)
    first = passage.spans[0]
    reasons = title_reasons.union(passage.neutralised, text_reasons, *(piece.reasons for piece in pieces))
    return replace(
        passage,
        title=title,
        headings=tuple(heading for heading in headings if heading != LEFT_OUT_TITLE),
        spans=kept or (replace(first, end=first.start, text=""),),
        text=text,
        neutralised=tuple(reason for reason in Neutralised if reason in reasons),
    )


def neutralised_line(line: str) -> tuple[str, frozenset[Neutralised]]:
    """A title or a heading, on one line, and why it differs from the document's."""
    (piece,) = _pieces([line])
    if LEFT_OUT in piece.text:
        return LEFT_OUT_TITLE, piece.reasons
    words = piece.text.split()
    # A title has no full stop: an order may begin at any word of it.
    if any(addressing([" ".join(words[place:])])[0] for place in range(min(len(words), _LONGEST_TITLE))):
        return LEFT_OUT_TITLE, piece.reasons | {Neutralised.ORDER}
    return without_unknown_addresses(" ".join(words), (), "address left out"), piece.reasons


def without_notes(text: str) -> str:
    """A passage's text without the notes of what was left out, for an engine that would quote them."""
    return _NOTES.sub("", text).strip()


def _pieces(sentences: Sequence[str]) -> list[_Piece]:
    """The sentences, which stand one after the other, as they may be shown."""
    shown = _without_hidden(sentences)
    orders = addressing([sentence if text else "" for sentence, text in zip(sentences, shown, strict=True)])
    return [_piece(*each) for each in zip(sentences, shown, orders, strict=True)]


def _piece(sentence: str, shown: str, is_order: bool) -> _Piece:
    reasons: set[Neutralised] = set()
    if hides_text(sentence) or shown != sentence:
        reasons.add(Neutralised.HIDDEN)
    if is_order:
        cells = _without_cells(shown)
        if cells == LEFT_OUT:
            return _Piece(LEFT_OUT, False, frozenset({*reasons, Neutralised.ORDER}))
        reasons.add(Neutralised.ORDER)
        shown = cells
    if forges_turns(shown):
        reasons.add(Neutralised.DELIMITER)
    plain = as_plain_text(without_invisible(shown))
    if plain != without_invisible(shown):
        reasons.add(Neutralised.MARKUP)
    return _Piece(without_delimiters(plain), bool(shown.strip()), frozenset(reasons))


def _without_cells(row: str) -> str:
    """A table's row without the cells that address the software; the note alone where it is no row."""
    cells = _CELL.split(row)
    texts = cells[::2]
    if len([text for text in texts if text.strip()]) < 2:
        return LEFT_OUT
    orders = [addressing([text])[0] for text in texts]
    if not any(orders) or all(orders):
        return LEFT_OUT
    cells[::2] = [LEFT_OUT if is_order else text for text, is_order in zip(texts, orders, strict=True)]
    return "".join(cells)


def _without_hidden(sentences: Sequence[str]) -> list[str]:
    """The sentences without comments and hidden elements; a comment may go on over several sentences."""
    shown: list[str] = []
    inside = False
    for place, sentence in enumerate(sentences):
        rest = sentence
        if inside:
            if _COMMENT_CLOSES not in rest:
                shown.append("")
                continue
            rest = rest.partition(_COMMENT_CLOSES)[2]
        opened = rest.rpartition(_COMMENT_OPENS)[2] if _COMMENT_OPENS in rest else _COMMENT_CLOSES
        inside = _COMMENT_CLOSES not in opened and any(
            _COMMENT_CLOSES in later for later in sentences[place + 1 :]
        )
        shown.append(without_hidden_parts(rest) if hidden_parts(rest) else rest)
    return shown


def _rejoined(passage: Passage, texts: Sequence[str]) -> str:
    """The passage's text with its spans' texts replaced, what stands between them kept."""
    written, position = "", 0
    for span, text in zip(passage.spans, texts, strict=True):
        start = passage.text.find(span.text, position)
        joint = passage.text[position:start] if start >= 0 else "\n"
        position = start + len(span.text) if start >= 0 else position
        written += joint
        if text != LEFT_OUT or not written.rstrip().endswith(LEFT_OUT):  # one note for several in a row
            written += text
    return written + passage.text[position:] if position else written


def acts(text: str) -> bool:
    """Whether a stretch of a document addresses the software or hides text, though the rest may be shown."""
    return addressing([text])[0] or bool(hidden_parts(text))
