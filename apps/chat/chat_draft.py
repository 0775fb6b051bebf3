"""A half-written question: it stays in the browser's window while another page of the app is looked at.

Streamlit tells this process what was written when it is sent, and not before.
"""

from __future__ import annotations

import streamlit as st

_SCRIPT = r"""
const KEPT = 'refdesk-half-written';
const BOX = '[data-testid="stChatInputTextArea"]';

const write = (box, text) => {  // as a person's typing does, else React takes it back
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(box, text);
  box.dispatchEvent(new Event('input', { bubbles: true }));
};

export default function () {
  let box = null;
  const keep = () => sessionStorage.setItem(KEPT, box.value);
  const send = (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) { sessionStorage.removeItem(KEPT); }
  };
  const leave = () => {
    box?.removeEventListener('input', keep);
    box?.removeEventListener('keydown', send);
  };
  const look = () => {
    const found = document.querySelector(BOX);
    if (!found) { return; }
    if (found === box) {
      if (!box.value) { sessionStorage.removeItem(KEPT); }  // sent by a click, say
      return;
    }
    leave();
    box = found;
    const kept = sessionStorage.getItem(KEPT);
    if (kept && !box.value && !box.disabled) { write(box, kept); }
    box.addEventListener('input', keep);
    box.addEventListener('keydown', send);
  };
  look();
  const looking = setInterval(look, 250);
  return () => { clearInterval(looking); leave(); };
}
"""


def keep_half_written() -> None:
    """Draw nothing; what is typed into the page's chat input is there again when that is drawn anew."""
    _DRAFT(key="chat half written", height="content")


_DRAFT = st.components.v2.component("refdesk_half_written", html="<div></div>", js=_SCRIPT)
