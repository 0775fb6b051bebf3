"""What a tool is to do: its arguments as a form, read from the tools' own schemas."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from apps.chat import tools_work
from apps.chat.half_written import keep_half_written
from apps.chat.known_documents import names_of
from apps.chat.shared import opened
from apps.chat.tools_engines import choose_engines, chosen_engines
from apps.collection_settings import settings_for
from apps.settings import settings_from
from apps.tool_choices import WRITING, ChosenEngines, models_to_get
from rag import Settings
from rag.tools.arguments import Parameter
from rag.tools.registry import find_tool
from rag.tools.types import ToolCall

_WORDS, _DOCUMENT = "A text", "A document"
_LONG = ("text", "prompt")
_LABELS = {
    "draw": ("Image model", "The folder of a Stable Diffusion model, such as models/ssd-1b."),
    "music": ("Music model", "musicgen: and the model's folder, such as musicgen:models/musicgen-small."),
    "speak": ("Voice", "hibari, or piper: and a voice's name or file."),
}


def show(tool: str, collection: str | None) -> None:
    """Draw the form of that tool; a click on its button sets the tool to work."""
    st.text(find_tool(tool).description)
    settings = settings_from() if collection is None else settings_for(collection).settings
    engines = _engines(tool)
    _say_what_is_missing(tool, engines, settings)
    parameters = {each.name: each for each in find_tool(tool).parameters}
    given: dict[str, object] = {}
    names = _document_names(collection)
    of_text = "text" in parameters
    from_document = of_text and bool(names) and _source(tool) == _DOCUMENT
    place = f"wish-{tool}"
    with st.container(key=place), st.form(f"form of {tool}", border=True):
        for each in parameters.values():
            if each.about.fine or (of_text and each.name in ("document", "page", "text")):
                continue
            given[each.name] = _widget(tool, each)
        if from_document:
            given["document"] = _document(tool, names, required=True)
            given["page"] = _widget(tool, parameters["page"])
        elif of_text:
            given["text"] = _widget(tool, parameters["text"])
        fine = [each for each in parameters.values() if each.about.fine]
        if fine:
            with st.expander("More options"):
                for each in fine:
                    if each.name == "document":
                        given["document"] = _document(tool, names, required=False)
                    elif each.name != "from_documents" or names:
                        given[each.name] = _widget(tool, each)
        wanted = st.form_submit_button(
            "Begin", type="primary", disabled=tools_work.is_working(), help="What was made appears below."
        )
    keep_half_written(f".st-key-{place} textarea")
    if wanted:
        arguments = {name: value for name, value in given.items() if value not in (None, "", ())}
        call = ToolCall(tool, arguments)
        tools_work.start(
            call, engines.tool_settings(settings), None if collection is None else opened(collection)
        )
        st.rerun()


def _engines(tool: str) -> ChosenEngines:
    """The engines that this person chose, with the field for this tool's."""
    engines = chosen_engines()
    if tool not in _LABELS:
        return engines
    label, about = _LABELS[tool]
    with st.expander(label, expanded=not engines.engine_of(tool)):
        name = st.text_input(
            label,
            engines.engine_of(tool),
            key=f"engine of {tool}",
            placeholder=about,
            label_visibility="collapsed",
        )
        st.caption(f"{about} `refdesk {'image' if tool == 'draw' else tool} --help` says more.")
    engines = engines.with_engine(tool, name.strip())
    choose_engines(engines)
    return engines


def _say_what_is_missing(tool: str, engines: ChosenEngines, settings: Settings) -> None:
    models = models_to_get(tool, engines, settings)
    if not models:
        return
    st.warning("A model for this is not here yet. Get it with the command, then name its folder above."
               if tool not in WRITING else "The language model is not here yet.")  # fmt: skip
    for number, model in enumerate(models):
        if number == 1:
            with st.expander("Others that do as well"):
                for other in models[1:]:
                    st.text(other.about)
                    st.code(other.command, language=None, wrap_lines=True)
            return
        st.text(model.about)
        st.code(model.command, language=None, wrap_lines=True)


def _source(tool: str) -> str:
    return str(
        st.segmented_control(
            "What of", (_WORDS, _DOCUMENT), default=_WORDS, required=True, key=f"source of {tool}",
            label_visibility="collapsed", persist_state="session",
        )
    )  # fmt: skip


def _document_names(collection: str | None) -> Mapping[str, str]:
    """Paths of the collection's documents, with the names that they are shown by."""
    return {} if collection is None else names_of(opened(collection))


def _document(tool: str, names: Mapping[str, str], required: bool) -> str | None:
    return st.selectbox(
        "Document",
        list(names),
        index=0 if required else None,
        format_func=lambda path: names.get(path, path),
        placeholder="any",
        key=f"{tool} document",
        persist_state="session",
    )


def _widget(tool: str, each: Parameter) -> object:
    """The widget for one argument, and what it says; None where it says nothing."""
    label, key, about = each.name.replace("_", " ").capitalize(), f"{tool} {each.name}", each.about
    if each.choices:
        return st.selectbox(label, each.choices, help=about.description, key=key, persist_state="session")
    if each.kind is bool:
        return st.checkbox(label, help=about.description, key=key, persist_state="session")
    if each.kind is tuple:
        typed = st.text_input(label, key=key, placeholder="separated by commas", persist_state="session")
        st.caption(about.description)
        return tuple(part.strip() for part in typed.split(",") if part.strip())
    if each.kind is str:
        field = st.text_area if each.name in _LONG else st.text_input
        return field(label, help=about.description, key=key, max_chars=about.longest, persist_state="session")
    as_kind = int if each.kind is int else float
    return st.number_input(
        label,
        min_value=None if about.least is None else as_kind(about.least),
        max_value=None if about.most is None else as_kind(about.most),
        value=None,
        step=as_kind(1) if each.kind is int else 0.5,
        placeholder="as usual",
        help=about.description,
        key=key,
        persist_state="session",
    )
