"""Take the pictures of docs/chat.md: the real page over examples/documents, in a data home of its own.

    python scripts/screenshots.py [--engine extractive] [--only chat source ...] [--out FOLDER]

Needs Chromium, the extra `browser`, and, unless `--engine extractive` is said, the default models.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "pictures"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_QUIET = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run",
          "--hide-scrollbars", "--force-color-profile=srgb")  # fmt: skip
_WIDE, _NARROW = 1280, 400
_PATIENCE = 600  # seconds: a model on a small machine writes slowly
_COLOURS, _LARGEST = (256, 96, 32, 16), 120_000

_ANSWERED = "How often is the winch rope inspected, and when is it replaced?"
_ON_A_PAGE = "By which date must the FAA receive comments on the proposed directive?"
_REFUSED = "Who designed the hangar of the flying club?"
_SPOKEN = (
    "Wash with clear water first and leave the soap until the sand is gone.",
    "The guillotine is tested on a piece of old rope before the first launch of the season.",
    "A swollen battery is carried outside at once.",
)


@dataclass(frozen=True, slots=True)
class Studio:
    """The page as one person sees it, and where its pictures go."""

    page: Page
    address: str
    out: Path
    only: frozenset[str]

    def go(self, where: str = "") -> None:
        self.page.goto(f"{self.address}/{where}")
        self.page.get_by_test_id("stSidebar").wait_for(state="attached")
        self.rest()

    def wants(self, *names: str) -> bool:
        return not self.only or not self.only.isdisjoint(names)

    def widen(self) -> None:
        self.page.set_viewport_size({"width": _WIDE, "height": 800})

    def rest(self) -> None:
        """Until Streamlit has drawn what it has to draw."""
        self.page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
        self.page.wait_for_timeout(900)

    def take(self, name: str, height: int, width: int = _WIDE) -> None:
        """Both pictures of what is there, `name-light.png` and `name-dark.png`."""
        if not self.wants(name):
            return
        self.page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            self.page.mouse.move(width - 2, height - 2)
            self.page.wait_for_timeout(1200)
            file = self.out / f"{name}-{scheme}.png"
            file.write_bytes(_smaller(self.page.screenshot()))
            sys.stdout.write(f"{file.name}: {file.stat().st_size / 1000:.0f} KB\n")
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")


def _smaller(png: bytes) -> bytes:
    """The picture in as few colours as make it small: a page has few."""
    from PIL import Image

    with Image.open(io.BytesIO(png)) as picture:
        whole = picture.convert("RGB")
    for colours in _COLOURS:
        packed = io.BytesIO()
        few = whole.quantize(colours, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        few.save(packed, "PNG", optimize=True)
        if packed.tell() <= _LARGEST:
            break
    return packed.getvalue()


def main() -> None:
    choice = _choice()
    choice.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="refdesk-") as folder:
        home = choice.home or Path(folder)
        _lay_out(home, choice.models)
        with _served(home, choice.engine) as address, _browser() as browser:
            page = browser.new_page(viewport={"width": _WIDE, "height": 800}, color_scheme="light")
            page.set_default_timeout(choice.patience * 1000)
            _tour(Studio(page, address, choice.out, frozenset(choice.only)))
            page.close()


def _tour(studio: Studio) -> None:
    """One visit, from nothing to all of it; what only other pictures need is passed over."""
    studio.go()
    studio.take("empty", 560)
    _read_the_sample(studio)
    for part, names in (
        (_answers, ("chat", "narrow-chat", "source", "narrow-source")),
        (_refusal, ("refusal",)),
        (_settings, ("settings",)),
        (_making, ("tools",)),
        (_reading, ("reading",)),
    ):
        if studio.wants(*names):
            part(studio)


def _read_the_sample(studio: Studio) -> None:
    page = studio.page
    sample = page.get_by_role("button", name="Try the sample")
    if sample.count():
        sample.click()
        page.get_by_test_id("stChatInput").wait_for()
    if studio.wants("documents"):
        studio.go("documents")
        page.get_by_test_id("stDataFrame").locator("canvas").first.wait_for()
        studio.rest()
        studio.take("documents", 640)


def _answers(studio: Studio) -> None:
    page = studio.page
    studio.go()
    _ask(page, _ANSWERED)
    _ask(page, _ON_A_PAGE)
    studio.rest()
    studio.take("chat", 900)
    studio.take("narrow-chat", 800, _NARROW)
    studio.widen()
    page.locator("button.mark").last.click()
    page.get_by_role("dialog").locator(".picture img").wait_for()
    studio.rest()
    studio.take("source", 800)
    studio.take("narrow-source", 800, _NARROW)


def _refusal(studio: Studio) -> None:
    studio.widen()
    studio.go()
    _ask(studio.page, _REFUSED)
    studio.rest()
    studio.take("refusal", 900)


def _settings(studio: Studio) -> None:
    studio.go("settings")
    studio.page.get_by_text("What writes answers").wait_for()
    studio.rest()
    studio.take("settings", 880)


def _making(studio: Studio) -> None:
    page = studio.page
    studio.go("tools")
    page.get_by_text("Speak", exact=True).click()
    for number, words in enumerate(_SPOKEN, 1):
        page.get_by_label("Text", exact=True).fill(words)
        page.get_by_role("button", name="Begin").click()
        page.get_by_test_id("stAudio").nth(number).wait_for()  # the new one, and so many in the gallery
        studio.rest()
    studio.go("tools")
    page.get_by_text("Speak", exact=True).click()
    page.get_by_label("Text", exact=True).wait_for()
    studio.rest()
    studio.take("tools", 944)  # above the line that names the folder


def _reading(studio: Studio) -> None:
    """A second collection of this project's own pages: long enough to be seen while it is read."""
    page = studio.page
    studio.go("documents")
    page.get_by_role("button", name="New", exact=True).click()
    page.get_by_label("Name").last.fill("manual")
    page.get_by_role("button", name="Make the collection").click()
    page.get_by_role("heading", name="manual").wait_for()
    studio.rest()
    page.get_by_label("Path").fill(str(ROOT / "docs"))
    page.get_by_label("Only files that match").fill("*.md")
    page.get_by_role("button", name="Read it").click()
    page.get_by_text(re.compile(r"^\d+ of \d+ files")).wait_for()
    studio.take("reading", 700)


def _ask(page: Page, question: str) -> None:
    done = page.get_by_text("How this came about")
    before = done.count()
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(question)
    box.press("Enter")
    done.nth(before).wait_for()


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while not holds() and time.monotonic() < end:
        time.sleep(0.2)


def _lay_out(home: Path, models: Path | None) -> None:
    """The data home: empty, but for the models."""
    home.mkdir(parents=True, exist_ok=True)
    if models is not None and not (home / "models").exists():
        (home / "models").symlink_to(models, target_is_directory=True)


@contextmanager
def _served(home: Path, engine: str | None) -> Iterator[str]:
    """The page over that data home, as `refdesk ui` serves it; its address."""
    sys.path.insert(0, str(ROOT))
    from apps.cli.ui import streamlit_command

    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("REFDESK_")}
    environment |= {"REFDESK_HOME": str(home), "PYTHONPATH": str(ROOT)}
    if engine is not None:
        environment["REFDESK_ENGINE"] = engine
    command = streamlit_command(port, opens_browser=False)
    child = subprocess.Popen(command, env=environment, cwd=home)  # noqa: S603 - our own interpreter and page
    try:
        _until(lambda: _listens(port))
        yield f"http://127.0.0.1:{port}"
    finally:
        child.terminate()
        child.wait(60)


def _listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def _browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    path = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        sys.exit("No Chromium is here: install Debian's `chromium`, or Google Chrome.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_QUIET))
        yield browser
        browser.close()


def _choice() -> argparse.Namespace:
    sys.path.insert(0, str(ROOT))
    from machine import models_folder

    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=OUT, help="where the pictures go")
    parser.add_argument("--engine", help="what writes answers, in the default model's place")
    parser.add_argument("--models", type=Path, default=models_folder(), help="where model files lie")
    parser.add_argument("--home", type=Path, help="a data home that stays, in place of a temporary one")
    parser.add_argument(
        "--only", nargs="*", default=(), metavar="NAME", help="only these pictures are written"
    )
    parser.add_argument("--patience", type=float, default=_PATIENCE, metavar="SECONDS", help="for any state")
    return parser.parse_args()


if __name__ == "__main__":
    main()
