"""Office formulas as text: the converter to HTML knows none and would drop them."""

from __future__ import annotations

import re

_FORMULA = re.compile(rb"<m:oMath(?:\s[^>]*)?>(.*?)</m:oMath>", re.DOTALL)
_AROUND_FORMULAS = re.compile(rb"<m:oMathParaPr\b.*?</m:oMathParaPr>|</?m:oMathPara(?:\s[^>]*)?>", re.DOTALL)
_PART = re.compile(
    rb"<m:t(?:\s[^>]*)?>(?P<text>[^<]*)</m:t>"
    rb"|<(?P<closing>/?)m:(?P<name>num|den|sup|sub|rad|chr|d)\b(?P<attributes>[^>]*)>"
)
_CHARACTER = re.compile(rb'm:val="([^"]*)"')
_GROUPED = re.compile(rb"\A(?:\w|[^\x00-\x7f]{1,4}|[0-9]+|\([^()]*\))\Z")  # reads as one thing by itself
_BEFORE = {b"den": b"/", b"sup": b"^", b"sub": b"_", b"rad": "√".encode()}


def write_out_formulas(document_xml: bytes) -> bytes:
    """Each formula of a `document.xml` as an ordinary run: `a/(b+c)`, `x^2`, `x_1`, `√2` on one line."""
    if b"<m:oMath" not in document_xml:
        return document_xml
    return _FORMULA.sub(_as_run, _AROUND_FORMULAS.sub(b"", document_xml))


def _as_run(formula: re.Match[bytes]) -> bytes:
    return b'<w:r><w:t xml:space="preserve">' + _on_one_line(formula[1]) + b"</w:t></w:r>"


def _on_one_line(inner_xml: bytes) -> bytes:
    levels: list[list[bytes]] = [[]]
    for part in _PART.finditer(inner_xml):
        name = part["name"]
        if part["text"] is not None:
            levels[-1].append(part["text"])
        elif name == b"chr":
            character = _CHARACTER.search(part["attributes"])
            levels[-1].append(character[1] if character else b"")
        elif part["closing"]:
            if len(levels) > 1:
                content = b"".join(levels.pop())
                levels[-1].append(_finished(name, content))
        elif not part["attributes"].endswith(b"/"):
            levels.append([])
    return b"".join(piece for level in levels for piece in level)


def _finished(name: bytes, content: bytes) -> bytes:
    if name == b"d":
        return b"(" + content + b")"
    if not content:
        return b""
    return _BEFORE.get(name, b"") + (content if _GROUPED.match(content) else b"(" + content + b")")
