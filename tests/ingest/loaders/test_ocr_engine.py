"""The engine itself, and what is said where it is missing."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from ingest.loaders.ocr import RapidOcrRecogniser
from ingest.loaders.ocr_decoding import SpacedDecoder
from ingest.loaders.recognition import RecogniserMissing
from ingest.loaders.recognition_pages import recognise_lines


def written(*lines: str) -> np.ndarray:
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (900, 400), "white")
    font = ImageFont.load_default(size=32)
    for number, text in enumerate(lines):
        ImageDraw.Draw(image).text((60, 60 + 60 * number), text, fill="black", font=font)
    return np.asarray(image)


def test_a_missing_engine_names_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "rapidocr_onnxruntime", None)
    with pytest.raises(RecogniserMissing, match=r"pip install 'refdesk\[ocr\]'"):
        RapidOcrRecogniser().recognise(np.zeros((40, 40, 3), dtype=np.uint8))


def test_making_one_loads_nothing(monkeypatch):
    monkeypatch.setitem(sys.modules, "rapidocr_onnxruntime", None)
    made = RapidOcrRecogniser(threads=2)
    with pytest.raises(RecogniserMissing):  # the first picture loads it
        made.recognise(np.zeros((40, 40, 3), dtype=np.uint8))


def test_no_threads_are_refused():
    with pytest.raises(ValueError, match="at least 1"):
        RapidOcrRecogniser(threads=0)


def strips(*probabilities: dict[str, float]) -> np.ndarray:
    """One line; what is not named goes to the blank."""
    return np.array(
        [
            [
                [1 - sum(strip.values()), *(strip.get(character, 0.0) for character in "abn ")]
                for strip in probabilities
            ]
        ]
    )


@pytest.mark.parametrize(
    ("between", "text"),
    [
        ([{}], "ab"),
        ([{" ": 0.01}], "ab"),
        ([{}, {" ": 0.05}, {}], "a b"),
        ([{" ": 0.9}], "a b"),
        ([{" ": 0.9}, {" ": 0.05}], "a b"),
    ],
)
def test_a_likely_space_is_written(between, text):
    decoder = SpacedDecoder(["blank", "a", "b", "n", " "])
    ((read, _),) = decoder(strips({"a": 0.9}, {"a": 0.8}, *between, {"b": 0.7}))
    assert read == text


def test_equal_neighbours_are_one_letter_and_its_first_strip_counts():
    decoder = SpacedDecoder(["blank", "a", "b", "n", " "])
    ((text, confidence),) = decoder(strips({"a": 0.9}, {"a": 0.6}, {}, {"a": 0.7}))
    assert text == "aa"
    assert confidence == pytest.approx((0.9 + 0.7) / 2)
    assert decoder(strips({}, {})) == [("", 0.0)]


@pytest.mark.real
@pytest.mark.parametrize("quarter_turns", [0, 1, 2, 3])
def test_a_page_is_read_whichever_way_it_lies(quarter_turns):
    page = np.rot90(written("Returns are free for thirty days.", "Refunds take 14 days."), quarter_turns)
    lines = recognise_lines(np.ascontiguousarray(page), RapidOcrRecogniser())
    assert [line.text for line in lines] == ["Returns are free for thirty days.", "Refunds take 14 days."]


@pytest.mark.real
def test_edges_are_fractions_of_the_picture():
    (line,) = recognise_lines(written("Returns are free for thirty days."), RapidOcrRecogniser())
    assert line.edges.left == pytest.approx(60 / 900, abs=0.02)
    assert line.edges.top == pytest.approx(65 / 400, abs=0.03)


@pytest.mark.real
def test_a_glance_tells_whether_there_is_text():
    recogniser = RapidOcrRecogniser()
    assert recogniser.shows_text(written("Returns are free."))
    assert not recogniser.shows_text(written())
