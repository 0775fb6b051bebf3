"""The rating page in a real browser: two raters, six pairs, and what comes of it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from apps.cli.ui import streamlit_command
from evaluation.rating.ratings_file import load_ratings, load_task
from evaluation.rating.results import rating_results
from tests.apps.rating_tasks import pairs_task

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: install the system's chromium package"),
]

#: Which run's answer each rater finds better, by question.
ADA = {"1": "after", "2": "after", "3": None, "4": "before", "5": "after", "6": "before"}
BEN = {"1": "after", "2": None, "3": None, "4": "before", "5": "after", "6": "after"}


@pytest.fixture
def address(home: Path) -> Iterator[str]:
    """The page, served as `refdesk eval rate` serves it."""
    pairs_task()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    root = str(Path(__file__).resolve().parents[2])
    command = streamlit_command(port, opens_browser=False, page="apps.rating.entry")
    environment = {**os.environ, "REFDESK_RATINGS": "before--after", "PYTHONPATH": root}
    server = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=root
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=30)


@pytest.fixture
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: refdesk[browser]")
    with api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


def test_two_raters_rate_six_pairs(address: str, browser: Any) -> None:
    asked: list[str] = []
    for rater, wishes, by_key in (("Ada", ADA, True), ("Ben", BEN, False)):
        page = _begun(browser, address, rater, asked)
        for done in range(6):
            page.get_by_text(f"{done} of 6 rated").wait_for()
            _rate(page, wishes, by_key)
            if done == 2:  # the page is closed in the middle: the next one goes on
                page.get_by_text("3 of 6 rated").wait_for()
                page.close()
                page = _begun(browser, address, rater, asked)
        page.get_by_text("Thank you").wait_for()
        page.close()
    assert asked
    assert [url for url in asked if "127.0.0.1" not in url and not url.startswith("data:")] == []

    results = rating_results(load_task("before--after"), load_ratings("before--after"))
    assert results.rated == {"Ada": 6, "Ben": 6}
    # Equal in 1, 3, 4, 5. Ada: before 2, tie 1, after 3; Ben: 1, 2, 3.
    equal, chance = 4 / 6, (2 * 1 + 1 * 2 + 3 * 3) / 36
    assert results.agreement is not None
    assert results.agreement.value == pytest.approx((equal - chance) / (1 - chance))
    # By question, a tie as half: 1 and 1, 1 and .5, .5 and .5, 0 and 0, 1 and 1, 0 and 1.
    assert results.preference is not None
    assert results.preference.rate.mean == pytest.approx((1 + 0.75 + 0.5 + 0 + 1 + 0.5) / 6)


def _begun(browser: Any, address: str, rater: str, asked: list[str]) -> Any:
    """A page on which this rater has given their name; what it asks for is added to `asked`."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.get_by_label("Your name").fill(rater)
    page.get_by_role("button", name="Begin").click()
    return page


def _rate(page: Any, wishes: Mapping[str, str | None], by_key: bool) -> None:
    """Read both answers as a person would, and say which one this rater finds better."""
    texts = page.locator("[data-testid=stText]").all_inner_texts()
    answers = [text for text in texts if text.startswith("The ")]
    assert len(answers) == 2
    number = answers[0].split(" to ")[1][0]
    _assert_that_texts_stayed_texts(page)
    wish = wishes[number]
    place = None if wish is None else next(at for at in (0, 1) if answers[at].startswith(f"The {wish} "))
    if by_key:
        page.keyboard.press({0: "a", None: "t", 1: "b"}[place])
    else:
        names = {0: "A is better", None: "Neither is better", 1: "B is better"}
        page.get_by_role("button", name=names[place]).click()
    page.wait_for_function(
        "text => ![...document.querySelectorAll('[data-testid=stText]')].some(e => e.innerText === text)",
        arg=answers[0],
    )


def _assert_that_texts_stayed_texts(page: Any) -> None:
    assert page.title() == "Rate answers"
    for made in ("img[src='x']", "a[href*=evil]", "img[src*=evil]", "[data-testid=stText] *:not(div, span)"):
        assert page.locator(made).count() == 0, made


def _wait_for(url: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"{sys.executable} did not serve the page at {url}")
