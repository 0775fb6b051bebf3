"""Where a question is typed, spoken, or asked of an attached file; and what is then set going."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from apps.chat import tools_page
from apps.chat.chat_answering import answering
from apps.chat.chat_attachment import Attachment
from apps.chat.chat_history import keeps
from apps.chat.chat_live import LiveChat
from apps.chat.chat_making import commanded, commands, making
from apps.chat.chat_queue import WaitingLine
from apps.chat.chat_scope import Choice, choose_documents
from apps.chat.chat_session import begin_chat
from apps.chat.chat_voice import heard
from apps.chat.chat_work import Job, Outcome, Work
from apps.chat.half_written import CHAT_INPUT, keep_half_written
from apps.chat.shared import EXPECTED, show_problem
from apps.chat.tools_engines import chosen_engines
from rag import Answer, Collection, DocumentFilter

#: What may be attached: what reads like a document or a page.
ATTACHED = ("pdf", "txt", "md", "docx", "html", "htm", "csv", "png", "jpg", "jpeg", "tif", "tiff", "webp")
_LARGEST_ATTACHED_MB = 50


@dataclass(frozen=True, slots=True)
class _Attached:
    """A file as it came with a question."""

    name: str
    content: bytes


#: The language model writes for one at a time, whoever asks.
LINE = WaitingLine()


def show_asking(collection: Collection, chat: LiveChat | None) -> None:
    """Draw where a question comes from, and begin with the one that came."""
    writing = chat is not None and chat.work is not None
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        among = choose_documents(collection)
        spoken = _spoken_question(writing)
        with st.popover("Commands", icon=":material/terminal:"):
            for usage, about in commands():
                st.text(f"{usage}: {about}" if usage else about)
        together = _asks_together()
    held = None if chat is None else chat.held
    if chat is not None and held is not None:
        _show_held(chat, held, together=together)
    typed = st.chat_input(
        "Ask, or type / for a command", accept_file=True, file_type=list(ATTACHED),
        max_upload_size=_LARGEST_ATTACHED_MB, disabled=writing,
    )  # fmt: skip
    keep_half_written(CHAT_INPUT)
    if typed is not None:
        question = str(typed.text or "").strip()
        file = typed.files[0] if typed.files else None
        attached = None if file is None else _Attached(str(file.name), bytes(file.getvalue()))
        _ask(collection, chat, question, among, attached or held, together=together)
    elif spoken:
        _ask(collection, chat, spoken, among, held, together=together)


def _show_held(chat: LiveChat, held: Attachment, *, together: bool) -> None:
    """Which file the next question is asked of, and the way back to the documents."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.text(f"The next question is asked of {_words_for(held, together)}")
        st.button(
            "Put it away", icon=":material/close:", key=f"put away {chat.token}", on_click=chat.put_away,
            help="Questions go to the documents again.", type="tertiary",
        )  # fmt: skip


def _ask(
    collection: Collection,
    chat: LiveChat | None,
    question: str,
    among: Choice,
    attached: _Attached | Attachment | None,
    *,
    together: bool,
) -> None:
    new = isinstance(attached, _Attached)
    if not question:
        st.warning("Type what is to be asked of the file." if new else "The question is empty.")
        return
    is_command = question.startswith("/")
    if is_command and new:
        st.warning("A command takes no file. Ask of the file in words: “Summarise this file”.")
        return
    engine = collection.settings.generator.engine
    attachment: Attachment | None = None
    asked_of = ""
    job: Job | None
    try:
        if is_command:
            job = _command(collection, chat, question)
            if job is None:
                return
        elif attached is not None:
            attachment = (
                Attachment(attached.name, attached.content, collection.settings)
                if isinstance(attached, _Attached)
                else attached
            )
            job = _of_attachment(attachment, question, collection, among.only, together=together)
            asked_of = _words_for(attachment, together)
        else:
            turns, only = () if chat is None else chat.turns, among.only
            job = answering(
                lambda cancelled: collection.stream(question, only=only, turns=turns, cancelled=cancelled),
                LINE,
            )
            asked_of = among.words
        if chat is None:
            chat = begin_chat(collection.name, keep=keeps())
    except EXPECTED as error:
        show_problem("That did not work.", error)
        return
    if (
        not chat.begin(question, job, engine, attachment, asked_of=asked_of)
        and new
        and attachment is not None
    ):
        attachment.close()
    st.rerun()


def _command(collection: Collection, chat: LiveChat | None, line: str) -> Job | None:
    call = commanded(collection, line)
    if call is None:
        st.warning("There is no such command. The list under “Commands” says which there are.")
        return None
    engines = chosen_engines()
    if call.tool in ("draw", "music") and not engines.engine_of(call.tool):
        st.warning(
            "That needs a model of your choice, and none is named. The tools' page says which there are."
        )
        st.page_link(
            st.Page(tools_page.show, title="Tools", url_path="tools"), label="Name a model there",
            icon=":material/brush:",
        )  # fmt: skip
        return None
    return making(collection, call, None if chat is None else chat.last_answer, engines)


def _of_attachment(
    attachment: Attachment,
    question: str,
    collection: Collection,
    only: DocumentFilter | None,
    *,
    together: bool,
) -> Job:
    def job(work: Work) -> Outcome:
        attachment.read(work)
        outcome = answering(attachment.ask(question, collection, only, alone=not together), LINE)(work)
        if isinstance(outcome, Answer):
            attachment.remember(outcome, alone=not together)
        return outcome

    return job


def _words_for(attachment: Attachment, together: bool) -> str:
    """What is asked, in words."""
    whom = "the documents and the attached file" if together else "the attached file alone"
    return f"{whom}: {attachment.name}"


def _asks_together() -> bool:
    """Whether a file that is attached is asked together with the documents."""
    return st.checkbox(
        "Attached files: ask the documents too",
        key="chat file with documents",
        persist_state="session",
        help="An attached file is asked alone, unless this is chosen, and so are the questions after it "
        "until you put it away. It does not become one of the documents.",
    )


def _spoken_question(writing: bool) -> str | None:
    """A question that was spoken and then sent: what was heard can be put right before."""
    with st.popover("Speak", icon=":material/mic:", disabled=writing):
        recording = st.audio_input("Ask aloud", key="chat voice")
        if recording is None:
            st.caption("What is heard is shown before it is asked.")
            return None
        content = recording.getvalue()
        known = st.session_state.get("chat heard")
        if known is None or known[0] != hash(content):
            try:
                with st.spinner("Listening"):
                    known = (hash(content), heard(content))
            except (*EXPECTED, OSError) as error:
                show_problem("This cannot be listened to.", error)
                return None
            st.session_state["chat heard"] = known
            st.session_state["chat heard words"] = known[1]
        if not known[1]:
            st.warning("No words were heard. Record it again, nearer to the microphone.")
        words = st.text_input("What was heard", key="chat heard words")
        return words.strip() if st.button("Ask this", type="primary", disabled=not words.strip()) else None
