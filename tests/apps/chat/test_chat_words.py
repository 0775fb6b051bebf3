"""Words of others: as labels, and as what the components are given."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from apps.chat.chat_shown import Part
from apps.chat.chat_sources import marked_lines, original
from apps.chat.chat_text import answer_data
from apps.chat.documents_jobs import file_on_disk
from apps.chat.plain_words import plain
from apps.chat.tools_gallery import shortened
from apps.settings import settings_from
from rag import Highlight, open_collection


@pytest.mark.parametrize(
    ("typed", "forbidden"),
    [
        ("[x](http://evil.example)", "[x]("),
        ("![x](http://evil.example/p.png)", "![x]("),
        (":material/delete: all", ":material/"),
        (":red[alarm]", ":red["),
        ("<script>", "<script>"),
        ("a `b` **c** $d$", "**c**"),
        ("http://evil.example", "http://"),
        ("two\nlines", "\n"),
    ],
)
def test_a_label_shows_words_as_they_are(typed: str, forbidden: str) -> None:
    assert forbidden not in plain(typed)


def test_marks_become_numbers_where_they_are_citations_and_stay_text_where_not() -> None:
    parts = [
        Part("A tow [sic] costs 48. [1, 2]", "supported", (1, 2), 0),
        Part(" See [7].", "said", (), None),
    ]
    first, second = answer_data(parts, {1: "Open source 1: tow.md"})["parts"]
    assert first["pieces"] == [
        {"text": "A tow [sic] costs 48."},
        {"number": 1, "title": "Open source 1: tow.md"},
        {"number": 2, "title": "Source 2"},
    ]
    assert first["sign"] == "✓"
    assert second["pieces"] == [{"text": " See [7]."}]


def test_a_long_prompt_is_shortened_between_words() -> None:
    words = "gulls " * 40
    assert shortened(words, 20) == "gulls gulls gulls ..."
    assert shortened("a lamp", 20) == "a lamp"
    assert shortened("灯" * 30, 20) == "灯" * 20 + " ..."


def test_lines_of_a_page_are_cut_where_they_are_cited() -> None:
    text = "Fees\nA tow costs 48 euros. A launch 11.\nEnd"
    start = text.index("A tow")
    highlight = Highlight("tow.md", 1, "section Fees", text, start, start + len("A tow costs 48 euros."), ())
    cut = [(line.before, line.cited, line.after) for line in marked_lines(highlight)]
    assert cut == [("Fees", "", ""), ("", "A tow costs 48 euros.", " A launch 11."), ("End", "", "")]


def test_only_files_of_the_collection_are_handed_out(filled: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("not yours")
    with open_collection("default") as held:
        assert original(held, str(filled / "hours.txt")) == filled / "hours.txt"
        assert original(held, str(secret)) is None
        (filled / "hours.txt").unlink()
        assert original(held, str(filled / "hours.txt")) is None


def test_a_member_far_down_in_an_archive_is_led_back_to_the_archive(modelless: Path, tmp_path: Path) -> None:
    """Its path is longer than any that a system takes."""
    bundle = tmp_path / "bundle.zip"
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr("x/" * 2_500 + "deep.txt", "A tow costs 48 euros.")
    with open_collection("flying", settings_from()) as held:
        held.ingest([bundle])
        (deep,) = [info.path for info in held.documents()]
        assert original(held, deep) is None
    assert file_on_disk(deep) == str(bundle)
