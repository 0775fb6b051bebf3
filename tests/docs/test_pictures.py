"""The pictures of the pages: each is there in light and in dark, small, and shown somewhere."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
_LARGEST = 150_000


def test_every_picture_is_there_in_light_and_dark_and_is_shown() -> None:
    tour = (DOCS / "chat.md").read_text("utf-8")
    shown = set(re.findall(r"pictures/([\w-]+\.png)", tour))
    pairs = {(f"{name}-light.png", f"{name}-dark.png") for name in re.findall(r"/([\w-]+)-light\.png", tour)}
    assert shown == {each for pair in pairs for each in pair}
    assert shown == {file.name for file in (DOCS / "pictures").iterdir()}


def test_the_pictures_are_small() -> None:
    large = [file.name for file in (DOCS / "pictures").iterdir() if file.stat().st_size > _LARGEST]
    assert not large


def test_every_picture_has_words_for_who_cannot_see_it() -> None:
    images = re.findall(r"<img [^>]*>", (DOCS / "chat.md").read_text("utf-8"))
    assert images
    assert all(re.search(r'alt="[^"]{20,}"', image) for image in images)
