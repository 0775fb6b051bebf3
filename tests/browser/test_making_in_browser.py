"""Pictures that a model makes, on the tools page and in the chat: drawn, marked, taken along, deleted."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apps.gallery import made_folder, made_paths
from rag import open_collection
from tests.browser.asking import go_to, send

pytestmark = pytest.mark.browser

WISH = "a lighthouse in the fog"
_LOADING = 300_000  # milliseconds: the page's process imports torch and diffusers first
OTHER_WISH = "a winch beside a hangar"


@pytest.fixture
def drawing_model(
    home: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A real pipeline of diffusers, small and with random weights, as the page's model for pictures."""
    pytest.importorskip("diffusers", reason="diffusers is not installed (the extra `images`)")
    from apps.settings import settings_from
    from tests.generators.image.small_pipelines import text_pipeline

    folder = text_pipeline(tmp_path_factory.mktemp("models") / "small-sd")
    monkeypatch.setenv("REFDESK_IMAGE_MODEL", str(folder))
    monkeypatch.setenv("REFDESK_EMBEDDER_ENGINE", "hashing")
    monkeypatch.setenv("REFDESK_ENGINE", "extractive")
    monkeypatch.setenv("REFDESK_COLLECTION", "club")
    (tmp_path / "club.md").write_text("# Club\n\nThe club has a winch.\n")
    with open_collection("club", settings_from()) as held:
        assert held.ingest([tmp_path / "club.md"]).count("ingested") == 1
    return folder


def test_a_picture_is_drawn_marked_taken_along_and_deleted(
    drawing_model: Path, served: Callable[[], str], visit: Callable[[str], Any]
) -> None:
    from generators.image.picture_files import read_note

    page = visit(f"{served()}/tools")
    page.get_by_label("Prompt", exact=True).fill(WISH)
    page.get_by_text("More options").click()
    page.get_by_role("spinbutton", name="Steps").fill("2")
    page.get_by_role("spinbutton", name="Seed").fill("7")
    page.get_by_role("button", name="Begin").click()
    page.get_by_text("Made in ").wait_for(timeout=_LOADING)
    (file,) = made_paths(made_folder())
    made = page.locator(".stImage img")
    made.last.wait_for()
    assert made.last.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    assert page.get_by_text("Made by a model").count() >= 2  # as it is new, and in the gallery
    page.get_by_text("Details", exact=True).last.click()
    page.get_by_text(f"Prompt: {WISH}").last.wait_for()
    page.get_by_text("seed 7").last.wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").last.click()
    assert Path(download.value.path()).read_bytes() == file.read_bytes()
    note = read_note(file)
    assert (note.prompt, note.seed) == (WISH, 7)
    assert json.loads(note.to_json())["made_by_a_model"] is True

    go_to(page, "Chat")
    send(page, f"/draw {OTHER_WISH}")
    page.get_by_text("Made by a model: ").first.wait_for(timeout=_LOADING)
    page.locator(".stImage img").wait_for()
    assert len(made_paths(made_folder())) == 2

    go_to(page, "Tools")
    dialog = page.get_by_role("dialog")
    for choice, left in (("Keep it", 2), ("Delete for good", 1)):
        page.get_by_role("button", name="Delete").first.click()
        dialog.get_by_text(OTHER_WISH).wait_for()
        dialog.get_by_role("button", name=choice).click()
        dialog.wait_for(state="detached")
        assert len(made_paths(made_folder())) == left
    assert made_paths(made_folder()) == (file,)
    assert page.get_by_text(OTHER_WISH).count() == 0
    go_to(page, "Chat")
    page.get_by_text("is not there any more").wait_for()
