"""An evaluation's report opened from the settings page: shown in a frame that can do nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from apps.cli.main import app
from machine import evaluation_folder
from tests.browser.asking import settled
from tests.browser.conftest import Sinkhole

pytestmark = pytest.mark.browser

QUESTION = "What does a tow cost?"
_MOST_TRIES = 5
_RAN = "window.__ran = 1; window.top.__ran = 1; parent.document.title = 'taken'"


@pytest.fixture
def measured(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A run over one small document, and its name."""
    monkeypatch.setenv("REFDESK_EMBEDDER_ENGINE", "hashing")
    monkeypatch.setenv("REFDESK_ENGINE", "extractive")
    (tmp_path / "fees.md").write_text("# Fees\n\nA tow costs 48 euros.\n")
    questions = tmp_path / "questions.jsonl"
    row = {"id": "tow", "text": QUESTION, "answers": ["48 euros"], "doc": "fees.md"}
    questions.write_text(json.dumps(row) + "\n")
    for words in (
        ["ingest", str(tmp_path / "fees.md"), "-c", "flying"],
        ["eval", "run", str(questions), "-c", "flying", "--answers", "--name", "first"],
    ):
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output
    return "first"


@pytest.fixture
def hostile_report(home: Path, sinkhole: Sinkhole) -> str:
    """A report that would run scripts, load pictures and styles, and send a form."""
    folder = evaluation_folder() / "reports" / "before--after"
    folder.mkdir(parents=True)
    address = f"http://127.0.0.1:{sinkhole.port}/"
    (folder / "report.html").write_text(
        f"<title>t</title><h1>Before and after</h1><script>{_RAN}</script><script src='{address}s'></script>"
        f"<img src='{address}i' onerror=\"{_RAN}\"><link rel=stylesheet href='{address}c'>"
        f"<iframe src='{address}f'></iframe><meta http-equiv=refresh content='0;url={address}m'>"
        f"<a href='{address}a' target=_top>away</a>"
    )
    return folder.name


def test_a_report_is_shown_and_can_do_nothing(
    measured: str,
    hostile_report: str,
    served: Callable[[], str],
    visit: Callable[[str], Any],
    sinkhole: Sinkhole,
) -> None:
    page = visit(f"{served()}/settings")
    page.get_by_test_id("stMain").get_by_text("Evaluations", exact=True).click()

    report = opened(page, measured)
    assert "Before and after" not in report.locator("body").inner_text()
    report.get_by_role("heading", level=1).wait_for()
    report.get_by_text(QUESTION).first.wait_for(state="attached")
    assert report.locator("svg").count() > 0  # its plots are drawn

    hostile = opened(page, hostile_report)
    hostile.get_by_role("heading", name="Before and after").wait_for()
    page.wait_for_timeout(1000)
    assert sinkhole.calls == []
    hostile.get_by_text("away").click()
    page.wait_for_timeout(500)
    assert not any(sinkhole.calls)  # the browser may have got ready to follow it, and asked for nothing
    assert page.title() != "taken"
    assert page.evaluate("window.__ran || 0") == 0
    assert page.get_by_role("heading", name="Settings", level=1).is_visible()


def opened(page: Any, name: str) -> Any:
    """Show the report of that name; the document within the innermost frame."""
    drawer = page.get_by_test_id("stExpander").filter(has_text=name)
    drawer.wait_for()
    settled(page)
    toggle = drawer.get_by_text("Show it here")
    for _ in range(_MOST_TRIES):  # a drawer that is opened while the page is drawn anew is closed by that
        drawer.locator("summary").click()
        page.wait_for_timeout(1000)
        if toggle.is_visible():
            break
    toggle.click()
    outer = drawer.locator("iframe")
    outer.wait_for()
    inner = outer.content_frame.locator("iframe")
    inner.wait_for()
    assert inner.get_attribute("sandbox") == ""  # no scripts, no forms, no other windows, no address of ours
    return inner.content_frame
