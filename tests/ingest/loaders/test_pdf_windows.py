"""What a page's neighbours tell of it: broken words, running heads."""

from __future__ import annotations

import pytest

from ingest.loaders.hyphens import BREAK, WordBreaks
from ingest.loaders.lines import Edges, RawLine, set_lines
from ingest.loaders.pdf_facts import PdfFacts
from ingest.loaders.pdf_running_heads import running_heads
from ingest.loaders.pdf_source import RawPage, Unopened
from ingest.loaders.pdf_windows import WINDOW, SetPage, read_windows

HEIGHT = 0.01


def line(text: str, top: float, height: float = HEIGHT) -> RawLine:
    return RawLine(text, Edges(0.1, top, 0.9, top + height))


def body(page: int) -> list[RawLine]:
    """Twenty lines from .1 on, each close to the next."""
    return [line(f"Sentence {word} of part {page * page}.", 0.1 + 0.012 * word) for word in range(20)]


def left_out(*pages: list[RawLine]) -> list[list[str]]:
    found = running_heads(dict(enumerate(pages)))
    return [[pages[page][index].text for index in sorted(found.get(page, ()))] for page in range(len(pages))]


class TestRunningHeads:
    def test_a_head_stays_on_its_first_page_only(self):
        pages = [[line("ACME Annual Report", 0.04), *body(page)] for page in range(3)]
        assert left_out(*pages) == [[], ["ACME Annual Report"], ["ACME Annual Report"]]

    def test_page_numbers_go_everywhere(self):
        pages = [[*body(page), line(f"{page + 7}", 0.95)] for page in range(3)]
        assert left_out(*pages) == [["7"], ["8"], ["9"]]

    def test_heads_of_left_and_right_pages_are_told_apart(self):
        pages = [
            [line(f"{page} Anna" if page % 2 else f"Book {page}", 0.04), *body(page)] for page in range(6)
        ]
        assert left_out(*pages) == [[], [], ["Book 2"], ["3 Anna"], ["Book 4"], ["5 Anna"]]

    def test_two_lines_of_a_head_go_together(self):
        pages = [
            [line("ACME Corporation", 0.03), line("Annual Report", 0.042), *body(page)] for page in range(3)
        ]
        assert left_out(*pages)[1:] == [["ACME Corporation", "Annual Report"]] * 2

    def test_two_pages_are_too_few(self):
        pages = [[line("ACME Annual Report", 0.04), *body(page)] for page in range(2)]
        assert left_out(*pages) == [[], []]

    def test_the_header_of_a_table_stays_with_its_rows(self):
        pages = [
            [line("ACME Annual Report", 0.04), line("Item Amount Note", 0.088), *body(page)]
            for page in range(3)
        ]
        assert left_out(*pages)[1:] == [["ACME Annual Report"]] * 2

    def test_equal_titles_of_slides_stay(self):
        pages = [[line("Results", 0.05, height=0.04), *body(page)] for page in range(4)]
        assert left_out(*pages) == [[]] * 4

    def test_a_line_away_from_the_edge_stays(self):
        pages = [[*body(page), line("As said before.", 0.5)] for page in range(4)]
        assert left_out(*pages) == [[]] * 4

    def test_a_line_within_a_new_one_stays(self):
        pages = [
            [line(f"Chapter {word}", 0.03), line("All rights reserved", 0.06), *body(page)]
            for page, word in enumerate(("one", "two", "three"))
        ]
        assert left_out(*pages) == [[]] * 3

    def test_numbered_headings_are_not_page_numbers(self):
        pages = [
            [line(f"NOTE {number}", 0.04), *body(page)] for page, number in enumerate((1, 5, 6, 20, 21, 40))
        ]
        assert left_out(*pages) == [[]] * 6

    def test_equal_figures_at_the_foot_of_tables_stay(self):
        pages = [[*body(page), line("(12)", 0.95)] for page in range(4)]
        assert left_out(*pages) == [[]] * 4

    def test_a_page_is_never_emptied(self):
        pages = [[line("Draft", 0.04), *body(page)] for page in range(3)] + [[line("Draft", 0.04)]]
        assert left_out(*pages) == [[], ["Draft"], ["Draft"], []]

    def test_lines_without_a_place_stay(self):
        pages = [[RawLine("Draft", None), *body(page)] for page in range(4)]
        assert left_out(*pages) == [[]] * 4


class FakeSource:
    """A `PdfSource` whose pages are given; notes which are asked for."""

    facts = PdfFacts()

    def __init__(self, pages: list[RawPage | Unopened]) -> None:
        self._pages = pages
        self.asked: list[int] = []

    @property
    def page_count(self) -> int:
        return len(self._pages)

    def headings(self, index: int) -> tuple[str, ...]:
        return ()

    def read_page(self, index: int) -> RawPage | Unopened:
        self.asked.append(index)
        return self._pages[index]

    def draw_page(self, index: int) -> Unopened:
        return Unopened("not here")

    def close(self) -> None:
        pass


def texts(source: FakeSource, first: int = 0) -> list[str]:
    return [page.text for _, page in read_windows(source, first) if isinstance(page, SetPage)]


class TestWindows:
    def test_later_pages_of_the_window_tell_a_word(self):
        broken = RawPage((RawLine("a non", None, True), RawLine("public place", None)))
        source = FakeSource([broken, RawPage((line("public", 0.5),))])
        assert texts(source)[0] == "a non-public place"

    def test_a_page_reads_the_same_wherever_reading_began(self):
        pages = [RawPage((line("ACME Annual Report", 0.04), *body(page))) for page in range(2 * WINDOW)]
        whole = texts(FakeSource([*pages]))
        for first in (2, WINDOW - 1, WINDOW, WINDOW + 5):
            assert texts(FakeSource([*pages]), first) == whole[first:]

    def test_the_page_before_is_not_touched_when_reading_begins_anew(self):
        pages: list[RawPage | Unopened] = [RawPage(tuple(body(page))) for page in range(WINDOW)]
        source = FakeSource(pages)
        texts(source, 10)
        assert 9 not in source.asked

    def test_behind_a_window_s_first_page_each_page_is_given_before_the_next_is_read(self):
        source = FakeSource([RawPage(tuple(body(page))) for page in range(WINDOW)])
        for index, _ in read_windows(source, 1):
            assert source.asked == list(range(1, index + 1))

    def test_slow_pages_are_not_read_ahead(self, monkeypatch):
        from ingest.loaders import pdf_windows

        clock = iter(range(0, 1000, 5))
        monkeypatch.setattr(pdf_windows.time, "monotonic", lambda: float(next(clock)))
        source = FakeSource([RawPage(tuple(body(page))) for page in range(WINDOW)])
        next(read_windows(source))
        assert source.asked == [
            0,
            1,
        ]  # after the first 5 seconds have passed, after the second 10: more than 8


class TestBrokenWords:
    @pytest.mark.parametrize(
        ("before", "after", "elsewhere", "expected"),
        [
            ("compu", "ter", "a computer", ""),
            ("long", "term", "a long-term plan", "-"),
            ("non", "public", "a public place", "-"),
            ("infor", "mation", "nothing alike", ""),
            ("Regulation S", "T during", "regulations", "-"),
            ("2018", "19", "2018", "-"),
        ],
    )
    def test_the_document_s_own_words_decide(self, before, after, elsewhere, expected):
        breaks = WordBreaks([f"{elsewhere}\n{before}{BREAK}{after}"])
        assert breaks.join(before, after) == expected

    def test_the_box_of_a_broken_line_ends_where_the_next_begins(self):
        lines = [RawLine("the compu", None, True), RawLine("ter works", None, False)]
        text, _ = set_lines(lines, WordBreaks([f"compu{BREAK}ter", "computer"]))
        assert text == "the computer works"
