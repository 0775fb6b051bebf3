"""The page by keyboard alone: what Tab reaches, what can be scrolled, and where Escape leads back to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag import open_collection
from tests.browser.asking import ask, focused, settled, wait_until
from tests.browser.conftest import ROOT

pytestmark = pytest.mark.browser

NOTICE = ROOT / "examples" / "documents" / "federal-register-2020-17221.pdf"
COST = "What is the average total cost per operator?"
MAST = "How often is the zeppelin mast greased?"
MAST_SAYS = "The zeppelin mast is greased every second Thursday by the quartermaster."
_RULES = "\n\n".join(
    f"Rule {number} of the hangar: each glider is put back, cleaned and covered." for number in range(60)
)
#: Whether the place of a panel's mark is within its panel and within the window.
_IN_SIGHT = """
panel => {
    const [within, place] = [panel, panel.querySelector('.place')].map(e => e.getBoundingClientRect());
    return place.top >= within.top && place.bottom <= within.bottom
        && place.left >= within.left && place.left <= within.right
        && place.top >= 0 && place.bottom <= innerHeight;
}
"""


@pytest.fixture
def hangar(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PDF, and a note so long that its sentence is far down, in the collection `hangar`."""
    from apps.settings import settings_from

    monkeypatch.setenv("REFDESK_EMBEDDER_ENGINE", "hashing")
    monkeypatch.setenv("REFDESK_ENGINE", "extractive")
    monkeypatch.setenv("REFDESK_COLLECTION", "hangar")
    note = tmp_path / "hangar.md"
    note.write_text(f"# Hangar\n\n{_RULES}\n\n{MAST_SAYS}\n\n{_RULES}\n", encoding="utf-8")
    with open_collection("hangar", settings_from()) as held:
        assert held.ingest([note, NOTICE]).count("ingested") == 2
    return home


#: Wide, narrow and low.
_WINDOWS = ((1280, 900), (400, 800), (800, 420))


def test_the_panel_of_a_source_begins_at_its_mark_and_is_scrolled_by_keyboard(
    hangar: Path, served: Callable[[], str], visit: Callable[[str], Any]
) -> None:
    page = visit(served())
    for number, (question, panel, says) in enumerate(
        [
            (MAST, ".page", "section Hangar; the cited lines are marked"),
            (COST, ".picture", "page 6 as it looks; the cited lines are marked"),
        ]
    ):
        ask(page, question)
        mark = page.locator("button.mark").nth(number)
        for width, height in _WINDOWS:
            page.set_viewport_size({"width": width, "height": height})
            mark.focus()
            name = focused(page)
            page.keyboard.press("Enter")
            _scroll_by_keyboard(page, page.get_by_role("dialog").locator(panel).first, says)
            page.keyboard.press("Escape")
            page.get_by_role("dialog").wait_for(state="detached")
            come_back(page, name)


def _scroll_by_keyboard(page: Any, panel: Any, says: str) -> None:
    """The dialog was just opened: its mark is in sight; go to the panel with Tab, and scroll it."""
    wait_until(lambda: panel.locator(".place").count() and panel.evaluate(_IN_SIGHT))
    assert tab_to(page, says) < 6
    ring = panel.evaluate("e => [getComputedStyle(e).outlineStyle, getComputedStyle(e).outlineWidth]")
    assert ring == ["solid", "3px"]
    before = panel.evaluate("e => e.scrollTop")
    page.keyboard.press("ArrowDown")
    wait_until(lambda: panel.evaluate("e => e.scrollTop") > before)
    page.keyboard.press("Home")
    wait_until(lambda: panel.evaluate("e => e.scrollTop") == 0)
    assert tab_to(page, "Close") < 6  # Tab goes round within the dialog


def test_the_text_of_a_page_opens_at_its_mark(
    hangar: Path, served: Callable[[], str], visit: Callable[[str], Any]
) -> None:
    page = visit(served())
    ask(page, COST)
    page.locator("button.mark").first.press("Enter")
    text = page.get_by_role("dialog").locator(".page")
    text.wait_for(state="attached")
    tab_to(page, "The page as text")
    page.keyboard.press("Enter")
    wait_until(lambda: text.evaluate(_IN_SIGHT))
    tab_to(page, "page 6 as text; the cited lines are marked")


def test_tab_goes_into_a_popover_and_out_of_it_and_escape_back_to_its_button(
    hangar: Path, served: Callable[[], str], visit: Callable[[str], Any]
) -> None:
    page = visit(served())
    settled(page)
    tab_to(page, "filter_list")
    page.keyboard.press("Enter")
    popover = page.get_by_test_id("stPopoverBody")
    popover.get_by_label("Documents").wait_for()
    page.keyboard.press("Tab")
    assert focused(page) == "Documents"
    page.keyboard.press("Shift+Tab")
    assert focused(page).startswith("filter_list")
    tab_to(page, "All documents again")  # the last in it
    page.keyboard.press("Tab")
    assert focused(page).startswith("mic")
    page.keyboard.press("Escape")
    popover.wait_for(state="detached")
    wait_until(lambda: focused(page).startswith("filter_list"))
    tab_to(page, "terminal")
    page.keyboard.press("Enter")
    popover.wait_for()
    page.set_viewport_size({"width": 400, "height": 500})
    page.keyboard.press("Tab")  # nothing in it but words: it is scrolled
    page.keyboard.press("ArrowDown")
    wait_until(lambda: popover.evaluate("e => e.scrollTop") > 0)


def test_a_folded_sidebar_has_no_stops_and_its_buttons_give_one_another_the_focus(
    hangar: Path, served: Callable[[], str], visit: Callable[[str], Any]
) -> None:
    page = visit(served())
    page.set_viewport_size({"width": 400, "height": 800})
    page.reload()
    page.get_by_test_id("stExpandSidebarButton").wait_for()
    page.get_by_test_id("stChatInputTextArea").wait_for()
    settled(page)
    assert tab_to(page, "Expand sidebar") < 4
    outline = page.get_by_test_id("stExpandSidebarButton").evaluate("e => getComputedStyle(e).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    come_back(page, "Collapse sidebar")
    assert page.get_by_test_id("stSidebarNavLink").first.is_visible()
    page.keyboard.press("Enter")
    come_back(page, "Expand sidebar")


def test_a_document_is_chosen_and_its_removal_thought_better_of_by_keyboard(
    hangar: Path, served: Callable[[], str], visit: Callable[[str], Any]
) -> None:
    page = visit(f"{served()}/documents")
    page.get_by_test_id("data-grid-canvas").wait_for()
    settled(page)
    tab_to(page, "Fullscreen")
    assert page.get_by_test_id("stElementToolbar").first.evaluate("e => getComputedStyle(e).opacity") == "1"
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Space")
    page.get_by_text("1 document chosen").wait_for()
    settled(page)
    tab_to(page, "delete\n\nRemove")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    for stop in ("Close", "Remove", "Keep", "Close"):
        assert tab_to(page, stop) == 1
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    wait_until(lambda: focused(page).endswith("Remove"))
    page.get_by_text("2 documents ·").wait_for()


def come_back(page: Any, name: str) -> None:
    """Wait until what is called so has the focus again."""
    wait_until(lambda: focused(page) == name)


def tab_to(page: Any, name: str, most: int = 60) -> int:
    """Press Tab until what is called so has the focus; how often it took."""
    passed = []
    for times in range(1, most + 1):
        page.keyboard.press("Tab")
        passed.append(focused(page))
        if passed[-1].startswith(name):
            return times
    raise AssertionError(f"Tab does not reach {name!r}, but {passed}")
