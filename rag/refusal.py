"""Saying that the documents do not hold the answer, in one fixed form."""

from __future__ import annotations

import re
from itertools import product

from rag.citations import without_marks

#: What the model is told to write when the passages do not hold the answer.
MODEL_REFUSAL = "Not stated."

#: What a person reads instead.
REFUSAL = "The documents do not hold an answer to this question."

#: How a model begins when it refuses in words of its own.
_OPENINGS = (
    "not stated",
    "the answer is not stated",
    *(
        f"{article}{thing} {negation}"
        for article, thing, negation in product(
            ("the ", "these ", "this ", ""),
            ("passages", "passage", "documents", "document", "text", "context"),
            ("do not", "does not", "don't", "doesn't"),
        )
    ),
)
_SAYING = r"(?:state|mention|provide|contain|say|specify|hold|give|include|answer)"
_WHOLE = re.compile(
    rf"\W*(?:not stated|the answer is not stated|(?:the |these |this )?(?:passages?|documents?|text|context) "
    rf"(?:do(?:es)? not|do(?:es)?n't) {_SAYING})\b[^.;:]*\W*",
    re.IGNORECASE,
)
#: No full stop, semicolon or colon yet: the sentence goes on, and may still say anything.
_UNFINISHED = re.compile(r"[^.;:]*")
_LONGEST_REFUSAL = 200
_BUT = re.compile(r"\b(?:but|however|although|though|only|except|rather)\b", re.IGNORECASE)


def is_refusal(text: str) -> bool:
    """Whether what the model wrote is a refusal and nothing else: one sentence that gives no answer."""
    bare = without_marks(text)
    return _WHOLE.fullmatch(bare) is not None and _BUT.search(bare) is None


def may_become_refusal(text: str) -> bool:
    """Whether an unfinished text may still turn out to be a refusal."""
    start = text.lstrip().lower()
    if any(opening.startswith(start) for opening in _OPENINGS):
        return True
    if not start.startswith(_OPENINGS) or _BUT.search(start) or len(start) > _LONGEST_REFUSAL:
        return False
    return _UNFINISHED.fullmatch(start) is not None or is_refusal(text)
