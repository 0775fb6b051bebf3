"""Rich text (RTF): its markup read by hand, since what libraries there are lose text of real files."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field, replace

from ingest.loaders.blocks import blocks_of
from ingest.loaders.content import FileContent
from ingest.loaders.office_package import Properties, damage_told, document_of
from ingest.loaders.protocol import DEFAULT_OPTIONS, LoadOptions
from ingest.loaders.rich_text_codes import CHARACTERS, CODE_PAGES, SKIPPED
from ingest.loaders.sections import sections_of
from ingest.loaders.soup import parse_html
from ingest.media import RTF
from ingest.types import Document

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\",
    re.DOTALL,
)
_DEEPEST = 500
_MOST_FONTS = 5_000


class RichTextLoader:
    """Reads RTF in any of its code pages: headings, paragraphs, tables; title, author and date."""

    @property
    def media_types(self) -> frozenset[str]:
        return frozenset({RTF})

    def load(
        self,
        content: FileContent,
        options: LoadOptions = DEFAULT_OPTIONS,  # noqa: ARG002 - no RTF is encrypted; the seam has it for kinds that are
    ) -> Document:
        with damage_told(content, "Word"):
            reader = _Reader()
            reader.read(content.data)
            pages = sections_of(blocks_of(parse_html(reader.markup())))
            return document_of(
                content, RTF, pages, reader.properties(), "It may hold only pictures: those are not read."
            )


@dataclass(frozen=True, slots=True)
class _State:
    """What holds until the group ends."""

    target: str = "text"
    font: int = 0
    hidden: bool = False
    in_table: bool = False
    level: int = 0
    fallback_length: int = 1
    is_aside: bool = False


@dataclass(slots=True)
class _Reader:
    state: _State = field(default_factory=_State)
    stack: list[_State] = field(default_factory=list)
    code_page: str = "cp1252"
    fonts: dict[int, str] = field(default_factory=dict)
    styles: dict[int, int] = field(default_factory=dict)
    style: int = 0
    info: dict[str, str] = field(default_factory=dict)
    date: dict[str, int] = field(default_factory=dict)
    waiting: bytearray = field(default_factory=bytearray)
    to_skip: int = 0
    high: int = 0
    paragraph: list[str] = field(default_factory=list)
    cell: list[str] = field(default_factory=list)
    row: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    def read(self, data: bytes) -> None:
        position = 0
        while position < len(data):
            match = _TOKEN.match(data, position)
            if match is None:
                break
            position = match.end()
            word, number, hexadecimal, symbol, brace, text = match.groups()
            if hexadecimal:
                self._bytes(bytes([int(hexadecimal, 16)]))
            elif text:
                self._bytes(text)
            elif word:
                value = int(number) if number else None
                if word == b"bin":
                    position += max(value or 0, 0)
                else:
                    self._word(word.decode("ascii"), value)
            elif brace:
                self._brace(brace)
            elif symbol:
                self._symbol(symbol)
        self._end_paragraph()
        self._end_table()

    def markup(self) -> str:
        return "\n".join(self.parts)

    def properties(self) -> Properties:
        written = None
        if {"yr", "mo", "dy"} <= self.date.keys():
            written = f"{self.date['yr']:04}-{self.date['mo']:02}-{self.date['dy']:02}"
        return Properties(self.info.get("title"), self.info.get("author"), written)

    def _bytes(self, data: bytes) -> None:
        if self.to_skip:
            skipped = min(self.to_skip, len(data))
            self.to_skip -= skipped
            data = data[skipped:]
        self.waiting += data

    def _flush(self) -> None:
        """Bytes become text late: in some code pages two of them make a letter."""
        if self.waiting:
            encoding = self.fonts.get(self.state.font, self.code_page)
            data, self.waiting = bytes(self.waiting), bytearray()
            self._text(data.decode(encoding, errors="replace"))

    def _text(self, text: str) -> None:
        self.high = 0
        target = self.state.target
        if target == "text" and not self.state.hidden:
            self.paragraph.append(html.escape(text))
        elif target in ("title", "author"):
            self.info[target] = self.info.get(target, "") + text
        elif target == "stylesheet" and (match := re.search(r"\bheading (\d)", text, re.IGNORECASE)):
            self.styles[self.style] = int(match[1])
        elif target == "stylesheet" and text.strip().rstrip(";").lower() == "title":
            self.styles[self.style] = 1

    def _brace(self, brace: bytes) -> None:
        self._flush()
        self.to_skip = 0
        if brace == b"{":
            if len(self.stack) < _DEEPEST:
                self.stack.append(self.state)
        elif self.stack:
            ended = self.state
            self.state = self.stack.pop()
            if ended.is_aside and not self.state.is_aside:
                self.paragraph.append("]")

    def _symbol(self, symbol: bytes) -> None:
        self._flush()
        if symbol == b"*":
            self.state = replace(
                self.state, target="skipped"
            )  # a destination newer than we know, unless named next
        elif symbol in b"\r\n":
            self._word("par", None)
        elif shown := {b"~": " ", b"_": "-", b"-": "", b"{": "{", b"}": "}", b"\\": "\\"}.get(symbol):
            self._text(shown)

    def _word(self, word: str, value: int | None) -> None:
        if word == "u" and value is not None:
            self._flush()
            self._unicode(value % 65_536)
            self.to_skip = self.state.fallback_length
            return
        self._flush()
        self.to_skip = 0
        state = self.state
        if word in SKIPPED:
            self.state = replace(state, target="skipped")
        elif word in ("title", "author") and state.target == "info":
            self.state = replace(state, target="skipped" if word in self.info else word)
        elif word in ("info", "fonttbl", "stylesheet", "revtim", "creatim"):
            self.state = replace(state, target=word)
        elif word in ("shptxt", "fldrslt", "result") and state.target != "text":
            self.state = replace(state, target="text")
        elif word in ("footnote", "annotation"):
            self.paragraph.append(" [note: " if word == "footnote" else " [comment: ")
            self.state = replace(state, target="text", is_aside=True)
        elif state.target in ("revtim", "creatim") and word in ("yr", "mo", "dy"):
            if state.target == "revtim" or word not in self.date:
                self.date[word] = value or 0
        elif word == "ansicpg":
            self.code_page = _code_page(value)
        elif word in ("mac", "pc", "pca"):
            self.code_page = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}[word]
        elif word == "f":
            self.state = replace(state, font=value or 0)
        elif word == "fcharset" and state.target == "fonttbl" and len(self.fonts) < _MOST_FONTS:
            if (value or 0) in CODE_PAGES:
                self.fonts[state.font] = CODE_PAGES[value or 0]
        elif word == "uc":
            self.state = replace(state, fallback_length=max(0, min(value or 0, 100)))
        elif word in ("s", "pard") and state.target == "stylesheet":
            self.style = value or 0
        elif word in CHARACTERS:
            self._text(CHARACTERS[word])
        elif state.target == "text":
            self._layout(word, value)

    def _unicode(self, unit: int) -> None:
        if 0xD800 <= unit < 0xDC00:
            self.high = unit
        elif 0xDC00 <= unit < 0xE000 and self.high:
            self._text(chr(0x10000 + ((self.high - 0xD800) << 10) + unit - 0xDC00))
        elif not 0xD800 <= unit < 0xE000:
            self._text(chr(unit))

    def _layout(self, word: str, value: int | None) -> None:
        state = self.state
        match word:
            case "par" | "sect" | "page":
                self._end_paragraph()
            case "line":
                self.paragraph.append("<br>")
            case "pard":
                self.state = replace(state, in_table=False, level=0)
            case "intbl":
                self.state = replace(state, in_table=True)
            case "v":
                self.state = replace(state, hidden=value != 0)
            case "plain":
                self.state = replace(state, hidden=False)
            case "s":
                self.state = replace(state, level=self.styles.get(value or 0, 0))
            case "outlinelevel" if value is not None and 0 <= value < 9:
                self.state = replace(state, level=value + 1)
            case "cell" | "nestcell":
                self._end_cell()
            case "row" | "nestrow":
                self._end_row()

    def _end_paragraph(self) -> None:
        text = "".join(self.paragraph).strip()
        self.paragraph.clear()
        if self.state.in_table:
            self.cell.extend([text] if text else [])
            return
        self._end_table()
        level = min(self.state.level, 6)
        if text:
            self.parts.append(f"<h{level}>{text}</h{level}>" if level else f"<p>{text}</p>")

    def _end_cell(self) -> None:
        self.cell.append("".join(self.paragraph).strip())
        self.paragraph.clear()
        self.row.append("<br>".join(self.cell))
        self.cell.clear()

    def _end_row(self) -> None:
        if self.row:
            self.rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in self.row) + "</tr>")
            self.row.clear()

    def _end_table(self) -> None:
        if self.cell:
            self._end_cell()
        self._end_row()
        if self.rows:
            self.parts.append(f"<table>{''.join(self.rows)}</table>")
            self.rows.clear()


def _code_page(number: int | None) -> str:
    import codecs

    name = {65001: "utf-8", 10000: "mac_roman", 0: "cp1252"}.get(number or 0, f"cp{number}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp1252"
