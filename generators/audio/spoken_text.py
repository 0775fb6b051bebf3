"""What of a text is said aloud, and in which pieces.

Marks of citations, markup and addresses are for the eye. What brackets are left go too: to some voices they
would mean phonemes, which a document has no business to give.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from generators.audio.written_out import written_out

#: A voice is given no more at once: what it needs grows with the sentence.
LONGEST_SENTENCE = 300  # characters
#: A stretch without a space that is longer is no word: it is cut.
_LONGEST_WORD = 40

_MARK = re.compile(r"\s?\[\d{1,4}(?: ?[,;–-] ?\d{1,4}){0,20}\](?!\()")
_FENCE = re.compile(r"^ ?(?:```|~~~).*$", re.MULTILINE)
_IMAGE_OR_LINK = re.compile(
    r"!?\[([^\[\]\n]{0,500})\](?:\((?:[^()\n]|\([^()\n]{0,200}\)){0,2000}\)|\[[^\[\]\n]{0,100}\])"
)
_ADDRESS = re.compile(r"<?\b(?:https?|ftp)://(?:www\.)?([^\s/<>\")\]]{1,253})[^\s<>\")\]]*>?")
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,300}>")
_COMMENT = re.compile(r"<!--.{0,2000}?-->", re.DOTALL)
_HEADING = re.compile(r"^ ?#{1,6} (.*)$", re.MULTILINE)
_ITEM = re.compile(r"^ ?[-*+•▪] ", re.MULTILINE)
_QUOTE = re.compile(r"^ ?(?:> ?)+", re.MULTILINE)
_RULE = re.compile(r"^[ |:*_=-]{3,}$", re.MULTILINE)
_EMPHASIS = re.compile(r"(?<!\w)([*_~]{1,3})(?=\S)|(?<=\S)([*_~]{1,3})(?!\w)|`+|\*\*")
_CELL_END = re.compile(r" ?\| ?")
_UNSAID = re.compile(
    r"[\[\]{}<>|\\^\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_BLANKS = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u3000]+")

_PARAGRAPH = re.compile(r"\n\s*\n|\f")
_TERMINAL = re.compile(r"[.!?…]+[\"'”’)]*(?=\s|$)|[。！？]")
_SHORT_FORM = re.compile(
    r"(?:^|[\s(\"“'‘])(?:[A-Z]|(?:[A-Za-z]\.)+[A-Za-z]|Dr|Mr|Mrs|Ms|Prof|St|Capt|Gen|Sgt|Gov|Sen|Jr|Sr|Fig|fig|No|no|Nos|"
    r"Sec|sec|Vol|vol|pp?|vs|cf|approx|incl|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.$"
)
_SHORT_FORM_REACH = 14
_HAS_SAYABLE = re.compile(r"\w")
_CLAUSE_ENDS = (re.compile(r"[;:—][ \n]"), re.compile(r", "), re.compile(r"\s"))


def spoken_text(text: str) -> str:
    """The text without what is only for the eye. Lines and paragraphs stay; linear in the text's length."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _BLANKS.sub(" ", text)
    text = _COMMENT.sub(" ", text)
    text = _FENCE.sub("", text)
    text = _MARK.sub("", text)
    text = _IMAGE_OR_LINK.sub(lambda found: found[1], text)
    text = _ADDRESS.sub(lambda found: found[1], text)
    text = _TAG.sub(" ", text)
    text = _RULE.sub("", text)
    text = _HEADING.sub(lambda found: f"\n{found[1]}\n", text)
    text = _QUOTE.sub("", text)
    text = _ITEM.sub("\n", text)
    text = _EMPHASIS.sub("", text)
    text = "\n".join(_row(line) if "|" in line else line for line in text.split("\n"))
    text = _UNSAID.sub(" ", text)
    return _BLANKS.sub(" ", text).strip()


def spoken_sentences(text: str, *, in_words: bool) -> Iterator[str]:
    """What a voice is given, sentence by sentence, each of LONGEST_SENTENCE at most before it is written out.

    `in_words` is for voices that read letters and no figures: see `generators.audio.written_out`.
    """
    for paragraph in _PARAGRAPH.split(spoken_text(text)):
        for sentence in _sentences(paragraph):
            for piece in _pieces(sentence):
                said = written_out(piece) if in_words else piece
                if _HAS_SAYABLE.search(said):
                    yield said


def _row(line: str) -> str:
    """A row of a table: its cells with commas between, and a stop behind."""
    cells = [cell for cell in _CELL_END.split(line) if cell.strip()]
    said = ", ".join(cells)
    return said if not said or said[-1] in ".!?:" else f"{said}."


def _sentences(paragraph: str) -> Iterator[str]:
    """Sentences of prose, however its lines are wrapped; a line that ends in no mark before a new one that
    begins large is a heading or an item, and stands for itself."""
    start = 0
    for found in re.finditer(rf"(?:{_TERMINAL.pattern})|\n", paragraph):
        end = found.end()
        if found[0] == "\n":
            line = paragraph[start : found.start()].strip()
            following = paragraph[end : end + 1]
            if (
                not line
                or len(line) > 60
                or line[-1] in ",-–"
                or not (following.isupper() or following.isdigit())
            ):
                continue
        elif found[0] == "." and _is_short_form(paragraph, end):
            continue
        yield " ".join(paragraph[start:end].split())
        start = end
    yield " ".join(paragraph[start:].split())


def _is_short_form(paragraph: str, end: int) -> bool:
    following = paragraph[end : end + 3].lstrip()[:1]
    if following.islower():
        return True
    return (
        bool(following) and _SHORT_FORM.search(paragraph[max(0, end - _SHORT_FORM_REACH) : end]) is not None
    )


def _pieces(sentence: str) -> Iterator[str]:
    """The sentence; a very long one in parts that end with a clause, else with a word."""
    start = 0
    while len(sentence) - start > LONGEST_SENTENCE:
        cut = _cut(sentence, start)
        yield _unwieldy_words_cut(sentence[start:cut].strip())
        start = cut
    if rest := sentence[start:].strip():
        yield _unwieldy_words_cut(rest)


def _cut(sentence: str, start: int) -> int:
    limit = start + LONGEST_SENTENCE
    for pattern in _CLAUSE_ENDS:
        last = 0
        for found in pattern.finditer(sentence, start + LONGEST_SENTENCE // 3, limit):
            last = found.end()
        if last:
            return last
    return limit


def _unwieldy_words_cut(piece: str) -> str:
    return " ".join(
        word[at : at + _LONGEST_WORD]
        for word in piece.split(" ")
        for at in range(0, len(word) or 1, _LONGEST_WORD)
    )
