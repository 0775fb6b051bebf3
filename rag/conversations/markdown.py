"""A chat as a Markdown page: what documents, models and people wrote is text there, and never markup."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.conversations.types import KeptConversation, KeptTurn
from rag.types import Citation, Verdict

#: Characters that steer terminals, reorder letters, or are not seen.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
_LINE_BREAK = re.compile("\r\n|[\r\f\v\x85\u2028\u2029]")
_MARKUP = re.compile(r"[\\`*_{}\[\]<>|~&$^]")
#: What begins a heading, a list, a rule or an underline, where it begins a line.
_LEADING = re.compile(r"^([#=+\-]|:(?=\s)|\d+(?=[.)](?:\s|$)))")
#: Many renderers make links of addresses without being asked.
_ADDRESS = re.compile(r"(?=://)|(?<=\bwww)(?=\.)|(?<=\bmailto)(?=:)|(?<=\bxmpp)(?=:)", re.IGNORECASE)
#: So with mail addresses and people's names; no backslash prevents that, an empty comment does.
_AT_SIGN = re.compile(r"@(?=[\w\-])")
_COMMENT = "<!-- -->"

_REFUSALS = {
    "nothing-found": "nothing that was found says enough about it",
    "not-stated": "what was found does not state it",
    "not-supported": "nothing of what was written was supported",
}


def as_markdown(chat: KeptConversation) -> str:
    """The chat with numbered references under each answer: document, page and quote."""
    about = chat.about
    count = f"{len(chat.turns)} question" + ("" if len(chat.turns) == 1 else "s")
    parts = [
        f"# {escaped(about.title) or 'Chat'}",
        f"Collection {escaped(about.collection)}, {count}, begun {about.began}, last asked {about.changed}. "
        f"Chat {about.id} of Refdesk.",
    ]
    names = _document_names(chat)
    for turn in chat.turns:
        parts.extend(_turn(turn, names))
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """The text as part of one line, in which nothing is markup, a link or HTML."""
    line = " ".join(_visible(text).split())
    line = _MARKUP.sub(lambda found: "\\" + found[0], line)
    line = _AT_SIGN.sub(f"@{_COMMENT}", _ADDRESS.sub(r"\\", line))
    return _LEADING.sub(lambda found: found[0] + "\\" if found[0].isdigit() else "\\" + found[0], line)


def _turn(turn: KeptTurn, names: dict[str, str]) -> Iterator[str]:
    yield f"## {turn.number}. {escaped(turn.question)}"
    if turn.searched is not None:
        yield f"Searched for: {escaped(turn.searched)}"
    yield from (escaped(line) for line in _visible(turn.text).splitlines() if line.strip())
    if turn.refused:
        yield f"Refused: {_REFUSALS.get(turn.refusal or '', 'no reason was kept')}."
    if turn.coverage is not None:
        yield escaped(turn.coverage.text)
    for sentence in turn.sentences:
        if sentence.verdict is Verdict.UNSUPPORTED:
            yield f"**Not supported by what it cites:** “{escaped(sentence.text)}”"
        elif sentence.corrected:
            yield f"**Corrected, in the document's own words:** “{escaped(sentence.text)}”"
    references = [_reference(citation, names) for citation in _citations(turn)]
    if references:
        yield "References:"
        yield "\n".join(references)
    yield f"Asked {turn.asked}. The answer was made by a model: {escaped(turn.engine)}."


def _reference(citation: Citation, names: dict[str, str]) -> str:
    place = f"{escaped(names[citation.document])}, {escaped(citation.page_label)}"
    return f"- \\[{citation.passage_number}\\] {place}: “{escaped(citation.quote)}”"


def _citations(turn: KeptTurn) -> list[Citation]:
    """By number, each quote once however many sentences cite it."""
    found = {
        (citation.passage_number, citation.start, citation.end): citation
        for sentence in turn.sentences
        for citation in sentence.citations
    }
    return [found[key] for key in sorted(found)]


def _document_names(chat: KeptConversation) -> dict[str, str]:
    """File names, and whole paths where two documents share one."""
    paths = {citation.document for turn in chat.turns for citation in _citations(turn)}
    names = {path: path.replace("\\", "/").rpartition("/")[2] or path for path in paths}
    shared = list(names.values())
    return {path: name if shared.count(name) == 1 else path for path, name in names.items()}


def _visible(text: str) -> str:
    return _UNSEEN.sub(lambda found: f"‹U+{ord(found[0]):04X}›", _LINE_BREAK.sub("\n", text))
