"""A person at the page, in a browser: what is clicked, and how long each click takes to be answered.

The time is taken within the browser: from the click, or the key, until the script's run has ended and what is
expected stands there, and has been painted. What a model or an engine takes is not a click's time: a question
counts until it stands in the chat.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page, async_playwright

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
#: Milliseconds. A machine may be busy; nothing is measured by it.
_LONGEST_WAIT = 120_000

_FIRST_PAINT = """
(() => {
  const look = () => {
    const box = document.querySelector('[data-testid=stChatInputTextArea]');
    if (box && box.checkVisibility()) { window.__painted = performance.now(); return; }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
"""

#: Counts the runs of the page's script that came to their end. The server says so in a message with the
#: field `script_finished` (6), which is 0, or 3 where a part of the page was drawn anew. The page's own mark
#: of a run (`data-test-script-state`) may pass unseen: React draws what came within a moment once.
_COUNT_RUNS = """
(() => {
  window.__runs = 0;
  const number = (bytes, at) => {
    let value = 0, factor = 1, byte;
    do { byte = bytes[at++]; value += (byte & 127) * factor; factor *= 128; } while (byte & 128);
    return [value, at];
  };
  const ended = (bytes) => {
    for (let at = 0, key, size; at < bytes.length;) {
      [key, at] = number(bytes, at);
      if (key % 8 === 0) {
        [size, at] = number(bytes, at);
        if (key >> 3 === 6) return size === 0 || size === 3;
      } else if (key % 8 === 2) { [size, at] = number(bytes, at); at += size; } else return false;
    }
    return false;
  };
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener('message', async ({data}) => {
        const whole = data instanceof Blob ? await data.arrayBuffer() : data;
        if (whole instanceof ArrayBuffer && ended(new Uint8Array(whole))) window.__runs += 1;
      });
    }
  };
})();
"""

#: Watches for the answer to the next click or key. Without `runs` nothing is asked of the server. Pictures
#: stand in components, whose insides a search of the document passes over.
_WATCH = """
([selector, text, runs]) => {
  const app = document.querySelector('[data-testid=stApp]');
  const watch = window.__watch = {began: null, runs: 0, came: null, took: null};
  const roots = () => [document, ...[...document.querySelectorAll('[role=dialog] *')]
    .map(each => each.shadowRoot).filter(root => root)];
  const there = () => roots().some(root => [...root.querySelectorAll(selector)].some(
    each => each.checkVisibility() && each.textContent.includes(text)));
  const still = () => app.getAttribute('data-test-script-state') === 'notRunning';
  const look = () => {
    if (window.__watch !== watch) return;
    if ((runs && (window.__runs === watch.runs || !still())) || !there()) {
      watch.came = null;
    } else if (watch.came === null) {
      watch.came = performance.now();
    } else {  // one frame later it is still so
      watch.took = watch.came - watch.began;
      return;
    }
    requestAnimationFrame(look);
  };
  const begin = () => {
    if (watch.began !== null) return;
    watch.began = performance.now();
    watch.runs = window.__runs;
    // What was told within one frame is drawn in the next.
    requestAnimationFrame(() => requestAnimationFrame(look));
  };
  for (const kind of ['pointerdown', 'keydown']) {
    document.addEventListener(kind, begin, {capture: true, once: true});
  }
}
"""
_QUIET = """() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"""
_TROUBLES = "[data-testid=stException], [data-testid=stAlertContentError], [data-testid=stConnectionStatus]"


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """The Chromium that is here. Raises SystemExit where there is none."""
    path = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        raise SystemExit("No Chromium is here: install Debian's `chromium`.")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=path, args=_FLAGS)
        try:
            yield started
        finally:
            await started.close()


class Visitor:
    """One person's page. `troubles` are the errors that it showed, or that its scripts ended with."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.troubles: list[str] = []
        self.asked = 0
        page.set_default_timeout(_LONGEST_WAIT)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))

    @classmethod
    async def arrive(cls, browser: Browser, address: str) -> tuple[Visitor, float]:
        """A new person, and the seconds until the chat's input stood there; the browser knows nothing yet."""
        context = await browser.new_context(viewport={"width": 1280, "height": 900})
        visitor = cls(await context.new_page())
        await visitor.page.add_init_script(_FIRST_PAINT + _COUNT_RUNS)
        await visitor.page.goto(address)
        await visitor.page.wait_for_function("() => window.__painted")
        painted = float(await visitor.page.evaluate("() => window.__painted")) / 1000
        await visitor.rest()
        return visitor, painted

    async def leave(self) -> None:
        await self.page.context.close()

    async def rest(self) -> None:
        """Until the page stands still."""
        await self.page.wait_for_function(_QUIET)
        await self.page.wait_for_timeout(150)

    async def answered(self, expected: str, text: str = "", *, runs: bool = True) -> None:
        """Begin to watch for this selector, with this text, after the next click."""
        await self.page.evaluate(_WATCH, [expected, text, runs])

    async def taken(self) -> float:
        """The seconds from the click until its answer."""
        await self.page.wait_for_function("() => window.__watch.took !== null")
        seconds = float(await self.page.evaluate("() => window.__watch.took")) / 1000
        await self.rest()
        shown = await self.page.locator(_TROUBLES).all_inner_texts()
        self.troubles += shown
        return seconds
