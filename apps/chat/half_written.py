"""What is half written: it stays in the browser's window while another page of the app is looked at.

Streamlit tells this process what stands in a chat's input or a form when it is sent, and not before.
"""

from __future__ import annotations

import streamlit as st

#: The box of the chat page, as a CSS selector.
CHAT_INPUT = '[data-testid="stChatInputTextArea"]'

_SCRIPT = r"""
const write = (box, text) => {  // as a person's typing does, else React takes it back
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(box, text);
  box.dispatchEvent(new Event('input', { bubbles: true }));
};

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector('.half-written');
  root.end?.();  // this is called anew at every drawing of the page
  const name = `refdesk half written ${data.box}`;
  let box = null;
  const keep = () => sessionStorage.setItem(name, box.value);
  const send = (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) { sessionStorage.removeItem(name); }
  };
  const leave = () => {
    box?.removeEventListener('input', keep);
    box?.removeEventListener('keydown', send);
  };
  const look = () => {
    const found = document.querySelector(data.box);
    if (!found) { return; }
    if (found === box) {
      if (!box.value) { sessionStorage.removeItem(name); }  // sent by a click, say
      return;
    }
    leave();
    box = found;
    const kept = sessionStorage.getItem(name);
    if (kept && kept !== box.value && root.known !== box && !box.disabled) { write(box, kept); }
    root.known = box;
    box.addEventListener('input', keep);
    box.addEventListener('keydown', send);
  };
  look();
  const looking = setInterval(look, 250);
  root.end = () => { clearInterval(looking); leave(); };
  return () => root.end();
}
"""


def keep_half_written(box: str) -> None:
    """Draw nothing; what is typed into this text area, a CSS selector, is there when it is drawn anew."""
    _KEEPER(data={"box": box}, key=f"half written {box}", height="content")


_KEEPER = st.components.v2.component(
    "refdesk_half_written", html='<div class="half-written"></div>', js=_SCRIPT
)
