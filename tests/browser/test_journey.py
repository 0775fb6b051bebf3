"""The journey of a person with real files: dropped, read, asked, followed to the very line, heard."""

from __future__ import annotations

import base64
import importlib.util
import io
import json
import os
import signal
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from apps.jobs.job_folder import JobFolder
from apps.jobs.jobs import Jobs
from machine import jobs_folder
from rag import open_collection
from tests.browser.asking import ask, focused, go_to, marked_shares, see_answer, wait_until
from tests.browser.conftest import ROOT

pytestmark = pytest.mark.browser

NOTICE, PRICES, HANDBOOK = (
    ROOT / "examples" / "documents" / name
    for name in ("federal-register-2020-17221.pdf", "prices.html", "winter-maintenance.md")
)
COST = "What is the average total cost per operator?"
COST_SAYS = "the average total cost per operator to be $7,650 (90 work-hours × $85 per work-hour)."
WEDNESDAYS = "When does the airfield open on Wednesdays?"
NOWHERE = "Do dolphins sing lullabies?"

#: What a browser does with files that are let go of over an element.
_DROP = """
(zone, files) => {
    const dropped = new DataTransfer();
    for (const [name, type, content] of files) {
        const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
        dropped.items.add(new File([bytes], name, { type }));
    }
    for (const kind of ['dragenter', 'dragover', 'drop']) {
        zone.dispatchEvent(new DragEvent(kind, { dataTransfer: dropped, bubbles: true, cancelable: true }));
    }
}
"""


@pytest.fixture
def without_models(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data home, empty, with engines that need no model."""
    home.mkdir()
    monkeypatch.setenv("REFDESK_EMBEDDER_ENGINE", "hashing")
    monkeypatch.setenv("REFDESK_ENGINE", "extractive")
    monkeypatch.delenv("REFDESK_COLLECTION", raising=False)
    monkeypatch.delenv("REFDESK_VOICE", raising=False)
    return home


@pytest.fixture
def club(without_models: Path) -> Path:
    """The three files in the collection `club`."""
    from apps.settings import settings_from

    with open_collection("club", settings_from()) as held:
        assert held.ingest([NOTICE, PRICES, HANDBOOK]).count("ingested") == 3
    return without_models


def test_dropped_files_are_read_beside_the_page_and_then_asked(
    without_models: Path, served: Callable[[], str], visit: Callable[[str], Any]
) -> None:
    page = visit(served())
    page.get_by_label("Name").fill("club")
    page.get_by_role("button", name="Make the collection").click()
    page.get_by_role("link", name="Add documents").click()
    zone = page.get_by_test_id("stFileUploaderDropzone")
    zone.evaluate(_DROP, [_as_dropped(each) for each in (NOTICE, PRICES, HANDBOOK)])
    with held_in_the_middle("club") as process:
        assert os.getsid(process) == process  # it is no child that would end with the page
        reading = page.get_by_text(" of 3 files")
        reading.wait_for()
        page.reload()
        reading.wait_for()
        page.get_by_role("button", name="Stop").wait_for()
        go_to(page, "Chat")
        page.get_by_text("Documents are being read right now.").wait_for()
        page.get_by_role("link", name="See how far it is").click()
        reading.wait_for()
    page.get_by_text("Done: 3 ingested. 25 pages in").wait_for()
    page.get_by_text("3 documents · 25 pages").wait_for()
    go_to(page, "Chat")
    ask(page, COST)
    see_answer(page, COST_SAYS)
    page.reload()
    see_answer(page, COST_SAYS)
    page.get_by_text(COST).first.wait_for()


def test_a_citation_leads_to_the_very_lines_and_the_keyboard_back_to_its_mark(
    club: Path, served: Callable[[], str], visit: Callable[[str], Any]
) -> None:
    from apps.settings import settings_from

    with open_collection("club", settings_from()) as held:
        citation = held.ask(COST).sentences[0].citations[0]
        (highlight,) = held.highlights(citation)
    assert len(highlight.boxes) == 4  # lines of the left one of three columns
    page = visit(served())
    ask(page, COST)
    mark = page.locator("button.mark").first
    mark.focus()
    name = focused(page)
    assert name == f"Open source 1: {NOTICE.name}, page 6"
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text(f"“Therefore, the FAA estimates {COST_SAYS}”").wait_for()
    picture = dialog.locator(".picture img")
    picture.wait_for()
    inside, outside = marked_shares(page, picture, highlight.boxes)
    assert inside > 0.5  # the rest are the letters
    assert outside == 0.0
    first, frame = picture.bounding_box(), dialog.locator(".picture").bounding_box()
    line = first["y"] + first["height"] * highlight.boxes[0].top
    assert frame["y"] < line < frame["y"] + frame["height"]  # it need not be looked for
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    wait_until(lambda: focused(page) == name)


def test_next_and_previous_go_round_the_sources_of_an_answer(
    club: Path, served: Callable[[], str], visit: Callable[[str], Any]
) -> None:
    page = visit(served())
    ask(page, WEDNESDAYS)
    source = page.locator(".stButton button:visible", has_text=PRICES.name)
    source.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    places = {1: "until sunset.", 2: "On Wednesdays it opens at 15:00."}
    for button, place in (("", 1), ("Next", 2), ("Next", 1), ("Previous", 2)):
        if button:
            dialog.get_by_role("button", name=button).focus()
            page.keyboard.press("Enter")
        dialog.get_by_text(f"{place} of 2").wait_for()
        dialog.locator(".page mark", has_text=places[place]).last.wait_for()
        if button:
            assert focused(page).endswith(button)
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    wait_until(lambda: PRICES.name in focused(page))


def test_a_refusal_shows_where_it_looked(
    club: Path, served: Callable[[], str], visit: Callable[[str], Any]
) -> None:
    page = visit(served())
    ask(page, NOWHERE)
    page.get_by_text("The documents do not hold an answer to this question.").wait_for()
    page.get_by_text(f"Looked for: {NOWHERE}").wait_for()
    page.get_by_text("The nearest passages, which do not answer it:").wait_for()
    assert page.locator("button.mark").count() == 0
    page.get_by_role("button", name=f"{HANDBOOK.name}, section ").first.click()
    marks = page.get_by_role("dialog").locator(".page mark")
    marks.first.wait_for()
    assert len(" ".join(marks.all_inner_texts())) > 40  # a sentence, and not its heading


def test_an_answer_is_read_aloud_by_the_voice_that_comes_with_it(
    club: Path, served: Callable[[], str], visit: Callable[[str], Any], tmp_path: Path
) -> None:
    if importlib.util.find_spec("hibari") is None:
        pytest.skip("the default voice is not here: install the extra `speech` (hibari-tts)")
    from generators.audio.sound_files import read_note

    page = visit(served())
    ask(page, WEDNESDAYS)
    page.get_by_role("button", name="Read aloud").click()
    sound = page.get_by_test_id("stAudio")
    sound.wait_for(state="attached")
    page.get_by_text("Read by a synthetic voice, made by a model.").wait_for()
    wait_until(lambda: sound.evaluate("element => element.duration") > 2)
    content = page.request.get(sound.evaluate("element => element.src")).body()
    with wave.open(io.BytesIO(content)) as opened:
        assert opened.getnframes() / opened.getframerate() > 2
    (tmp_path / "aloud.wav").write_bytes(content)
    note = read_note(tmp_path / "aloud.wav")
    assert json.loads(note.to_json())["made_by_a_model"] is True
    assert any(PRICES.name in source for source in note.sources)


@contextmanager
def held_in_the_middle(collection: str) -> Iterator[int]:
    """The process that reads files into a collection, halted while it reads; it goes on behind the block."""
    found: list[int] = []

    def halted() -> bool:
        jobs = [job for job in Jobs().of_collection(collection) if job.progress.files_total]
        if jobs and (mark := JobFolder(jobs_folder() / jobs[0].id).mark()) is not None:
            assert jobs[0].is_active, "it was read before anybody could look"
            os.kill(mark.pid, signal.SIGSTOP)
            found.append(mark.pid)
        return bool(found)

    wait_until(halted, between=0.01)
    try:
        yield found[0]
    finally:
        os.kill(found[0], signal.SIGCONT)


def _as_dropped(file: Path) -> tuple[str, str, str]:
    kinds = {".pdf": "application/pdf", ".html": "text/html", ".md": "text/markdown"}
    return file.name, kinds[file.suffix], base64.b64encode(file.read_bytes()).decode("ascii")
