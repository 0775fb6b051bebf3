"""Names and other people's words where Streamlit takes Markdown: labels of buttons, boxes and drawers."""

from __future__ import annotations

from rag.conversations.markdown import escaped

#: Seen by nobody, and enough to keep a colon or an at sign from beginning anything.
_JOINER = "\u2060"


def plain(text: str) -> str:
    """The text as a label that shows it as it is: no link, no picture, no icon, no formula, one line."""
    # A colon between letters begins an icon or a colour (":red[...]", ":material/delete:").
    return escaped(text).replace("<!-- -->", _JOINER).replace(":", f":{_JOINER}")
