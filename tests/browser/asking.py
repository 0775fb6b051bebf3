"""What a person does on the chat page, and what they see of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from rag.highlights import Box

#: Which element has the keyboard's focus, looked for within components, too: what a person would call it.
_FOCUSED = """
() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element === document.body ? '' : element.getAttribute('aria-label') || element.innerText;
}
"""
#: The shares of marked pixels of a picture within the boxes, and around them.
_SHARES = """
async (picture, boxes) => {
    await picture.decode();
    const canvas = document.createElement('canvas');
    const [width, height] = [picture.naturalWidth, picture.naturalHeight];
    canvas.width = width; canvas.height = height;
    const pen = canvas.getContext('2d');
    pen.drawImage(picture, 0, 0);
    const { data } = pen.getImageData(0, 0, width, height);
    const marked = [0, 0], all = [0, 0];
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
        const near = (room) => boxes.some(([left, top, right, bottom]) =>
            x >= left * width - room && x <= right * width + room
            && y >= top * height - room && y <= bottom * height + room);
        if (!near(0) && near(3)) continue;  // where a mark's edge is drawn
        const place = near(0) ? 0 : 1, at = 4 * (y * width + x);
        all[place]++;
        marked[place] += data[at] > 200 && data[at + 1] > 180 && data[at + 2] < 160;
    }
    return [marked[0] / all[0], marked[1] / all[1]];
}
"""


def send(page: Any, question: str) -> None:
    """Type it and press Enter, once the page is drawn: what is typed into half a page may be lost."""
    box = page.get_by_test_id("stChatInputTextArea")
    box.wait_for()
    settled(page)
    box.fill(question)
    box.press("Enter")


def settled(page: Any) -> None:
    """Wait until nothing of the page is being drawn anew."""
    page.locator("[data-test-script-state=notRunning]").wait_for()


def ask(page: Any, question: str) -> None:
    """Ask, and wait for the whole answer."""
    done = page.get_by_text("How this came about")
    page.get_by_test_id("stChatInputTextArea").wait_for()
    before = done.count()
    send(page, question)
    done.nth(before).wait_for()


def see_answer(page: Any, words: str) -> None:
    """Wait for the whole answer, and for these words in it."""
    page.get_by_text("How this came about").last.wait_for()
    page.locator(".text", has_text=words).wait_for()


def go_to(page: Any, name: str) -> None:
    """To another of the app's pages, by the list beside it."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()


def expect_value(box: Any, words: str) -> None:
    """Wait until these words stand in the box, and no others."""
    from playwright.sync_api import expect

    expect(box).to_have_value(words, timeout=60_000)


def focused(page: Any) -> str:
    """The name of what has the keyboard's focus; empty where nothing has."""
    return str(page.evaluate(_FOCUSED))


def marked_shares(page: Any, picture: Any, boxes: Sequence[Box]) -> tuple[float, float]:
    """How much of a page's picture is coloured as cited: within the boxes, and elsewhere; each 0..1."""
    sides = [[box.left, box.top, box.right, box.bottom] for box in boxes]
    inside, outside = picture.evaluate(_SHARES, sides)
    return inside, outside


def wait_until(holds: Callable[[], bool], seconds: float = 120.0, between: float = 0.1) -> None:
    """Look again and again until it is so; what is never so fails the test."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(between)
