"""Workbooks: every row with the heads of its columns, values as people see them, limits that hold."""

from __future__ import annotations

import datetime
import io
import time

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font

from ingest.errors import EmptyFile, UnreadableFile
from ingest.loaders.sheets import SheetsLoader
from ingest.loaders.shown_values import shown


def saved(book) -> bytes:
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


@pytest.fixture
def load(make_content):
    def load(*rows, name: str = "Sales"):
        """A workbook with these rows on one sheet, read."""
        book = openpyxl.Workbook()
        book.active.title = name
        for row in rows:
            book.active.append(row)
        return SheetsLoader().load(make_content("a.xlsx", saved(book)))

    return load


def test_each_row_names_its_columns(load):
    (page,) = load(["Region", "Sales"], ["North", 12], ["South", None]).pages
    assert (page.label, page.headings) == ("sheet Sales", ("Sales",))
    assert page.text == "Region | Sales\nRegion: North | Sales: 12\nRegion: South"


def test_a_name_that_says_nothing_is_no_heading(load):
    (page,) = load(["Region", "Sales"], ["North", 12], name="Sheet1").pages
    assert (page.label, page.headings) == ("sheet Sheet1", ())


def test_a_title_above_and_a_second_table_below(load):
    text = load(
        ["Report"],
        ["Region", "2022", "2023"],
        ["North", 1, 2],
        [],
        ["In euros"],
        [],
        ["Item", "Q1"],
        ["Pens", 3],
    ).pages[0]
    assert text.text.splitlines() == [
        "Report",
        "Region | 2022 | 2023",
        "Region: North | 2022: 1 | 2023: 2",
        "In euros",
        "Item | Q1",
        "Item: Pens | Q1: 3",
    ]


def test_years_as_numbers_name_columns(load):
    assert (
        load(["Item", 2022, 2023], ["Sales", 5, 6]).pages[0].text.endswith("Item: Sales | 2022: 5 | 2023: 6")
    )


def test_a_form_has_no_header(load):
    assert load(["Name", "Ada"], ["City", "Paris"], ["Born", 1970]).pages[0].text == (
        "Name | Ada\nCity | Paris\nBorn | 1970"
    )


def test_a_long_sheet_becomes_parts_that_each_begin_with_the_header(load):
    rows = [[f"item {number}", number] for number in range(2, 452)]
    pages = load(["Name", "Number"], *rows).pages
    assert [page.label for page in pages] == [
        "sheet Sales, rows 1-200",
        "sheet Sales, rows 201-399",  # 199 rows and the header repeated
        "sheet Sales, rows 400-451",
    ]
    assert all(page.text.startswith("Name | Number\nName: item ") for page in pages)
    lines = [line for page in pages for line in page.text.splitlines()[1:]]
    assert lines == [f"Name: item {number} | Number: {number}" for number in range(2, 452)]


def test_merged_rows_repeat_their_value(make_content):
    book = openpyxl.Workbook()
    for row in (["Region", "Year", "Sales"], ["North", 2022, 1], [None, 2023, 2]):
        book.active.append(row)
    book.active.merge_cells("A2:A3")
    text = SheetsLoader().load(make_content("a.xlsx", saved(book))).pages[0].text
    assert text.splitlines()[2] == "Region: North | Year: 2023 | Sales: 2"


def test_hidden_sheets_are_read_and_named_and_remarks_follow(make_content):
    book = openpyxl.Workbook()
    book.active["A1"] = "shown"
    book.active["A1"].comment = Comment("Is that so?", "Ada")
    hidden = book.create_sheet("Secret")
    hidden["B2"] = "hidden"
    hidden.sheet_state = "hidden"
    document = SheetsLoader().load(make_content("a.xlsx", saved(book)))
    assert [page.text for page in document.pages] == ["shown\n\nComment on A1 by Ada: Is that so?", "hidden"]
    assert document.notes == ("The sheet Secret is hidden; it is read too.",)


def test_bold_texts_name_columns_of_texts(make_content):
    book = openpyxl.Workbook()
    book.active.append(["Name", "City"])
    book.active.append(["Ada", "Paris"])
    for cell in book.active[1]:
        cell.font = Font(bold=True)
    assert (
        SheetsLoader()
        .load(make_content("a.xlsx", saved(book)))
        .pages[0]
        .text.endswith("Name: Ada | City: Paris")
    )


def test_formulas_without_results_are_told(make_content):
    book = openpyxl.Workbook()
    book.active["A1"], book.active["A2"] = "text", "=1+1"
    document = SheetsLoader().load(make_content("a.xlsx", saved(book)))
    assert document.notes[0].startswith("1 cells of the sheet Sheet hold formulas without their results")


def test_an_empty_workbook_says_so(make_content):
    with pytest.raises(EmptyFile, match=r"a\.xlsx shows no text"):
        SheetsLoader().load(make_content("a.xlsx", saved(openpyxl.Workbook())))


def test_two_cells_at_the_far_corners_cost_little(make_content):
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD200000"] = "near", "far"
    began = time.monotonic()
    document = SheetsLoader().load(make_content("a.xlsx", saved(book)))
    assert document.pages[0].text == "near\nfar"
    assert time.monotonic() - began < 20


def test_more_cells_than_the_limit_are_refused_by_name(make_content, monkeypatch):
    monkeypatch.setattr("ingest.loaders.workbooks.MOST_CELLS", 100)
    book = openpyxl.Workbook()
    book.active["A1"], book.active["A2"], book.active["IV2"] = "near", "below", "far"
    with pytest.raises(UnreadableFile, match=r"a\.xlsx is too large .* more than 100 cells up to row 2"):
        SheetsLoader().load(make_content("a.xlsx", saved(book)))


@pytest.mark.parametrize(
    ("value", "number_format", "expected"),
    [
        (0.25, "0%", "25%"),
        (1234.5, "#,##0.00", "1,234.50"),
        (1234.5, "$#,##0", "$1,235"),
        (-3, "$#,##0", "-$3"),
        (-1234.5, "#,##0.00;(#,##0.00)", "(1,234.50)"),
        (1234.5, "[$€-407] #,##0.00", "€ 1,234.50"),
        (0, '_(* #,##0_);_(* \\(#,##0\\);_(* "-"??_);_(@_)', "-"),
        (1_234_567, '0.0,,"M"', "1.2M"),
        (7, "00000", "00007"),
        (12.5, "0.###", "12.5"),
        (1500, "0.00E+00", "1.50E+03"),
        (0.1 + 0.2, "General", "0.3"),
        (2024.0, "General", "2024"),
        (datetime.datetime(2024, 5, 31), "mm-dd-yy", "2024-05-31"),
        (datetime.datetime(2024, 5, 31, 14, 30), "m/d/yy h:mm", "2024-05-31 14:30"),
        (datetime.time(8, 5), "h:mm", "08:05"),
        (datetime.timedelta(hours=30, minutes=5), "[h]:mm:ss", "30:05:00"),
        (True, "General", "TRUE"),
        (float("nan"), "General", "nan"),
    ],
)
def test_a_value_is_shown_as_its_format_shows_it(value, number_format, expected):
    assert shown(value, number_format) == expected
