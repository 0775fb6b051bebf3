"""A picture of a page becomes lines: the right way up, in reading order, without guesses."""

from __future__ import annotations

import numpy as np
import pytest

from ingest.loaders.recognition import RecognisedLine, ScriptedRecogniser
from ingest.loaders.recognition_order import reading_rows
from ingest.loaders.recognition_pages import Unrecognised, is_blank, recognise_lines

PORTRAIT = np.full((300, 200, 3), 255, dtype=np.uint8)


def wide(text: str, top: float, confidence: float = 0.95, left: float = 0.1, right: float = 0.9):
    return RecognisedLine(text, confidence, left, top, right, top + 0.02)


def tall(text: str, left: float, confidence: float = 0.95):
    return RecognisedLine(text, confidence, left, 0.1, left + 0.03, 0.9)


def texts(result) -> list[str]:
    assert not isinstance(result, Unrecognised), result.reason
    return [line.text for line in result]


class TestTurning:
    def test_an_upright_page_is_read_once(self):
        recogniser = ScriptedRecogniser([wide("Returns are free.", 0.1)])
        (line,) = recognise_lines(PORTRAIT, recogniser)
        assert (line.edges.left, line.edges.top, line.edges.right) == (0.1, 0.1, 0.9)
        assert recogniser.seen == [(300, 200)]

    def test_sideways_lines_turn_the_page_one_way_and_the_other(self):
        recogniser = ScriptedRecogniser(
            [tall("eerf era snruteR", 0.2)],
            [wide("xxxxxx", 0.1, 0.3)],
            [wide("Returns are free.", 0.1, left=0.2, right=0.6)],
        )
        (line,) = recognise_lines(PORTRAIT, recogniser)
        assert line.text == "Returns are free."
        assert recogniser.seen == [(300, 200), (200, 300), (200, 300)]
        # Turned three quarters against the clock: what was the page's left is now at the top.
        edges = line.edges
        assert (edges.left, edges.right) == pytest.approx((0.1, 0.1 + 0.02))
        assert (edges.top, edges.bottom) == pytest.approx((1 - 0.6, 1 - 0.2))

    def test_the_first_turn_that_reads_well_is_enough(self):
        recogniser = ScriptedRecogniser([tall("Returns", 0.2)], [wide("Returns are free.", 0.1)])
        (line,) = recognise_lines(PORTRAIT, recogniser)
        assert len(recogniser.seen) == 2
        # Turned a quarter against the clock: the page's right edge is now at the top.
        assert (line.edges.left, line.edges.right) == pytest.approx((1 - 0.12, 1 - 0.1))

    def test_a_page_read_badly_may_stand_on_its_head(self):
        recogniser = ScriptedRecogniser(
            [wide("'aaj aJe suJnta", 0.9, 0.6)], [wide("Returns are free.", 0.08)]
        )
        (line,) = recognise_lines(PORTRAIT, recogniser)
        assert line.text == "Returns are free."
        assert line.edges.bottom == pytest.approx(1 - 0.08)

    def test_pictures_are_turned_against_the_clock(self):
        picture = PORTRAIT.copy()
        picture[:, -10:] = 0  # a black strip along the right edge, which then is on top
        pictures = []

        class Keeping(ScriptedRecogniser):
            def recognise(self, picture):
                pictures.append(picture)
                return super().recognise(picture)

        recognise_lines(picture, Keeping([tall("Returns", 0.2)], [wide("Returns are free.", 0.1)]))
        assert pictures[1][:10].max() == 0
        assert pictures[1][10:].min() == 255


class TestConfidence:
    def test_a_page_of_guesses_is_dropped_in_words(self):
        recogniser = ScriptedRecogniser([wide("sl il aloe", 0.1, 0.61), wide("jl ga", 0.2, 0.58)])
        result = recognise_lines(PORTRAIT, recogniser)
        assert isinstance(result, Unrecognised)
        assert "confidence of 0.60 only" in result.reason  # (8 * .61 + 4 * .58) / 12

    def test_a_doubtful_line_on_a_good_page_is_dropped(self):
        lines = [wide("Returns are free for thirty days.", 0.1), wide("~8q", 0.2, 0.4)]
        assert texts(recognise_lines(PORTRAIT, ScriptedRecogniser(lines))) == [
            "Returns are free for thirty days."
        ]

    @pytest.mark.parametrize("lines", [[], [wide("--", 0.1)], [wide("", 0.1)]])
    def test_nothing_found_is_said(self, lines):
        result = recognise_lines(PORTRAIT, ScriptedRecogniser(lines))
        assert result == Unrecognised("OCR found no text on it")


class TestReadingOrder:
    def test_cells_of_a_row_become_one_line(self):
        lines = [
            wide("128", 0.101, left=0.5, right=0.6),
            wide("Base", 0.1, left=0.1, right=0.3),
            wide("256", 0.13, left=0.5, right=0.6),
            wide("Large", 0.129, left=0.1, right=0.3),
        ]
        assert texts(recognise_lines(PORTRAIT, ScriptedRecogniser(lines))) == ["Base 128", "Large 256"]

    def test_columns_of_prose_are_read_one_after_the_other(self):
        left = [
            wide(f"left column, sentence {n} of it", 0.2 + n / 40, left=0.1, right=0.48) for n in range(5)
        ]
        right = [
            wide(f"right column, sentence {n} of it", 0.2 + n / 40, left=0.52, right=0.9) for n in range(5)
        ]
        title = wide("A title that runs over both of the columns", 0.1, left=0.2, right=0.8)
        mixed = [line for pair in zip(left, right, strict=True) for line in pair]
        rows = reading_rows([*mixed, title])
        assert [row[0].text for row in rows] == [line.text for line in (title, *left, *right)]

    def test_a_table_is_read_by_rows_though_its_first_column_is_long(self):
        names = [
            wide(f"Cost of goods and services {n}", 0.2 + n / 40, left=0.1, right=0.48) for n in range(5)
        ]
        figures = [wide(f"{n},100", 0.2 + n / 40, left=0.8, right=0.9) for n in range(5)]
        rows = reading_rows([*figures, *names])
        assert [[line.text for line in row] for row in rows] == [
            [f"Cost of goods and services {n}", f"{n},100"] for n in range(5)
        ]


def test_only_a_picture_of_one_shade_is_blank():
    assert is_blank(PORTRAIT)
    picture = PORTRAIT.copy()
    picture[5, 5] = 200
    assert not is_blank(picture)
