"""The clicks that are timed, page by page: each gives the seconds that it took.

Each is made from where the one before has left the page; `ROUND` is one whole way through it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from benchmarks.page_material import LARGE, SMALL, question
from benchmarks.page_visitor import Visitor

#: Who clicks, and how many documents the large collection has; the seconds until the click was answered.
Click = Callable[[Visitor, int], Awaitable[float]]

#: A source of an answer: not always the first passage.
_SOURCE = re.compile(r"^\[\d+\] manual")
_TITLE, _CAPTION, _DIALOG = "h1", "[data-testid=stSidebar] [data-testid=stCaptionContainer]", "[role=dialog]"


def _page(link: str, title: str) -> Click:
    async def click(visitor: Visitor, documents: int) -> float:  # noqa: ARG001 - as all clicks
        await visitor.answered(_TITLE, title)
        await visitor.page.get_by_test_id("stSidebarNavLink").filter(has_text=link).click()
        return await visitor.taken()

    return click


def _collection(name: str) -> Click:
    async def click(visitor: Visitor, documents: int) -> float:
        await visitor.page.get_by_test_id("stSidebar").get_by_test_id("stSelectbox").locator("input").click()
        count = documents if name == LARGE else 2
        await visitor.answered(_CAPTION, f"{count} documents")
        await visitor.page.get_by_role("option", name=name, exact=True).click()
        return await visitor.taken()

    return click


def _toggle(label: str) -> Click:
    async def click(visitor: Visitor, documents: int) -> float:  # noqa: ARG001 - as all clicks
        await visitor.answered("label", label)
        await visitor.page.locator("label").filter(has_text=label).click()
        return await visitor.taken()

    return click


async def _ask(visitor: Visitor, documents: int) -> float:
    """Until the question stands in the chat; then the answer is waited for, which counts for nothing."""
    words = question(visitor.asked, documents)
    visitor.asked += 1
    done = visitor.page.get_by_text("How this came about")
    before = await done.count()
    box = visitor.page.get_by_test_id("stChatInputTextArea")
    await box.fill(words)
    await visitor.answered("[data-testid=stChatMessage]", words)
    await box.press("Enter")
    seconds = await visitor.taken()
    await done.nth(before).wait_for()
    await visitor.rest()
    return seconds


async def _open_source(visitor: Visitor, documents: int) -> float:  # noqa: ARG001 - as all clicks
    """Until the sentence that is quoted stands there; its page is drawn meanwhile."""
    await visitor.answered(_DIALOG, "The document says", runs=False)
    await visitor.page.get_by_role("button", name=_SOURCE).last.click()
    return await visitor.taken()


async def _page_drawn(visitor: Visitor, documents: int) -> float:
    """The same source once more, until its page's picture is there."""
    await _close_source(visitor, documents)
    await visitor.answered(".picture img", runs=False)
    await visitor.page.get_by_role("button", name=_SOURCE).last.click()
    return await visitor.taken()


async def _close_source(visitor: Visitor, documents: int) -> float:  # noqa: ARG001 - as all clicks
    await visitor.page.get_by_role("dialog").locator(".picture img").wait_for()
    await visitor.rest()
    await visitor.answered("[data-testid=stChatInputTextArea]")
    await visitor.page.get_by_role("dialog").get_by_role("button", name="Close").click()
    return await visitor.taken()


async def _drawer(visitor: Visitor, documents: int) -> float:  # noqa: ARG001 - as all clicks
    """How an answer came about: it is there already, and only opens."""
    await visitor.answered("[data-testid=stExpanderDetails]", "passages found after", runs=False)
    await visitor.page.get_by_text("How this came about").last.click()
    return await visitor.taken()


async def _row(visitor: Visitor, documents: int) -> float:  # noqa: ARG001 - as all clicks
    """A document, chosen in the table: its text opens below."""
    await visitor.page.get_by_role("tab", name="Documents").click()  # the page opens where it was left
    table = visitor.page.get_by_test_id("stDataFrame").first
    await table.wait_for()
    await visitor.rest()
    await visitor.answered("p", "1 document chosen")
    await table.click(position={"x": 18, "y": 52})
    return await visitor.taken()


async def _turn(visitor: Visitor, documents: int) -> float:  # noqa: ARG001 - as all clicks
    """The next page of that text; it is drawn again by itself, without the page around it."""
    await visitor.answered("[data-testid=stText]", "P02")
    await visitor.page.get_by_test_id("stNumberInputStepUp").first.click()
    return await visitor.taken()


async def _search_tab(visitor: Visitor, documents: int) -> float:  # noqa: ARG001 - as all clicks
    await visitor.answered("button", "Search", runs=False)
    await visitor.page.get_by_role("tab", name="Search").click()
    return await visitor.taken()


async def _search(visitor: Visitor, documents: int) -> float:
    words = question(visitor.asked, documents)
    visitor.asked += 1
    await visitor.page.get_by_label("Search in these documents").fill(words)
    await visitor.answered(".rd-hit mark")
    await visitor.page.get_by_test_id("stFormSubmitButton").get_by_role("button", name="Search").click()
    return await visitor.taken()


async def _tool(visitor: Visitor, documents: int) -> float:  # noqa: ARG001 - as all clicks
    """From another one, which the page may not have been left at."""
    await (
        visitor.page.get_by_role("radio", name="Summarise")
        .or_(visitor.page.get_by_role("button", name="Summarise"))
        .first.click()
    )
    await visitor.rest()
    await visitor.answered("button", "Begin")
    await (
        visitor.page.get_by_role("radio", name="Speak")
        .or_(visitor.page.get_by_role("button", name="Speak"))
        .first.click()
    )
    return await visitor.taken()


def _part(name: str, expected: str, text: str) -> Click:
    async def click(visitor: Visitor, documents: int) -> float:  # noqa: ARG001 - as all clicks
        await visitor.answered(expected, text)
        await (
            visitor.page.get_by_role("radio", name=name)
            .or_(visitor.page.get_by_role("button", name=name, exact=True))
            .first.click()
        )
        return await visitor.taken()

    return click


async def _setting(visitor: Visitor, documents: int) -> float:  # noqa: ARG001 - as all clicks
    """A value is changed, not saved. What was changed and not saved before is still there, and put back."""
    calculate = visitor.page.get_by_test_id("stCheckbox").filter(has_text="Calculate").locator("label")
    await visitor.page.get_by_test_id("stExpander").filter(has_text="Writing").locator("summary").click()
    await visitor.rest()
    if await visitor.page.get_by_text("Not saved yet").count():
        await calculate.click()
        await visitor.rest()
    await visitor.answered("[data-testid=stCaptionContainer]", "Not saved yet")
    await calculate.click()
    return await visitor.taken()


async def _save(visitor: Visitor, documents: int) -> float:  # noqa: ARG001 - as all clicks
    await visitor.answered("[data-testid=stAlertContentSuccess]", "Saved")
    await visitor.page.get_by_role("button", name="Save", exact=True).click()
    return await visitor.taken()


async def _new_chat(visitor: Visitor, documents: int) -> float:  # noqa: ARG001 - as all clicks
    await visitor.answered("[data-testid=stSidebar] button:disabled", "New chat")
    await visitor.page.get_by_role("button", name="New chat").click()
    return await visitor.taken()


SAVE = "settings: save it"

#: In this order: what it is called, and how it is made.
ROUND: tuple[tuple[str, Click], ...] = (
    ("chat: ask, until the question stands there", _ask),
    ("chat: open a source, until its sentence is quoted", _open_source),
    ("chat: open it again, until its page is drawn", _page_drawn),
    ("chat: close it", _close_source),
    ("chat: open how an answer came about", _drawer),
    ("chat: toggle whether it is kept", _toggle("Keep this chat")),
    ("chat: toggle it back", _toggle("Keep this chat")),
    ("chat: show the kept chats", _toggle("Show kept chats")),
    ("chat: hide them", _toggle("Show kept chats")),
    ("chat: choose another collection", _collection(SMALL)),
    ("chat: choose the large one again", _collection(LARGE)),
    ("to the documents", _page("Documents", "Documents")),
    ("documents: choose one, and see its text", _row),
    ("documents: turn its page", _turn),
    ("documents: open the search", _search_tab),
    ("documents: search", _search),
    ("to the tools", _page("Tools", "Tools")),
    ("tools: choose another tool", _tool),
    ("to the settings", _page("Settings", "Settings")),
    ("settings: change a value", _setting),
    (SAVE, _save),
    ("settings: to the models", _part("Models", "p", "Models of the catalogue")),
    ("settings: to this machine", _part("This machine", "h3", "In memory now")),
    ("settings: to the evaluations", _part("Evaluations", "[data-testid=stAlertContentInfo]", "measured")),
    ("settings: back to the answers", _part("Answers", "h3", "Engine and model")),
    ("to the chat", _page("Chat", "Ask")),
    ("chat: begin a new one", _new_chat),
)
