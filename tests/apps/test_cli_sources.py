"""Cited lines, shown: marked text, pictures of pages, boxes."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.small_pdfs import pdf_bytes

FERRY = (
    [(20, 80, "The ferry leaves at noon."), (20, 50, "Dogs travel free of charge.")],
    [(20, 80, "Bicycles cost four euros."), (20, 50, "The timetable is kept in the")],
    [(20, 80, "harbour office.")],
)


@pytest.fixture
def ferry(refdesk, filled: Path) -> Path:
    path = filled / "ferry 2024.pdf"
    path.write_bytes(pdf_bytes(*FERRY))
    assert refdesk("ingest", path).exit_code == 0
    return path


def is_marked(picture: Path) -> bool:
    """Whether anything on it is yellow."""
    with Image.open(picture) as image:
        return any(red - blue > 100 for red, _, blue in image.convert("RGB").get_flattened_data())


def test_a_quote_marks_its_lines(refdesk, ferry: Path) -> None:
    said = refdesk("show", "ferry 2024.pdf", "--quote", "free  of charge")
    assert said.stdout == (
        f"{ferry}\n\n[page 1]\n  The ferry leaves at noon.\n> Dogs travel free of charge.\n"
    )
    assert "> Books go back on Friday." in refdesk("show", "fees.md", "--quote", "back on").stdout


def test_a_quote_that_goes_on_overleaf_shows_both_pages(refdesk, ferry: Path, tmp_path: Path) -> None:
    arguments = ("show", "ferry 2024.pdf", "--quote", "kept in the harbour office")
    shown = refdesk(*arguments).stdout
    assert "[page 2]\n  Bicycles" in shown
    assert shown.endswith("[page 3]\n> harbour office.\n")
    said = refdesk(*arguments, "-o", tmp_path / "page.png")
    assert "go on on page 3: --page 3 draws it" in said.stderr
    assert is_marked(tmp_path / "page.png")


def test_a_page_is_drawn_with_and_without_marks(refdesk, ferry: Path, tmp_path: Path) -> None:
    plain, marked = tmp_path / "plain.png", tmp_path / "marked.png"
    assert refdesk("show", "ferry 2024.pdf", "--page", "2", "-o", plain).stdout == f"{plain}\n"
    assert not is_marked(plain)
    told = refdesk("show", "ferry", "--span", "0:9", "-o", marked, "--scale", "1", "--json").json()
    assert is_marked(marked)
    with Image.open(marked) as image:
        assert image.size == (200, 100)
    assert (told["picture"], [page["page"] for page in told["pages"]]) == (str(marked), [1])
    assert (told["marked"]["start"], told["marked"]["end"]) == (0, 9)
    (box,) = told["marked"]["boxes"]
    assert box["page"] == 1
    assert 0 < box["x0"] < box["x1"] < 0.4
    assert 0 < box["y0"] < box["y1"] < 0.3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--quote", "no such words"], "does not hold these words as it was read: 'no such words'"),
        (["--quote", "Bicycles", "--page", "1"], "page 1 of 'ferry 2024.pdf' does not hold these words"),
        (["--span", "5"], "'5' is no span"),
        (["--span", "9:9"], "'9:9' is no span"),
        (["--span", "0:9", "--page", "2"], "does not stand on page 2, but on page 1"),
        (["--span", "90000:90010"], "holds no text"),
        (["--span", "0:9", "--quote", "ferry"], "Give one of them"),
        (["-o", "page.png"], "One page is drawn at a time"),
        (["--page", "1", "-o", "page.jpg"], "ends with .png"),
    ],
)
def test_what_cannot_be_shown_is_wrong_use(refdesk, ferry: Path, arguments: list[str], words: str) -> None:
    said = refdesk("show", "ferry 2024.pdf", *arguments)
    assert said.exit_code == 2
    assert words in said.stderr


def test_no_page_is_drawn_of_a_file_that_was_changed(refdesk, ferry: Path, tmp_path: Path) -> None:
    ferry.write_bytes(pdf_bytes([(20, 80, "The ferry is gone.")]))
    said = refdesk("show", "ferry 2024.pdf", "--page", "1", "-o", tmp_path / "page.png")
    assert said.exit_code == 1
    assert "ferry 2024.pdf was changed since it was ingested" in said.stderr
    assert not (tmp_path / "page.png").exists()


def test_ask_draws_the_cited_pages(refdesk, ferry: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cited" / "here"
    said = refdesk("ask", "What do bicycles cost?", "--document", "*.pdf", "--show-sources", folder)
    pictures = sorted(folder.iterdir())
    assert pictures[0].name == "1-ferry_2024-page-2.png"
    assert f"ferry 2024.pdf, page 2: {pictures[0]}\n" in said.stdout
    assert all(map(is_marked, pictures))


def test_ask_shows_the_lines_of_what_has_no_pages(refdesk, filled: Path, tmp_path: Path) -> None:
    said = refdesk("ask", "What is the annual fee?", "--document", "fees.md", "--show-sources", tmp_path)
    assert "\nfees.md, section Fees:\n  Fees\n> The annual fee is 12 euros.\n" in said.stdout
    assert "Not drawn" not in said.stdout


def test_ask_says_why_a_page_is_not_drawn(refdesk, ferry: Path, tmp_path: Path) -> None:
    ferry.unlink()
    arguments = ("ask", "What do bicycles cost?", "--document", "*.pdf", "--show-sources", tmp_path / "cited")
    said = refdesk(*arguments)
    assert said.exit_code == 0
    assert "Not drawn: ferry 2024.pdf is no longer there." in said.stdout
    assert "> Bicycles cost four euros." in said.stdout
    (source, *_) = refdesk(*arguments, "--json").json()["sources"]
    assert (source["document"], source["page"], source["picture"]) == (str(ferry), 2, None)
    assert source["reason"].startswith("ferry 2024.pdf is no longer there.")


def test_ask_json_has_boxes_of_each_citation(refdesk, ferry: Path) -> None:
    answer = refdesk("ask", "What do bicycles cost?", "--document", "*.pdf", "--json").json()
    citation = answer["sentences"][0]["citations"][0]
    assert citation["quote"] == "Bicycles cost four euros."
    (box,) = citation["boxes"]
    assert set(box) == {"page", "x0", "y0", "x1", "y1"}
    assert (box["page"], box["x0"]) == (2, pytest.approx(20 / 200, abs=0.01))
    assert box["y1"] == pytest.approx(1 - 80 / 100, abs=0.04)
