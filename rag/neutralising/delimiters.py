"""What ends a passage, asks a question or changes the speaker in a prompt: said in other characters.

The words stay, so that a list of frequent questions still reads as one; only their form is not the prompt's.
"""

from __future__ import annotations

import re

#: `[3]` or `[3, 4]`: in the prompt that is a passage's number, in an answer a citation.
_NUMBER_MARK = re.compile(r"\[(\s*\d+(?:\s*[,;–-]\s*\d+)*\s*)\]")
#: Tokens of chat formats: <|im_start|>, <start_of_turn>, [INST], <<SYS>>, </s>. A model's own are spelt out
#: in any case (generators/text/prompt_tokens.py); these are those of other models, too.
_CHAT_TOKEN = re.compile(
    r"<\s*\|\s*/?([^<>|\n]{1,40})\|\s*>"
    r"|<{1,2}\s*(/?\s*(?:SYS|s|bos|eos|pad|unk|(?:start|end)_of_(?:turn|text|role)|sep))\s*>{1,2}"
    r"|\[\s*(/?\s*(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_RESULTS))\s*\]",
    re.IGNORECASE,
)
#: Elements that prompts put around their parts.
_PROMPT_ELEMENT = re.compile(
    r"<\s*(/?\s*(?:context|documents?|passages?|instructions?|system|user|assistant|prompt|query|question|"
    r"answer|tool_(?:call|response|result)|think(?:ing)?|important|admin|source|search_results?))\b([^<>\n]*)>",
    re.IGNORECASE,
)
_SPEAKER = (
    r"system(?: (?:prompt|message|note|notice))?|user|assistant|human|ai|bot|model|developer|"
    r"instructions?|input|output|"
    r"(?:final |helpful |short )?answer|question|response|context|passages?(?: \d+)?|document \d+|"
    r"frage|antwort|anweisung(?:en)?|pregunta|respuesta|réponse|问题|回答|答案|系统|用户|助手"
)
_LABEL = re.compile(rf"(?im)^([ \t>*#_|-]*)({_SPEAKER})([ \t*_]*)[:：]")
_HEADING_OF_ROLE = re.compile(rf"(?im)^[ \t]*#{{1,6}}[ \t]*(?=(?:{_SPEAKER})\b)")
_FENCE = re.compile(r"`{3,}|~{3,}")
_RULE = re.compile(r"(?m)^([ \t]*)[-=_*#]{4,}([ \t]*)$")


def without_delimiters(text: str) -> str:
    """The text with nothing in it that could be taken for a part of the prompt or a token of a chat."""
    text = _CHAT_TOKEN.sub(lambda found: f"({next(filter(None, found.groups())).strip()})", text)
    text = _PROMPT_ELEMENT.sub(r"(\1\2)", text)
    text = _HEADING_OF_ROLE.sub("", text)
    text = _LABEL.sub(r"\1\2\3 -", text)
    text = _FENCE.sub("'''", text)
    text = _RULE.sub(r"\1-\2", text)
    return _NUMBER_MARK.sub(r"(\1)", text)


def forges_turns(text: str) -> bool:
    """Whether the text holds a chat format's tokens, or what prompts put around instructions."""
    return any(sign.search(text) for sign in (_CHAT_TOKEN, _ROLE_OBJECT, _INSTRUCTION_PART))


_INSTRUCTION_PART = re.compile(
    r"#{2,6}\s*(?:instructions?|response|system|assistant|user)\s*:|</?\s*(?:instructions?|system|assistant|context|"
    r"prompt|tool_response|passages?)\s*>|\[/?(?:system|assistant)\]\s*[:(]",
    re.IGNORECASE,
)
_ROLE_OBJECT = re.compile(r"[\"']role[\"']\s*:\s*[\"'](?:system|user|assistant|tool)[\"']", re.IGNORECASE)
