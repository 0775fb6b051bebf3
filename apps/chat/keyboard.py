"""What a keyboard needs of every page, beyond what Streamlit gives: to be seen, and to be let into a popover.

A style and a script of our own, the same for everybody: nothing of documents or people goes into them.
"""

from __future__ import annotations

import streamlit as st

#: The blue is told from the page's colours, light and dark, at more than 3 to 1.
_STYLE = """<style>
.st-key-refdesk-keyboard { display: none; }
:focus-visible:not(input, textarea, canvas, td, iframe, [role="dialog"], [role="listbox"], [role="option"],
  .refdesk-panel) { outline: 3px solid #3a86bb !important; outline-offset: 1px; box-shadow: none !important; }
:is([data-testid="stMain"], [data-testid="stVerticalBlock"], [data-testid="stPopoverBody"],
  [data-testid="stCode"] *):focus-visible { outline-offset: -3px; }
[data-testid="stPopoverBody"]:focus-visible { outline: 3px solid #3a86bb; }
label:has(input:is([type="checkbox"], [type="radio"]):focus-visible) { outline: 3px solid #3a86bb;
  outline-offset: 1px; border-radius: .3rem; }
/* Folded away, its links would be gone through unseen. */
.stApp:has([data-testid="stExpandSidebarButton"]) :is([data-testid="stSidebar"],
  [data-testid="stSidebar"] *) { visibility: hidden !important; }
/* These are hidden until a mouse is over them. */
[data-testid="stSidebarCollapseButton"] { visibility: visible !important; }
[data-testid="stElementToolbar"]:focus-within { opacity: 1 !important; }
/* What is chosen, in words: the theme's own blue, on which white stands, is too dim for them on dark. */
:is([role="tab"][aria-selected="true"], [data-testid="stButtonGroup"] [aria-checked="true"]) :is(p, span) {
  color: light-dark(#0b5a8a, #7cc0ee) !important; }
</style>"""

#: What a popover shows stands at the page's very end: without this, the whole page lies between it and its
#: button.
_SCRIPT = r"""
const stop = 'a[href], button, input, select, textarea, summary, [tabindex]';
const inTurn = (popover) => [...popover.querySelectorAll(stop)]
  .filter((each) => each.tabIndex >= 0 && !each.disabled && each.checkVisibility());
const onTab = (event) => {
  if (event.key !== 'Tab' || event.defaultPrevented) { return; }
  const button = document.querySelector('[data-testid="stPopoverButton"][aria-expanded="true"]');
  const popover = button && document.querySelector('[data-testid="stPopoverBody"]');
  if (!popover) { return; }
  const stops = inTurn(popover);
  if (!stops.length) {
    popover.tabIndex = 0;  // to be scrolled
    stops.push(popover);
  }
  const at = document.activeElement;
  if (at === button && !event.shiftKey) {
    stops[0].focus();
    event.preventDefault();
  } else if (at === stops[0] && event.shiftKey) {
    button.focus();
    event.preventDefault();
  } else if (at === stops.at(-1) && !event.shiftKey) {
    button.focus();  // and from there on, as Tab does
  }
};

// Of the sidebar's two buttons each takes the other's place, and would take the focus with it.
const fold = '[data-testid="stSidebarCollapseButton"] button';
const unfold = '[data-testid="stExpandSidebarButton"]';
const onClick = (event) => {
  const pressed = event.target.closest?.(`${fold}, ${unfold}`);
  if (!pressed?.matches(':focus-visible')) { return; }
  const other = pressed.matches(fold) ? unfold : fold;
  let frames = 60;
  const follow = () => {
    const there = document.querySelector(other);
    if (there?.checkVisibility({ visibilityProperty: true })) { there.focus(); } else if (frames-- > 0) {
      requestAnimationFrame(follow);
    }
  };
  follow();
};

export default function () {
  document.addEventListener('keydown', onTab);
  document.addEventListener('click', onClick, true);  // before what was pressed is gone
  return () => {
    document.removeEventListener('keydown', onTab);
    document.removeEventListener('click', onClick, true);
  };
}
"""


def show_keyboard() -> None:
    """Once on each page. It takes no room."""
    st.html(_STYLE)
    _KEYBOARD(key="refdesk keyboard", height="content")


_KEYBOARD = st.components.v2.component(
    "refdesk_keyboard",
    html="<span></span>",
    js=_SCRIPT,
    isolate_styles=False,
)
