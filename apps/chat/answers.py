"""An answer on the page: its text while it streams, then its citations."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from apps.document_names import shown_names
from rag import (
    Answer,
    Answered,
    Collection,
    ReadingPlanned,
    ReadingProgress,
    Refused,
    TextAdded,
    Turn,
    Verdict,
)
from rag.neutralising import in_words


def stream_answer(collection: Collection, question: str, turns: Sequence[Turn]) -> Answer:
    """Show the text as it comes, marked as provisional, then the answer as it is."""
    place = st.empty()
    text = ""
    with place.container(), st.spinner("Looking through the documents"):
        events = collection.stream(question, turns=turns)
        shown = st.empty()
        for event in events:
            if isinstance(event, TextAdded | Refused):
                text = event.text if isinstance(event, Refused) else text + event.text
                shown.text(f"{text} ...")
            elif isinstance(event, ReadingPlanned):
                shown.text(f"About {event.pages:,} pages to read ...")
            elif isinstance(event, ReadingProgress):
                shown.text(f"Reading piece {event.piece:,} of {event.pieces:,} ...")
            elif isinstance(event, Answered):
                answer = event.answer
    with place.container():
        show_answer(answer)
    return answer


def show_answer(answer: Answer) -> None:
    """The finished answer with what each sentence stands on.

    What comes from a document, its file's name and its headings included, goes through `st.text`, which
    renders neither Markdown nor HTML: else a heading could make the browser load an address.
    """
    st.text(answer.text)
    names = shown_names(passage.document for passage in answer.passages)
    citations = [citation for sentence in answer.sentences for citation in sentence.citations]
    for citation in citations:
        place = f"[{citation.passage_number}] {names[citation.document]}, {citation.page_label}"
        st.text(f"{place}\n“{' '.join(citation.quote.split())}”")
    for sentence in answer.sentences:
        if sentence.verdict is Verdict.UNSUPPORTED:
            st.text(f"? Not supported by what it cites: “{sentence.text}”")
        elif sentence.corrected:
            st.text(f"Corrected, in the document's own words: “{sentence.text}”")
    if answer.coverage is not None:
        st.text(answer.coverage.text)
    verdicts = {sentence.verdict for sentence in answer.sentences}
    if verdicts == {Verdict.SUPPORTED}:
        st.caption("Each sentence was compared with the passages it cites and found in them.")
    if Verdict.UNCHECKED in verdicts:
        st.caption("Not checked: whether the quoted words support the sentence is yours to judge.")
    for passage in answer.passages:
        for line in in_words(passage):
            st.text(line)
    timings = answer.timings
    with st.expander("How this came about"):
        st.text(
            f"passages found after {timings.retrieve_seconds:.2f} s, whole answer after "
            f"{timings.total_seconds:.2f} s; {answer.tokens.prompt} prompt tokens, of which "
            f"{answer.tokens.reused} reused; {answer.tokens.completion} tokens written"
        )
        for passage in answer.passages:
            st.text(f"[{passage.number}] {names[passage.document]}, page {passage.page_number}")
            st.text(passage.text)
