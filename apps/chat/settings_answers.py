"""How a collection's questions are answered: the saved settings, as a form."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from apps.chat.plain_words import plain
from apps.chat.shared import EXPECTED, show_problem
from apps.collection_settings import decided_by_environment, settings_for
from apps.offered_settings import (
    ENGINE,
    GROUPS,
    NONE,
    TEMPLATE,
    OfferedSetting,
    SettingGroup,
    oddities,
    values_to_save,
)
from apps.settings import engine_name
from apps.sizes import megabytes
from apps.tool_bench import missing_model
from machine import load_catalogue
from rag import Settings
from rag.named_settings import setting_words
from rag.prompts import load_template, shipped_templates
from rag.saved_settings import forget_saved, read_saved, save, with_saved
from rag.shelf import collection_folder

_SAVED = "settings saved"


def show(collection: str | None) -> None:
    """Draw the form for this collection."""
    if collection is None:
        st.info("Settings are saved for a collection, and there is none yet. Add documents first.")
        return
    _form(collection)


@st.fragment
def _form(collection: str) -> None:
    folder = collection_folder(collection)
    st.caption(
        f"For the collection {plain(collection)}: this page, `refdesk ask` and programs go by what is saved."
    )
    applied = with_saved(Settings(), folder)
    for problem in (*applied.problems, *oddities(applied.settings)):
        st.warning("A setting does not make sense any more.")
        st.text(problem)
    if message := st.session_state.pop(_SAVED, None):
        st.success(message)
    saved = setting_words(applied.settings)
    chosen = {ENGINE: _engine(collection, saved[ENGINE]), TEMPLATE: _template(collection, saved[TEMPLATE])}
    st.subheader("In detail", anchor=False)
    for group in GROUPS:
        chosen |= _group(collection, group, saved)
    _ending(collection, folder, chosen, saved)


def _engine(collection: str, saved: str) -> str:
    st.subheader("Engine and model", anchor=False)
    models = [model for model in load_catalogue().models if model.kind == "language"]
    names = list(dict.fromkeys([*(f"llama-cpp:{model.id}" for model in models), "extractive", saved]))
    chosen = st.selectbox(
        "What writes answers",
        names,
        index=names.index(saved),
        accept_new_options=True,
        help="A model's name, the path of a .gguf file, `transformers:FOLDER`, `reader:FOLDER`, or "
        "extractive, which needs no model and only quotes. Type what is not in the list.",
        key=_key(collection, ENGINE, saved),
        persist_state="session",
    )
    engine = engine_name((chosen or saved).strip())
    if variable := decided_by_environment(ENGINE):
        st.info(f"{variable} was set when this was started, and counts as long as it is.")
        st.text(f"Now: {settings_for(collection).settings.generator.engine}")
    if model := missing_model(engine):
        st.warning("This model is not here yet. “Models” above fetches it.")
        st.text(f"{model.title}, {megabytes(model.size_bytes)}, licence {model.licence}")
        st.code(f"refdesk models pull {model.id}", language=None)
    return engine


def _template(collection: str, saved: str) -> str:
    names = list(dict.fromkeys([*(template.name for template in shipped_templates()), saved]))
    chosen = st.selectbox(
        "Prompt template",
        names,
        index=names.index(saved),
        accept_new_options=True,
        help="How the model is asked. Or type the path of a .toml file of your own (docs/prompting.md).",
        key=_key(collection, TEMPLATE, saved),
        persist_state="session",
    )
    name = (chosen or saved).strip()
    try:
        template = load_template(name)
    except EXPECTED as error:
        show_problem("This template cannot be used.", error)
        return name
    st.text(template.purpose)
    with st.expander("The whole template", type="compact"):
        for message in template.stable_messages():
            st.caption(message.role)
            st.text(message.content)
    return name


def _group(collection: str, group: SettingGroup, saved: dict[str, str]) -> dict[str, str]:
    with st.expander(group.title):
        st.caption(group.about)
        columns = st.columns(2)
        found = {}
        for number, setting in enumerate(group.settings):
            with columns[number % 2]:
                found[setting.name] = _value(collection, setting, saved[setting.name])
                if variable := decided_by_environment(setting.name):
                    st.caption(f"{variable} decides this now.")
        return found


def _value(collection: str, setting: OfferedSetting, saved: str) -> str:
    """The widget for it, and what it says, as words."""
    key, default = _key(collection, setting.name, saved), None if saved == NONE else saved
    hint = None if setting.left_out is None else f"empty: {setting.left_out}"
    if setting.kind == "switch":
        switched = st.checkbox(
            setting.title, saved == "true", help=setting.about, key=key, persist_state="session"
        )
        return str(switched).lower()
    if setting.kind == "choice":
        choices = list(setting.choices)
        return str(
            st.selectbox(
                setting.title, choices, choices.index(saved), help=setting.about, key=key,
                persist_state="session",
            )
        )  # fmt: skip
    if setting.kind == "text":
        typed = st.text_input(
            setting.title, default or "", help=setting.about, placeholder=hint, key=key, max_chars=4000,
            persist_state="session",
        )  # fmt: skip
        st.caption(setting.about)
        return typed.strip() or NONE
    number: float | None
    # What a file or a program saved may lie beyond what is offered here, and be right all the same.
    least, most = setting.least, setting.most
    if default is not None:
        least, most = min(least, float(default)), max(most, float(default))
    if setting.kind == "whole":
        number = st.number_input(
            setting.title,
            min_value=int(least),
            max_value=int(most),
            value=None if default is None else int(default),
            step=int(setting.step),
            placeholder=hint,
            help=hint,
            key=key,
            persist_state="session",
        )
    else:
        number = st.number_input(
            setting.title,
            min_value=float(least),
            max_value=float(most),
            value=None if default is None else float(default),
            step=float(setting.step),
            placeholder=hint,
            help=hint,
            key=key,
            persist_state="session",
        )
    st.caption(setting.about)
    return NONE if number is None else str(number)


def _ending(collection: str, folder: Path, chosen: dict[str, str], saved: dict[str, str]) -> None:
    changed = [name for name, value in chosen.items() if value != saved[name]]
    problems = with_saved(Settings(), folder).problems
    with st.container(horizontal=True):
        wanted = st.button("Save", type="primary", disabled=not changed and not problems, key="save settings")
        with st.popover("Reset to defaults", disabled=not read_saved(folder).values and not problems):
            st.write("All settings of this collection go back to the defaults.")
            reset = st.button("Reset them", key="reset settings")
    if changed:
        st.caption(
            f"Not saved yet: {', '.join(name.rpartition('.')[2].replace('_', ' ') for name in changed)}."
        )
    try:
        if wanted:
            _save(folder, chosen)
            _again(collection, "Saved. The next question goes by it.")
        if reset:
            forget_saved(folder)
            _again(collection, "Back to the defaults.")
    except EXPECTED as error:
        show_problem("This cannot be saved.", error)


def _save(folder: Path, chosen: dict[str, str]) -> None:
    load_template(chosen[TEMPLATE])
    good = setting_words(with_saved(Settings(), folder).settings)
    kept = {name: good[name] for name in read_saved(folder).values if name in good}
    save(folder, values_to_save(chosen, kept, setting_words(Settings())))


def _again(collection: str, message: str) -> None:
    """Draw the page anew, with widgets that show what is saved now."""
    for key in [key for key in st.session_state if str(key).startswith(_keys(collection))]:
        del st.session_state[key]
    st.session_state[_round(collection)] = st.session_state.get(_round(collection), 0) + 1
    st.session_state[_SAVED] = message
    st.rerun()


def _round(collection: str) -> str:
    return f"settings round of {collection}"


def _keys(collection: str) -> str:
    """What the keys of a collection's widgets begin with."""
    return f"setting of {collection} {st.session_state.get(_round(collection), 0)} "


def _key(collection: str, name: str, saved: str) -> str:
    """With what is saved: once somebody else saves another value, the widget shows that."""
    return f"{_keys(collection)}{name} {saved}"
