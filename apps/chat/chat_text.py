"""How an answer stands on the page, with marks that can be clicked.

A component of our own, whose script sets every word of a document, a model or a person as text, never as
HTML, and loads nothing. What it is given is data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from apps.chat.chat_shown import Part, Support

#: The sign behind a sentence, and what it says.
SIGNS: Mapping[Support, tuple[str, str]] = {
    "supported": ("✓", "The cited passage says this."),
    "unsupported": ("⚠ not supported", "What it cites does not say this."),
    "corrected": ("✎ corrected", "The document's own words, in place of a sentence that was not supported."),
    "unchecked": ("○ not checked", "Nobody checked whether the cited passage says this."),
}

_MARK = re.compile(r"\s*\[\d+(?:\s*[,;]\s*\d+)*\]")
_NUMBER = re.compile(r"\d+")

_CSS = """
.text { white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.65; color: var(--st-text-color);
  font-family: var(--st-font); font-size: 1rem; }
.provisional { opacity: .72; font-style: italic; }
.unsupported .words { text-decoration: underline wavy; text-decoration-color: #c2410c;
  text-underline-offset: 3px; }
.tail { white-space: nowrap; }
.sign { font-size: .78rem; margin: 0 .3em 0 .25em; white-space: nowrap; }
.supported .sign { color: var(--st-green-text-color, #15803d); font-size: .95rem; font-weight: 700; }
.unsupported .sign { color: var(--st-orange-text-color, #c2410c); }
.corrected .sign, .unchecked .sign { color: var(--st-blue-text-color, #1d4ed8); }
button { font: inherit; font-size: .78rem; line-height: 1.2; vertical-align: .12em; min-width: 1.7em;
  padding: .08em .35em; margin: 0 .12em 0 .3em; cursor: pointer; border-radius: .5em;
  color: var(--st-link-color); background: var(--st-secondary-background-color);
  border: 1px solid var(--st-border-color); }
button:hover { border-color: var(--st-link-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
"""

_ANSWER_SCRIPT = r"""
// The dialog that a mark opens cannot give the focus back to it: from outside, marks are not to be seen.
const comeBack = (button) => {
  let wasOpen = false;
  const watch = new MutationObserver(() => {
    if (document.querySelector('[role="dialog"]')) { wasOpen = true; return; }
    if (!wasOpen) { return; }
    watch.disconnect();
    if (document.activeElement === document.body) { button.focus(); }
  });
  watch.observe(document.body, { childList: true, subtree: true });
  setTimeout(() => { if (!wasOpen) { watch.disconnect(); } }, 10000);
};

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector('.text');
  const given = JSON.stringify(data);
  if (root.given === given) { return; }  // new marks would take the focus from the old ones
  root.given = given;
  const made = (name, kind, text) => {
    const each = document.createElement(name);
    each.className = kind;
    each.textContent = text;
    return each;
  };
  const nodes = data.parts.map((part) => {
    const sentence = made('span', part.support, '');
    const words = made('span', 'words', '');
    for (const piece of part.pieces) {
      if (piece.number === undefined) { words.append(piece.text); continue; }
      const button = made('button', 'mark', String(piece.number));
      button.type = 'button';
      button.title = piece.title;
      button.setAttribute('aria-label', piece.title);
      button.onclick = () => {
        comeBack(button);
        setTriggerValue('cited', { sentence: part.sentence, number: piece.number });
      };
      words.append(button);
    }
    sentence.append(words);
    if (part.sign) {
      const sign = made('span', 'sign', part.sign);
      sign.title = part.says;
      sign.setAttribute('role', 'img');
      sign.setAttribute('aria-label', part.says);
      const tail = made('span', 'tail', '');  // a sign does not begin a line
      if (words.lastElementChild && words.lastElementChild === words.lastChild) {
        tail.append(words.lastElementChild);
      }
      tail.append(sign);
      sentence.append(tail);
    }
    return sentence;
  });
  root.replaceChildren(...nodes);
}
"""


def answer_data(parts: Sequence[Part], names: Mapping[int, str]) -> dict[str, Any]:
    """What the answer's component is given: pieces of text, and marks by their numbers.

    `names` says of each number what its button opens.
    """
    return {"parts": [_part(part, names) for part in parts]}


def show_answer_text(parts: Sequence[Part], names: Mapping[int, str], key: str) -> tuple[int, int] | None:
    """Draw it; the sentence and the number of the mark that was just clicked, if one was."""
    result = _ANSWER(data=answer_data(parts, names), key=key, on_cited_change=lambda: None, height="content")
    cited = result.get("cited")
    if not isinstance(cited, dict):
        return None
    sentence, number = cited.get("sentence"), cited.get("number")
    return (sentence, number) if isinstance(sentence, int) and isinstance(number, int) else None


def _part(part: Part, names: Mapping[int, str]) -> dict[str, Any]:
    sign, says = SIGNS.get(part.support, ("", ""))
    return {
        "support": part.support,
        "sentence": part.sentence,
        "sign": sign,
        "says": says,
        "pieces": list(_pieces(part, names)),
    }


def _pieces(part: Part, names: Mapping[int, str]) -> list[dict[str, Any]]:
    """The marks as numbers, what is between them as text."""
    pieces: list[dict[str, Any]] = []
    last = 0
    for mark in _MARK.finditer(part.text):
        numbers = [int(each) for each in _NUMBER.findall(mark[0])]
        if not set(numbers) <= set(part.numbers):
            continue
        if text := part.text[last : mark.start()]:
            pieces.append({"text": text})
        pieces += [{"number": each, "title": names.get(each, f"Source {each}")} for each in numbers]
        last = mark.end()
    if text := part.text[last:]:
        pieces.append({"text": text})
    return pieces


_ANSWER = st.components.v2.component(
    "refdesk_answer", html='<div class="text"></div>', css=_CSS, js=_ANSWER_SCRIPT
)
