"""Office formulas as text on one line: `a/(b+c)`, `x^2`, `∑_(n=1)^∞`. Converters would drop them."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree as ET

from ingest.loaders.office_package import attribute, local_name

_GROUPED = re.compile(r"\A(?:.|[0-9.]+|\([^()]*\)|\[[^\[\]]*\])\Z", re.DOTALL)  # reads as one thing by itself
_DEEPEST = 60  # levels of nesting written out; below, the bare characters


def formula_text(element: ET.Element, depth: int = 0) -> str:
    """An `m:oMath` element, or a part of one, as text."""
    name = local_name(element)
    if name == "t":
        return element.text or ""
    if name.endswith("Pr"):
        return ""
    if depth > _DEEPEST:
        return "".join(each.text or "" for each in element.iter() if local_name(each) == "t")

    parts = [(local_name(child), formula_text(child, depth + 1)) for child in element]

    def part(wanted: str) -> str:
        return "".join(text for kind, text in parts if kind == wanted)

    base = part("e")
    match name:
        case "f":
            bar = " choose " if _setting(element, "type") == "noBar" else "/"
            return f"{_group(part('num'))}{bar}{_group(part('den'))}"
        case "sSup" | "sSub" | "sSubSup":
            return _group(base) + _below_and_above(part)
        case "sPre":
            return _below_and_above(part) + base
        case "nary":
            operator = _setting(element, "chr")
            return ("∫" if operator is None else operator) + _below_and_above(part) + base
        case "rad":
            degree = part("deg")
            return f"√{f'[{degree}]' if degree else ''}{_group(base)}"
        case "d":
            left, right, between = (_setting(element, key) for key in ("begChr", "endChr", "sepChr"))
            inside = ("|" if between is None else between).join(text for kind, text in parts if kind == "e")
            return f"{'(' if left is None else left}{inside}{')' if right is None else right}"
        case "func":
            return part("fName") + (base if base.startswith(("(", "[")) else f" {base}")
        case "limLow":
            return f"{base}_{_group(part('lim'))}"
        case "limUpp":
            return f"{base}^{_group(part('lim'))}"
        case "acc":
            return base + (_setting(element, "chr") or "\u0302")
        case "m":
            return "[" + "; ".join(text for kind, text in parts if kind == "mr") + "]"
        case "mr":
            return ", ".join(text for kind, text in parts if kind == "e")
        case "eqArr":
            return "; ".join(text for kind, text in parts if kind == "e")
    return "".join(text for _, text in parts)


def _below_and_above(part: Callable[[str], str]) -> str:
    below, above = part("sub"), part("sup")
    return (f"_{_group(below)}" if below else "") + (f"^{_group(above)}" if above else "")


def _group(text: str) -> str:
    return text if not text or _GROUPED.match(text) else f"({text})"


def _setting(element: ET.Element, name: str) -> str | None:
    """A setting of the element itself (`m:naryPr/m:chr`); None where it is not set."""
    for properties in element:
        if local_name(properties).endswith("Pr"):
            for each in properties:
                if local_name(each) == name:
                    return attribute(each, "val") or ""
    return None
