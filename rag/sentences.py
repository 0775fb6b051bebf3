"""Where sentences begin and end: in a document's text, and in an answer while it streams.

Documents are full of tables and headings, so "sentence" means the smallest stretch that reads by
itself: a sentence of prose, however its lines are wrapped, or one row of a table, or one heading.
"""

from __future__ import annotations

import re

from ingest.types import PAGE_BREAK

_TERMINAL = re.compile(r"[.!?…。！？]+[\"'”’)\]]*(?=\s|$)|[。！？]")
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Z]|e\.g|i\.e|cf|vs|no|nos|fig|sec|art|dr|mr|mrs|ms|prof|st|jr|sr|inc|corp|ltd|co|al|approx|"
    r"jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec|u\.s|u\.k|p|pp|vol))\.$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d[\d,.]*")
_LIST_ITEM = re.compile(r"\s*(?:[-*•–▪]|\(?[0-9a-zA-Z]{1,3}[.)])\s")
_PAGE_BREAK = re.compile(PAGE_BREAK)
_SHORT_LINE = 45
_UNFILLED = 0.6
_FEW_LINES = 4
#: A bar between cells, and not the marks of a chat with a language model: "<|im_end|>".
_CELL = re.compile(r"(?<!<)\|(?!>)")
_LONGEST_ROW = 300
_MARK = r"\[\d+(?:\s*[,;]\s*\d+)*\]"
_MARKS = re.compile(rf"(?:\s*{_MARK})+")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Spans of the text's sentences, in order, without the white space around them."""
    spans: list[tuple[int, int]] = []
    start = 0
    for cut in _cuts(text):
        _add_trimmed(spans, text, start, cut)
        start = cut
    _add_trimmed(spans, text, start, len(text))
    return spans


def answer_sentence_spans(text: str) -> list[tuple[int, int]]:
    """The same for an answer: `[n]` marks that follow a sentence's full stop belong to it."""
    spans: list[tuple[int, int]] = []
    for start, end in sentence_spans(text):
        marks = _MARKS.match(text, start)
        if marks and spans and "\n" not in text[spans[-1][1] : start]:
            spans[-1] = (spans[-1][0], marks.end())
            start = marks.end()
        _add_trimmed(spans, text, start, end)
    return spans


def _add_trimmed(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        spans.append((start, end))


def _cuts(text: str) -> list[int]:
    cuts = [
        match.end()
        for match in _TERMINAL.finditer(text)
        if not _is_abbreviation(text, match) and not _is_within_row(text, match.end())
    ]
    cuts += [match.end() for match in _PAGE_BREAK.finditer(text)]
    short = _short_line(text)
    position = 0
    while (line_end := text.find("\n", position)) >= 0:
        next_end = text.find("\n", line_end + 1)
        following = text[line_end + 1 : next_end if next_end >= 0 else len(text)]
        if _ends_by_itself(text[position:line_end], following, short):
            cuts.append(line_end)
        position = line_end + 1
    return sorted(cuts)


def _is_within_row(text: str, position: int) -> bool:
    """Whether a full stop stands in a row of cells ("| Smith Inc. | 12 |") that holds no whole sentences."""
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    line = text[start : end if end >= 0 else len(text)]
    return len(line) <= _LONGEST_ROW and _CELL.search(line) is not None


def _is_abbreviation(text: str, match: re.Match[str]) -> bool:
    if match.group() != ".":
        return False
    if _ABBREVIATION.search(text, max(0, match.start() - 12), match.end()):
        following = text[match.end() :].lstrip()[:1]
        return bool(following) and not following.isspace()
    return text[match.end() :].lstrip(" ")[:1].islower()


def _short_line(text: str) -> float:
    """Characters below which a line was not filled, so that it may be a heading. Columns can be narrow."""
    lengths = sorted(len(line.strip()) for line in text.splitlines() if line.strip())
    if len(lengths) < _FEW_LINES:
        return _SHORT_LINE
    return min(_SHORT_LINE, _UNFILLED * lengths[int(0.8 * (len(lengths) - 1))])


def _ends_by_itself(line: str, following: str, short: float) -> bool:
    """Whether a line break is more than wrapping: around blank lines, rows, list items and headings."""
    stripped, ahead = line.rpartition(PAGE_BREAK)[2].strip(), following.strip()
    if not stripped or not ahead or _LIST_ITEM.match(following):
        return True
    if _CELL.search(stripped) or _CELL.search(ahead):
        return True
    if len(_NUMBER.findall(stripped)) >= 2 and not re.search(r"[a-z]{2,}\W+[a-z]{2,}\W+[a-z]{2,}", stripped):
        return True
    if stripped.endswith((",", "-", "–")):
        return False
    return len(stripped) < short and (ahead[0].isupper() or ahead[0].isdigit())
