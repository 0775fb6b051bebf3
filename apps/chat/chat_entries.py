"""A question and what came of it, as it stands in the chat."""

from __future__ import annotations

import streamlit as st

from apps.chat.chat_files import show_made
from apps.chat.chat_live import Entry, LiveChat
from apps.chat.chat_making import read_aloud
from apps.chat.chat_session import open_source
from apps.chat.chat_shown import Shown, answer_markdown
from apps.chat.chat_text import show_answer_text
from apps.chat.chat_work import Made, Problem, Stopped
from apps.chat.plain_words import plain
from apps.chat.shared import EXPECTED, show_problem
from apps.document_names import shown_names
from rag import Verdict

#: The pictures beside what is said: in the text's own colour.
PERSON, DESK = ":material/person:", ":material/menu_book:"

_MOST_SOURCES = 12
_SNIPPET = 280

_REFUSALS = {
    "nothing-found": "Nothing that was found says enough about it.",
    "not-stated": "What was found does not state it.",
    "not-supported": "Nothing of what the model wrote was supported by what was found.",
}


def show_entry(chat: LiveChat, at: int, entry: Entry) -> None:
    """Draw one. A click on a mark or a source opens it, later in the same run."""
    show_question(entry.question, entry.asked_of)
    with st.chat_message("assistant", avatar=DESK):
        outcome = entry.outcome
        if isinstance(outcome, Shown):
            _show_answer(chat, at, outcome)
        elif isinstance(outcome, Made):
            show_made(outcome, f"made {chat.token} {at}")
        elif isinstance(outcome, Stopped):
            if outcome.text:
                st.text(outcome.text)
                st.caption("Stopped. What was written so far was not checked to its end, and does not count.")
            else:
                st.caption("Stopped before anything was written.")
        elif isinstance(outcome, Problem):
            show_problem("That did not work.", RuntimeError(outcome.words))
            if outcome.text:
                st.caption("What had been written by then, unchecked:")
                st.text(outcome.text)


def show_question(question: str, asked_of: str = "") -> None:
    with st.chat_message("user", avatar=PERSON):
        st.text(question)
        if asked_of:
            st.text(f"Asked of {asked_of}")


def _show_answer(chat: LiveChat, at: int, shown: Shown) -> None:
    turn = shown.turn
    names = shown_names(
        [source.citation.document for source in shown.sources] + [each.document for each in shown.passages]
    )
    if turn.refused:
        _show_refusal(at, shown, names)
    else:
        titles = {
            source.citation.passage_number: f"Open source {source.citation.passage_number}: "
            f"{names[source.citation.document]}, {source.citation.page_label}"
            for source in reversed(shown.sources)
        }
        clicked = show_answer_text(shown.parts, titles, f"answer {chat.token} {at}")
        if clicked is not None and (place := shown.source_of(*clicked)) is not None:
            open_source(at, place)
        _show_sources(at, shown, names)
    if turn.finish in ("length", "deadline"):
        st.caption("It ends here because it may be no longer." if turn.finish == "length" else "Out of time.")
    if turn.coverage is not None:
        st.text(turn.coverage.text)
    if shown.verdicts == {Verdict.SUPPORTED}:
        st.caption("Each sentence was compared with the passages it cites and found in them.")
    if Verdict.UNCHECKED in shown.verdicts:
        st.caption("Not checked: whether the quoted words support the sentence is yours to judge.")
    for note in shown.notes:
        st.text(note)
    _show_actions(chat, at, shown)
    _show_drawer(shown, names)


def _show_sources(at: int, shown: Shown, names: dict[str, str]) -> None:
    """A button for each place; where several sentences rest on one, it opens the first of their quotes."""
    places: dict[str, int] = {}
    for place, source in enumerate(shown.sources):
        citation = source.citation
        label = f"[{citation.passage_number}] {names[citation.document]}, {citation.page_label}"
        places.setdefault(label, place)
    with st.container(horizontal=True, gap="small"):
        for label, place in list(places.items())[:_MOST_SOURCES]:
            st.button(
                plain(label),
                key=f"source {at} {place}",
                help=plain(_shortened(shown.sources[place].citation.quote)),
                on_click=open_source,
                args=(at, place),
            )
    if len(places) > _MOST_SOURCES:
        st.caption(f"{len(places) - _MOST_SOURCES} more: open one, and go on with Next.")


def _show_refusal(at: int, shown: Shown, names: dict[str, str]) -> None:
    turn = shown.turn
    with st.container(border=True, gap="xsmall"):
        st.text(turn.text)
        st.caption(_REFUSALS.get(turn.refusal or "", "Nothing that was found answers it."))
        st.text(f"Looked for: {turn.searched or turn.question}")
        if not shown.passages:
            st.caption("No passage came near.")
            return
        st.caption("The nearest passages, which do not answer it:")
        for place, passage in enumerate(shown.passages):
            opens = place < len(shown.sources)
            page = shown.sources[place].citation.page_label if opens else f"page {passage.page_number}"
            where = f"{names[passage.document]}, {page}"
            if opens:
                st.button(
                    plain(where), key=f"looked {at} {place}", on_click=open_source, args=(at, place),
                    type="tertiary", icon=":material/find_in_page:",
                )  # fmt: skip
            else:
                st.text(where)
            if passage.text:
                st.text(_shortened(passage.text))


def _show_actions(chat: LiveChat, at: int, shown: Shown) -> None:
    panel = f"copied {chat.token} {at}"
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Copy as Markdown", key=f"copy {at}", icon=":material/content_copy:", type="tertiary",
            on_click=_toggle, args=(panel,),
        )  # fmt: skip
        aloud = st.button("Read aloud", key=f"aloud {at}", icon=":material/volume_up:", type="tertiary")
    if aloud:
        _speak(chat, at, shown)
    if at in chat.sounds:
        st.audio(chat.sounds[at], format="audio/wav")
        st.caption("Read by a synthetic voice, made by a model.")
    if st.session_state.get(panel):
        st.code(answer_markdown(shown, chat.collection), language=None, wrap_lines=True)


def _speak(chat: LiveChat, at: int, shown: Shown) -> None:
    if at in chat.sounds:
        return
    try:
        with st.spinner("Reading it aloud"):
            chat.sounds[at] = read_aloud(shown.turn)
    except (*EXPECTED, OSError) as error:
        show_problem("It cannot be read aloud.", error)


def _show_drawer(shown: Shown, names: dict[str, str]) -> None:
    turn = shown.turn
    timings, tokens = turn.timings, turn.tokens
    with st.expander("How this came about", type="compact"):
        if turn.searched is not None:
            st.text(f"Searched for: {turn.searched}")
        first = timings.first_token_seconds
        begun = "" if first is None else f"first words after {first:.2f} s, "
        st.text(
            f"passages found after {timings.retrieve_seconds:.2f} s, {begun}whole answer after "
            f"{timings.total_seconds:.2f} s; {tokens.prompt} prompt tokens, of which "
            f"{tokens.reused} reused; {tokens.completion} tokens written; by {turn.engine}"
        )
        if shown.reasoning:
            st.caption("What the model wrote before it answered; nobody has checked it:")
            st.text(shown.reasoning)
        for passage in shown.passages:
            st.text(f"[{passage.number}] {names[passage.document]}, page {passage.page_number}")
            if passage.text is not None:
                st.text(passage.text)


def _toggle(panel: str) -> None:
    st.session_state[panel] = not st.session_state.get(panel, False)


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SNIPPET else line[: _SNIPPET - 1] + "…"
