"""The panels of a source: a page's text and its picture, scrolled to what is cited, by mouse or by keyboard.

Components of our own, whose scripts set every word of a document as text, never as HTML, and load nothing.
They stand in the page's own tree: a dialog does not let Tab into a tree apart (a shadow root). So their
styles are for `.refdesk-panel` alone.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import streamlit as st

from apps.chat.chat_sources import TextLine

_CSS = """
.refdesk-panel { position: relative; overflow: auto; border: 1px solid var(--st-border-color);
  border-radius: .5rem; }
.refdesk-panel:focus-visible { outline: 3px solid var(--st-link-color); outline-offset: -1px; }
.refdesk-panel.page { max-height: 26rem; padding: .6rem .8rem; white-space: pre-wrap; overflow-wrap: anywhere;
  line-height: 1.65; color: var(--st-text-color); font-family: var(--st-font); font-size: 1rem; }
/* The dialog ends where the window does; on a narrow one the page stays legible, and begins at its mark. */
.refdesk-panel.picture { max-height: max(20rem, calc(100vh - 19rem)); }
.refdesk-panel .sheet { position: relative; min-width: 36rem; }
.refdesk-panel .sheet img { display: block; width: 100%; }
.refdesk-panel .sheet .place { position: absolute; width: 1px; height: 1.5rem; }
.refdesk-panel .place { scroll-margin: 4rem 1rem; }
.refdesk-panel .line { min-height: 1.2em; border-left: 3px solid transparent; padding-left: .5em; }
.refdesk-panel .line.cited { border-left-color: #eab308; }
.refdesk-panel mark { background: #fde047; color: #111; border-radius: 2px; padding: 0 .1em; }
"""

#: Before each script. `place` is the element that is to be seen.
_BRING = r"""
const bring = (panel, place, dialogToo) => {
  const scroll = () => {
    panel.scrollTop = place.offsetTop - panel.clientHeight / 3;
    panel.scrollLeft = place.offsetLeft - 16;
    // A long sentence may have pushed the panel out of a narrow dialog.
    if (dialogToo) { place.scrollIntoView({ block: 'nearest', inline: 'nearest' }); }
  };
  const drawer = panel.closest('details:not([open])');
  if (!drawer) { scroll(); return; }
  const opened = async () => {
    await Promise.allSettled(drawer.getAnimations({ subtree: true }).map((each) => each.finished));
    scroll();
  };
  drawer.addEventListener('toggle', opened, { once: true });
};
const reachable = (panel, says) => {
  panel.tabIndex = 0;
  panel.setAttribute('role', 'region');
  panel.setAttribute('aria-label', says);
};
"""

_PAGE_SCRIPT = (
    _BRING
    + r"""
export default function ({ data, parentElement }) {
  const panel = parentElement.querySelector('.page');
  const given = JSON.stringify(data);
  if (panel.given === given) { return; }  // drawn anew, it would lose the reader's place
  panel.given = given;
  reachable(panel, data.says);
  const rows = data.lines.map((line) => {
    const row = document.createElement('div');
    row.className = line.cited ? 'line cited' : 'line';
    row.append(line.before);
    if (line.cited) {
      const mark = document.createElement('mark');
      mark.textContent = line.cited;
      row.append(mark);
    }
    row.append(line.after);
    return row;
  });
  panel.replaceChildren(...rows);
  const first = panel.querySelector('.cited mark');
  if (first) {
    first.classList.add('place');
    bring(panel, first, data.first);
  }
}
"""
)

_PICTURE_SCRIPT = (
    _BRING
    + r"""
export default function ({ data, parentElement }) {
  const panel = parentElement.querySelector('.picture');
  if (panel.given === data.png) { return; }
  panel.given = data.png;
  reachable(panel, data.says);
  const made = (name, kind) => {
    const each = document.createElement(name);
    each.className = kind;
    return each;
  };
  const sheet = made('div', 'sheet'), picture = made('img', ''), place = made('span', 'place');
  picture.alt = data.says;
  place.style.top = `${100 * data.top}%`;
  place.style.left = `${100 * data.left}%`;
  picture.onload = () => bring(panel, place, data.first);
  picture.src = 'data:image/png;base64,' + data.png;
  sheet.append(picture, place);
  panel.replaceChildren(sheet);
}
"""
)


def show_page_text(lines: Sequence[TextLine], says: str, key: str, *, first: bool) -> None:
    """A page's text, scrolled to the first line that is cited.

    `says` is what a screen reader calls it. The dialog goes to the `first` panel, if that is not in sight.
    """
    given = [{"before": each.before, "cited": each.cited, "after": each.after} for each in lines]
    _PAGE(data={"lines": given, "says": says, "first": first}, key=key, height="content")


def show_page_picture(png: bytes, top: float, left: float, says: str, key: str, *, first: bool) -> None:
    """A page as it looks, scrolled to `top` and `left`, fractions of its height and width.

    `says` and `first` are as for its text.
    """
    data = {
        "png": base64.b64encode(png).decode("ascii"),
        "top": top,
        "left": left,
        "says": says,
        "first": first,
    }
    _PICTURE(data=data, key=key, height="content")


def _panel(name: str, kind: str, script: str) -> Any:
    return st.components.v2.component(
        name, html=f'<div class="refdesk-panel {kind}"></div>', css=_CSS, js=script, isolate_styles=False
    )


_PAGE = _panel("refdesk_page", "page", _PAGE_SCRIPT)
_PICTURE = _panel("refdesk_picture", "picture", _PICTURE_SCRIPT)
