"""The app as tests drive it, without a browser."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

ENTRY = str(Path(__file__).resolve().parents[3] / "streamlit_app.py")
_MOST_SECONDS, _SECONDS_BETWEEN_LOOKS = 120.0, 0.05


def open_page(**address: str) -> Any:
    """The chat page, as a new session opens it; `address` is what stands behind the question mark."""
    import streamlit
    from streamlit.testing.v1 import AppTest

    streamlit.cache_resource.clear()  # the page's collections outlive a page, as they should
    page = AppTest.from_file(ENTRY, default_timeout=60)
    for name, value in address.items():
        page.query_params[name] = value
    return page.run()


def turned_to(page: Any, address: str) -> Any:
    """The same session on another page, by what stands behind its address; "" is the chat."""
    from streamlit.util import calc_hash

    page._page_hash = calc_hash(address)  # AppTest turns to pages that are files, and ours are functions
    return page.run()


def asked(page: Any, question: str) -> Any:
    """Ask, and look until the answer is there."""
    page.chat_input[0].set_value(question).run()
    return settled(page)


def settled(page: Any) -> Any:
    """The page when nothing is being worked on any more."""
    end = time.monotonic() + _MOST_SECONDS
    while time.monotonic() < end:
        if not [button for button in page.button if button.label == "Stop answering"]:
            return page
        time.sleep(_SECONDS_BETWEEN_LOOKS)
        page.run()
    raise AssertionError("what was asked was never done")


def texts(page: Any) -> list[str]:
    return [text.value for text in page.text]


def answers(page: Any) -> list[dict[str, Any]]:
    """What the answers' components are given, in order."""
    return [each for each in _given(page) if "parts" in each]


def panels(page: Any) -> list[dict[str, Any]]:
    """What the panels of an open source are given, in order."""
    return [each for each in _given(page) if "says" in each]


def _given(page: Any) -> list[dict[str, Any]]:
    """What each of our components is given that is given anything."""
    return [json.loads(each.proto.json) for each in page.get("bidi_component") if each.proto.json]


def words(answer: dict[str, Any]) -> str:
    """An answer as it reads, its marks as numbers in brackets."""
    return "".join(
        piece["text"] if "text" in piece else f" [{piece['number']}]"
        for part in answer["parts"]
        for piece in part["pieces"]
    )


def button(page: Any, label: str) -> Any:
    """The button whose label begins so, invisible characters aside."""
    found = [
        each for each in page.button if each.label.replace("\u2060", "").replace("\\", "").startswith(label)
    ]
    assert found, [each.label for each in page.button]
    return found[0]
