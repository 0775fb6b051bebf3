"""A matplotlib figure becomes SVG that may stand in a page: quiet, themed, and the same each time."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

from evaluation.report.characters import one_line

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Drawn colours, each of which becomes the page's variable of that name, so that a dark page has light lines.
COLOURS = {
    "ink": "#1b1f24",
    "muted": "#57606a",
    "rule": "#d5dae0",
    "accent": "#1f5fa8",
    "second": "#9a5b00",
    "better": "#1a6e42",
    "worse": "#b3392f",
    "paper": "#ffffff",
}
#: Wide enough for names of metrics beside the axes; the page scales it.
WIDTH_INCHES = 7.6

_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_FONT_FAMILY = re.compile(r"font-family:[^;]*;?\s*")
_COLOUR = re.compile("|".join(COLOURS.values()))
_VARIABLES = {colour: f"var(--{name})" for name, colour in COLOURS.items()}


@contextmanager
def canvas(height_inches: float) -> Iterator[Figure]:
    """An empty figure in the reports' style. No text on it is read as mathematics."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(
        {
            "svg.fonttype": "none",
            "svg.hashsalt": "refdesk",
            "text.parse_math": False,
            "font.family": "DejaVu Sans",
            "font.size": 9.5,
            "text.color": COLOURS["ink"],
            "axes.edgecolor": COLOURS["rule"],
            "axes.labelcolor": COLOURS["muted"],
            "axes.facecolor": "none",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.axisbelow": True,
            "axes.unicode_minus": True,
            "grid.color": COLOURS["rule"],
            "grid.linewidth": 0.7,
            "xtick.color": COLOURS["rule"],
            "ytick.color": COLOURS["rule"],
            "xtick.labelcolor": COLOURS["muted"],
            "ytick.labelcolor": COLOURS["ink"],
            "figure.facecolor": "none",
            "savefig.facecolor": "none",
        }
    ):
        yield Figure(figsize=(WIDTH_INCHES, height_inches), layout="constrained")


def svg_of(figure: Figure, *, name: str, title: str) -> str:
    """The figure as an `<svg>` element with `title` as its text for those who do not see it.

    `name` is in each id, so that several plots may stand in one page. Labels are escaped on the way out of
    matplotlib and again when the parsed element is written.
    """
    from lxml import etree

    buffer = BytesIO()
    with warnings.catch_warnings():
        # The page's own fonts draw the letters; matplotlib's only measures them.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(buffer.getvalue(), parser)
    for element in [*root.iter(f"{_SVG}metadata"), *root.iter(f"{_SVG}style")]:
        element.getparent().remove(element)
    for element in list(root.iter(etree.Comment)):
        element.getparent().remove(element)
    for element in root.iter():
        _adapt(element.attrib, name)
    for attribute in ("width", "height", "version", "id"):
        root.attrib.pop(attribute, None)
    caption = etree.Element(f"{_SVG}title")
    caption.text = one_line(title)
    caption.set("id", f"{name}-title")
    root.insert(0, caption)
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title")
    etree.cleanup_namespaces(root)
    written: str = etree.tostring(root, encoding="unicode", with_tail=False)
    return written


def _adapt(attributes: dict[str, str], name: str) -> None:
    """Ids get the plot's name in front, colours become the page's, fonts are left to the page."""
    if "id" in attributes:
        attributes["id"] = f"{name}-{attributes['id']}"
    if _LINK in attributes:
        attributes[_LINK] = attributes[_LINK].replace("#", f"#{name}-", 1)
    for key in ("clip-path", "style"):
        if key in attributes:
            attributes[key] = _REFERENCE.sub(rf"url(#{name}-\1)", attributes[key])
    if "style" in attributes:
        style = _COLOUR.sub(lambda found: _VARIABLES[found[0]], attributes["style"])
        attributes["style"] = _FONT_FAMILY.sub("", style)
