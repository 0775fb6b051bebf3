"""Links, pictures and elements as plain text: what they say stays, what they would load or open does not."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PICTURE = re.compile(r"!\[([^\]\n]*)\]\(\s*<?([^)\s>]+)>?[^)\n]*\)")
_LINK = re.compile(r"(?<!!)\[([^\]\n]+)\]\(\s*<?([^)\s>]+)>?[^)\n]*\)")
_REFERENCE = re.compile(r"(?m)^[ \t]*\[([^\]\n]+)\]:[ \t]+<?(\S+?)>?[ \t]*$")
_AUTOLINK = re.compile(r"<((?:https?|ftp|mailto):[^<>\s]+)>", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HIDDEN = re.compile(
    r"<(\w+)\b[^<>]*?(?:\bhidden\b|style\s*=\s*[\"'][^\"'<>]*(?:display\s*:\s*none|visibility\s*:\s*hidden|"
    r"font-size\s*:\s*0|opacity\s*:\s*0(?![.\d]))[^\"'<>]*[\"'])[^<>]*>.*?(?:</\1\s*>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
#: An element of HTML or SVG. `List<String>` and `a < b` are none.
_ELEMENT = re.compile(
    r"</?(?:a|abbr|audio|b|i|u|base|body|br|button|canvas|code|details|div|embed|em|font|form|frame|h[1-6]|head|hr|"
    r"html|iframe|image|img|input|li|link|marquee|math|meta|object|ol|option|p|picture|pre|script|select|small|"
    r"source|span|strong|style|sub|sup|svg|table|tbody|td|textarea|th|thead|tr|track|ul|use|video)"
    r"(?:\s[^<>]*)?/?>|<[A-Za-z][\w:-]*\s[^<>]*=[^<>]*>",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"(?:(?:https?|ftp)://|\b(?:data:[\w.+-]+/|file:/|(?:javascript|vbscript|mailto):)|\bwww\.)[^\s<>‹›\"'“”„()\[\]{}|\\^`]+",
    re.IGNORECASE,
)
_ENDINGS = ".,;:!?*_…/"


def addresses(text: str) -> list[str]:
    """The web addresses in a text, as `plain_address` writes them."""
    return [plain_address(match.group()) for match in _ADDRESS.finditer(text)]


def plain_address(address: str) -> str:
    """An address for comparing: lower case, without scheme, `www.` and the punctuation after it."""
    bare = re.sub(r"^(?:https?|ftp)://", "", address.strip().casefold())
    return bare.removeprefix("www.").rstrip(_ENDINGS)


def hidden_parts(text: str) -> list[str]:
    """Comments, and elements whose style hides them: what a reader of the rendered document never sees."""
    if "<" not in text:
        return []
    return [match.group() for pattern in (_COMMENT, _HIDDEN) for match in pattern.finditer(text)]


def without_hidden_parts(text: str) -> str:
    """The text without comments and hidden elements."""
    return _HIDDEN.sub("", _COMMENT.sub("", text)) if "<" in text else text


def as_plain_text(text: str) -> str:
    """Markdown's and HTML's links and pictures written out: `label (address)`. Nothing is dropped."""
    text = _PICTURE.sub(_written_out, text)
    text = _LINK.sub(_written_out, text)
    text = _REFERENCE.sub(r"\1 (\2)", text)
    text = _AUTOLINK.sub(r"\1", text)
    return _ELEMENT.sub(lambda match: f"({match.group()[1:-1].strip()})", text) if "<" in text else text


def without_links(text: str) -> str:
    """An answer's text with links and pictures written out; `[2](address)` stays the mark `[2]`."""
    text = _PICTURE.sub(_written_out, text)
    return _AUTOLINK.sub(r"\1", _LINK.sub(_written_out_beside_mark, text))


def without_elements(text: str) -> str:
    """The text without HTML's tags; what stands between them stays."""
    return _ELEMENT.sub("", _COMMENT.sub("", text)) if "<" in text else text


def without_unknown_addresses(text: str, known: Iterable[str], instead: str) -> str:
    """The text with each address that is not among `known` (from `addresses`) replaced."""
    allowed = frozenset(known)

    def checked(match: re.Match[str]) -> str:
        if plain_address(match.group()) in allowed:
            return match.group()
        address = match.group()
        return instead + address[len(address.rstrip(_ENDINGS.replace("/", ""))) :]

    return _ADDRESS.sub(checked, text)


def _written_out(match: re.Match[str]) -> str:
    label, address = match.group(1).strip(), match.group(2)
    return f"{label} ({address})" if label and label != address else address


def _written_out_beside_mark(match: re.Match[str]) -> str:
    if match.group(1).strip().isdigit():
        return f"[{match.group(1).strip()}]"
    return _written_out(match)
