"""Whatever stands in documents, names, answers and notes: no host is asked for anything, no script runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag import open_collection
from rag.shelf import collection_folder
from tests.browser.payloads import SCRIPT, as_file_names, payloads

pytestmark = pytest.mark.browser

_QUESTIONS = 6
#: For answers that hold fifty payloads each.
_ROOM = {
    "answer.max_tokens": "8000",
    "generator.context_tokens": "32768",
    "answer.minimum_evidence": "0",
    "answer.support_checker": "none",
}
#: Every attribute by which an element may name an address.
_POINTING = """
(port) => [...document.querySelectorAll('*')].flatMap(e => [...e.attributes]
    .filter(a => ['href', 'src', 'srcset', 'action', 'data', 'poster', 'ping', 'style', 'xlink:href',
                  'background', 'formaction'].includes(a.name) || a.name.startsWith('on'))
    .filter(a => a.value.includes(port) || a.value.includes('__ran') || /javascript:/i.test(a.value))
    .map(a => `${e.tagName} ${a.name}=${a.value}`))
"""


@pytest.fixture
def hostile(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sinkhole) -> list[str]:
    """A data home full of payloads: documents, names, notes, answers, settings, runs."""
    texts = list(payloads(sinkhole.port))
    assert len(texts) >= 300
    names = as_file_names(texts)
    replies = tmp_path / "replies.json"
    share = len(texts) // _QUESTIONS
    answers = ["\n".join(texts[n * share : (n + 1) * share]) for n in range(_QUESTIONS)]
    replies.write_text(json.dumps(answers * 3))
    monkeypatch.setenv("REFDESK_EMBEDDER_ENGINE", "hashing")
    monkeypatch.setenv("REFDESK_ENGINE", f"scripted:{replies}")
    monkeypatch.setenv("REFDESK_IMAGE_MODEL", "scripted")
    monkeypatch.setenv("REFDESK_COLLECTION", "payloads")
    _write_documents(tmp_path / "documents", texts, names)
    _write_pictures(home / "made", texts, names)
    _write_settings(texts)
    for name in names[:20]:
        folder = home / "evaluation" / "runs" / name
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text("{}")
    return texts


def _write_documents(folder: Path, texts: list[str], names: list[str]) -> None:
    from apps.collection_settings import settings_for

    folder.mkdir()
    for number, name in enumerate(names):
        lines = [f"Fee {n} of the club is said here: {text}" for n, text in enumerate(texts[number::60])]
        (folder / f"{name}.{('md', 'txt')[number % 2]}").write_text(
            f"# Fees {texts[number]}\n\n" + "\n\n".join(lines)
        )
        if number == 40:
            break
    with open_collection("payloads", settings_for("payloads").settings) as collection:
        report = collection.ingest([folder])
    assert report.count("ingested") > 30


def _write_pictures(folder: Path, texts: list[str], names: list[str]) -> None:
    from PIL import Image

    from generators.image.picture_files import write_picture
    from generators.making import Making

    for number, name in enumerate(names[:9]):
        making = Making("image", texts[number], texts[number + 50], {"size": texts[number + 100]},
                        sources=(texts[number + 150],))  # fmt: skip
        write_picture(Image.new("RGB", (8, 8)), folder / f"{name}.png", making)


def _write_settings(texts: list[str]) -> None:
    values = {f"answer.{text}": text for text in texts[::20]} | {"answer.max_tokens": "8000"}
    values |= {"answer.template": texts[12], "answer.system_prompt": ""}
    file = collection_folder("payloads") / "settings.json"
    file.write_text(json.dumps({"schema": 1, "values": values}))


def test_payloads_ask_nothing_of_anybody_and_run_nothing(
    hostile: list[str], chromium, served, sinkhole
) -> None:
    address = served()
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    asked: list[str] = []
    dialogs: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))

    def look(what: str) -> None:
        page.wait_for_timeout(1000)
        for summary in page.locator("summary:visible").all():
            if summary.evaluate("e => !e.parentElement.open"):
                summary.click()
        page.wait_for_timeout(700)
        assert page.evaluate(_POINTING, f":{sinkhole.port}") == [], what
        assert [frame.url for frame in page.frames if frame.evaluate("() => window.__ran || 0")] == [], what

    # The settings' template is one of the payloads: said, and put right for the questions below.
    for part in ("Answers", "Models", "This machine", "Evaluations"):
        _visit(page, f"{address}/settings")
        page.get_by_role("radio", name=part).or_(
            page.get_by_role("button", name=part, exact=True)
        ).first.click()
        look(part)
    file = collection_folder("payloads") / "settings.json"
    file.write_text(json.dumps({"schema": 1, "values": _ROOM}))
    for where in ("documents", "tools"):
        _visit(page, f"{address}/{where}")
        look(where)
    _visit(page, f"{address}/")
    shown = ""
    for number in range(_QUESTIONS):
        box = page.get_by_test_id("stChatInputTextArea")
        box.wait_for(timeout=60_000)
        box.fill(f"What is fee {number} of the club? {hostile[number].splitlines()[0]}")
        box.press("Enter")
        page.wait_for_timeout(2500)
        look(f"answer {number}")
        shown += page.inner_text("body")
    assert "What is fee 0 of the club?" in shown
    assert f"127.0.0.1:{sinkhole.port}/" in shown  # the payloads are there, as text
    assert "__ran" in shown

    others = [url for url in asked if not url.startswith((f"{address}/", "data:", "blob:"))]
    assert others == []
    assert sinkhole.calls == []
    assert dialogs == []


def _visit(page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("h1", timeout=60_000)
    page.wait_for_timeout(1000)


def test_the_traps_do_spring_where_markup_is_taken_for_markup(chromium, sinkhole) -> None:
    """The test above would see it: the same payloads, on a page that takes them for HTML."""
    page = chromium.new_page()
    html = "".join(text for text in payloads(sinkhole.port) if text.startswith("<") and "refresh" not in text)
    page.set_content(html, wait_until="domcontentloaded")
    page.wait_for_timeout(1500)
    assert sinkhole.calls
    assert page.evaluate("() => window.__ran") == 1
    assert page.evaluate(_POINTING, f":{sinkhole.port}")
    assert "__ran" in SCRIPT
