"""Whether a message asks for something to be made, and what: the language model's own call of a tool.

The model sees the person's message and the list of tools, nothing of any document or answer: what stands in a
document can so never call one. What it chooses must come from the message, and is checked as every call is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from generators.text.grammar import json_grammar, keeps_grammars
from generators.text.protocol import Finished, GenerationRequest, Message, TextGenerator, TextPiece
from generators.text.quoting import only_quotes
from rag.errors import TaskStopped, TaskUnsuited, ToolCallRefused
from rag.grounded.references import read_reference
from rag.terms import content_terms
from rag.tools.chat_commands import drawing, place
from rag.tools.language_names import says_language
from rag.tools.registry import TOOLS, Tool
from rag.tools.types import ToolCall

_NONE = "none"
#: A question is answered, and documents are summed up, by the collection itself, every sentence checked.
_LEFT_TO_THE_COLLECTION = frozenset({"ask", "search", "summarize"})
CHOSEN: tuple[Tool, ...] = tuple(tool for tool in TOOLS if tool.name not in _LEFT_TO_THE_COLLECTION)
#: Words without which nothing is asked to be made: other messages are not shown to the chooser at all, so
#: that a question takes no longer.
_ASKS = re.compile(
    r"\b(?:draw|paint|sketch|picture|image|illustrat|read|speak|say|aloud|voice|audio|sound|music|play|compos|"
    r"transcri|translat|classif|categor|label|entit|names|zeichn|male|bild|lies|vorles|sprich|übersetz|dessin|"
    r"image|lis|tradu|dibuj|lee)\w*",
    re.IGNORECASE,
)
#: A message that begins as a question is one: small models take "which label" for an order to classify.
_QUESTION = re.compile(
    r"\s*(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|has|have|had|wer|wie|wo|"
    r"wann|warum|welche[rsmn]?|qui|quand|où|pourquoi|comment|combien|qué|quién|cuándo|dónde|cómo)\b",
    re.IGNORECASE,
)
_FILE = re.compile(r"\S+\.[a-z]\w{1,4}", re.IGNORECASE)
_MOST_TOKENS = 200
_LONGEST_MESSAGE = 1000
#: The tools that make something of a prompt.
_FROM_WORDS = frozenset({"draw", "music"})
#: What has to stand in the message as it is.
_VERBATIM = frozenset({"text", "document", "file", "labels", "kinds"})
_LAST_ANSWER = re.compile(
    r"(?:read |say |speak )?(?:that|this|it|the (?:last )?(?:answer|text))(?: aloud)?", re.I
)
_VERB = re.compile(
    r"^(?:please\s+)?(?:(?:can|could|would) you\s+)?(?:please\s+)?"
    r"(?:draw|paint|sketch|play|compose|make)\s+(?:(?:me|us)\s+)?",
    re.I,
)
_FENCE = re.compile(r"```(?:json)?\s*(.*?)\s*```", re.DOTALL)
_EXAMPLES = (
    ("draw me a ship at sea", {"tool": "draw", "arguments": {"prompt": "a ship at sea"}}),
    ("read that aloud", {"tool": "speak", "arguments": {}}),
    ("translate it into French", {"tool": "translate", "arguments": {"language": "French"}}),
    ("What does the contract say about the rent?", {"tool": _NONE}),
)


def require_chooser(generator: TextGenerator) -> None:
    """Raises TaskUnsuited for an engine that only quotes."""
    if only_quotes(generator):
        raise TaskUnsuited(
            f"The engine {generator.id} only quotes, and so cannot choose tools. Name a model that writes, "
            "or type commands: /help lists them."
        )


def may_ask(message: str) -> bool:
    """Whether the message has a word that asks for something to be made, and does not begin as a question."""
    return _ASKS.search(message) is not None and _QUESTION.match(message) is None


def choice_schema(tools: tuple[Tool, ...] = CHOSEN) -> dict[str, object]:
    """The JSON schema of a choice: one of the tools with its arguments, or "none"."""
    choices: list[object] = [_object({"tool": {"const": _NONE}})]
    choices += [
        _object({"tool": {"const": tool.name}, "arguments": _unbounded(tool.schema(fine=False))})
        for tool in tools
    ]
    return {"oneOf": choices}


def choose_call(
    generator: TextGenerator,
    message: str,
    tools: tuple[Tool, ...] = CHOSEN,
    cancelled: Callable[[], bool] = lambda: False,
) -> ToolCall | None:
    """The tool that the person's message asks for; None where it asks for none of them.

    Local models are held to the schema by a grammar; what others write must be such JSON. Raises
    TaskUnsuited, TaskStopped, ToolCallRefused for a choice that cannot be read, and what the engine raises.
    """
    require_chooser(generator)
    if not message.strip() or len(message) > _LONGEST_MESSAGE or not may_ask(message):
        return None
    held = keeps_grammars(generator)
    request = GenerationRequest(
        _messages(message, tools),
        question=message,
        max_tokens=_MOST_TOKENS,
        grammar=json_grammar(choice_schema(tools)) if held else None,
    )
    written = ""
    for event in generator.stream(request, cancelled):
        if isinstance(event, TextPiece):
            written += event.text
        elif isinstance(event, Finished) and event.reason in ("cancelled", "deadline"):
            raise TaskStopped("It was stopped before anything was made.")
    call = read_choice(written, tools)
    return None if call is None else from_message(call, message)


def read_choice(written: str, tools: tuple[Tool, ...] = CHOSEN) -> ToolCall | None:
    """The choice that a model wrote, strictly. Raises ToolCallRefused for what is none."""
    refused = ToolCallRefused(
        "The model was asked which tool is meant, and wrote nothing that can be read as a call. Say it as a "
        "command: /help lists them."
    )
    fenced = _FENCE.fullmatch(written.strip())
    try:
        said = json.loads(fenced[1] if fenced else written)
    except ValueError as error:
        raise refused from error
    if not isinstance(said, dict) or said.keys() - {"tool", "arguments"}:
        raise refused
    name, arguments = said.get("tool"), said.get("arguments", {})
    if not isinstance(arguments, dict) or name not in (_NONE, *(tool.name for tool in tools)):
        raise refused
    return None if name == _NONE else ToolCall(str(name), arguments)


def from_message(call: ToolCall, message: str) -> ToolCall:
    """The call without what the person did not say: a model fills in what it was not told.

    Whether something is made from the documents is read from the message, by rule.
    """
    said = _folded(message)
    kept = {name: value for name, value in call.arguments.items() if _was_said(name, value, said)}
    if not says_language(message, str(kept.get("language", ""))):
        kept.pop("language", None)  # the tool then asks for it
    if isinstance(text := kept.get("text"), str) and (where := _place_in(text)):
        kept = {name: value for name, value in kept.items() if name != "text"} | where
    if call.tool not in _FROM_WORDS:
        return ToolCall(call.tool, kept)
    prompt, whole = kept.get("prompt"), _VERB.sub("", message).rstrip(" ?!.")
    terms = set(content_terms(prompt)) if isinstance(prompt, str) else set[str]()
    if not isinstance(prompt, str) or not terms or not terms <= set(content_terms(whole)):
        prompt = whole  # the model put in what nobody said
    named, kept_of_it = read_reference(message), read_reference(prompt)
    if (named.page_number, named.document) != (kept_of_it.page_number, kept_of_it.document):
        prompt = whole  # the model dropped the place, or made one up
    if drawing(whole).get("from_documents"):
        return ToolCall(call.tool, {"from_documents": True, "prompt": drawing(prompt)["prompt"]})
    return ToolCall(call.tool, drawing(prompt))


def _place_in(text: str) -> dict[str, object]:
    """The place that a text is nothing but the name of: "page 2 of rules.pdf"."""
    named = read_reference(text)
    is_place = (named.page_number is not None and not named.subject) or _FILE.fullmatch(text.strip())
    return place(text.strip()) if is_place else {}


def _was_said(name: str, value: object, said: str) -> bool:
    if name == "page":
        return re.search(rf"(?<!\d){re.escape(str(value))}(?!\d)", said) is not None
    if name not in _VERBATIM or value is None:
        return True
    texts = value if isinstance(value, list) else [value]
    folded = [_folded(text) for text in texts if isinstance(text, str)]
    if name == "text" and any(text == said or _LAST_ANSWER.fullmatch(text) for text in folded):
        return False
    return bool(folded) and all(text and text in said for text in folded)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .!?")


def _messages(message: str, tools: tuple[Tool, ...]) -> tuple[Message, ...]:
    listed = "\n".join(
        f"- {tool.name}: {tool.description} Arguments: "
        + "; ".join(
            f"{each.name} ({each.about.description})" for each in tool.parameters if not each.about.fine
        )
        for tool in tools
    )
    system = (
        "You read one message and say which of these tools it asks for, as JSON: "
        '{"tool": NAME, "arguments": {...}}. Give only arguments that the message says. A message that '
        f'asks a question, or for anything else, is {{"tool": "{_NONE}"}}.\n{listed}'
    )
    examples = [
        Message(role, content)  # type: ignore[arg-type]  # the two roles below
        for asked, choice in _EXAMPLES
        for role, content in (("user", asked), ("assistant", json.dumps(choice)))
    ]
    return Message("system", system), *examples, Message("user", message)


def _object(properties: Mapping[str, object]) -> dict[str, object]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _unbounded(schema: Any) -> Any:
    """The schema without lengths: a grammar would spell them out, sign by sign. Calls are checked anyway."""
    if isinstance(schema, dict):
        left_out = ("maxLength", "maxItems", "minimum", "maximum", "description")
        return {name: _unbounded(part) for name, part in schema.items() if name not in left_out}
    return schema
