"""Saying that the documents do not hold the answer, in one fixed form."""

from __future__ import annotations

import re

#: What the model is told to write when the passages do not hold the answer.
MODEL_REFUSAL = "Not stated."

#: What a person reads instead.
REFUSAL = "The documents do not hold an answer to this question."

_REFUSALS = re.compile(
    r"^\W*(?:not stated\b|the answer is not stated|"
    r"(?:the |these |your )?(?:passages?|documents?|texts?|context)(?: provided)? (?:do|does)(?: not|n't) "
    r"(?:state|mention|provide|contain|say|specify|hold|give|include)|"
    r"(?:it|this|that) is not (?:stated|mentioned|specified) in the (?:passages?|documents?|text))",
    re.IGNORECASE,
)
_LONGEST_START = 12


def is_refusal(text: str) -> bool:
    """Whether what the model wrote is a refusal rather than an answer."""
    return _REFUSALS.match(text) is not None


def may_become_refusal(text: str) -> bool:
    """Whether the first few characters could still turn out to be the model's refusal."""
    start = text.lstrip().lower()
    return len(start) < _LONGEST_START and MODEL_REFUSAL.lower().startswith(start)
