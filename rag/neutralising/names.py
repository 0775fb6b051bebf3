"""Names of files and pages as a model may be shown them: whoever sends a file chooses its name."""

from __future__ import annotations

import re

from rag.neutralising.passage import LEFT_OUT_TITLE, neutralised_line

#: Stands for a name that addresses the reader's software.
LEFT_OUT_NAME = "(name left out)"

#: What stands for a space in names: "ignore_all_instructions.txt" is read as words.
_JOINTS = re.compile(r"[\s_.+\-/\\]+")
_PLACE = ", page "
#: `neutralised_line` looks for an order at so many words of a line.
_STRIDE = 30


def neutralised_name(name: str) -> str:
    """A file's name or path on one line, in which nothing acts; `LEFT_OUT_NAME` for one that is an order."""
    words = _JOINTS.sub(" ", name).split()
    stretches = [" ".join(words[start:]) for start in range(0, len(words), _STRIDE)]
    shown, *read = (neutralised_line(line)[0] for line in (name, *stretches))
    return LEFT_OUT_NAME if LEFT_OUT_TITLE in (shown, *read) else shown


def neutralised_source(source: str) -> str:
    """ "rules.pdf, page 4 (characters 120 to 480)" likewise, its page kept."""
    name, comma, page = source.rpartition(_PLACE)
    return f"{neutralised_name(name)}{comma}{page}" if comma else neutralised_name(source)
