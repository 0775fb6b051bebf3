"""What is embedded and indexed of a chunk: its place, then its text."""

from __future__ import annotations

from pathlib import PurePath

import pytest

from ingest.indexing import (
    embedded_text,
    letters_and_digits_apart,
    lexical_text,
    name_in_words,
    opening_of,
    unspaced_runs,
)
from ingest.types import distinct_names


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("3M_2018_10K.pdf", "3M 2018 10K"),
        ("owners-manual-2170416.pdf", "owners manual 2170416"),
        ("scan 20240317120512.pdf", "scan"),
        ("936c0e2c2e6c8e0c07c51bfaf7fd0a83.pdf", ""),
        ("club (final).v2.docx", "club final v2"),
        (".pdf", "pdf"),
        ("b\udcffd.txt", "bd"),
        ("年报_2023.pdf", "年报 2023"),
    ],
)
def test_a_files_name_becomes_words_without_serial_numbers(file: str, name: str) -> None:
    assert name_in_words(PurePath(file)) == name


def test_a_name_that_is_the_title_stands_once() -> None:
    assert distinct_names("Rules", "Rules") == ("Rules",)
    assert distinct_names("", "Rules") == ("Rules",)


@pytest.mark.parametrize("made", [embedded_text, lexical_text])
def test_the_place_stands_before_the_text(made: object) -> None:
    assert callable(made)
    text = made(("Acme 2018", "Annual report"), ("Annual report", "Item 8"), "Net sales rose.")
    assert text == "Acme 2018 > Annual report > Item 8\nNet sales rose."


def test_how_the_page_begins_stands_between_place_and_text() -> None:
    text = embedded_text(("Acme 2018",), ("Item 8",), "Net sales rose.", "Statements of income")
    assert text == "Acme 2018 > Item 8\nStatements of income\nNet sales rose."
    assert lexical_text(("Acme",), (), "Net sales rose.", "Year 2018") == "Acme\nYear 2018\nNet sales rose."


@pytest.mark.parametrize(
    ("page", "opening"),
    [
        ("", ""),
        (" \n ", ""),
        ("Consolidated  Balance\nSheets", "Consolidated Balance Sheets"),
        ("word " * 99, " ".join(["word"] * 16)),
        ("年报摘要的第一句话和第二句话都在这里", "年报摘要的第一句话和第二句话都在"),
        ("x" * 5000, "x" * 120),
    ],
)
def test_a_page_begins_with_its_first_words(page: str, opening: str) -> None:
    assert opening_of(page) == opening


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("FY2018 and 10K, 2024Q2", "FY 2018 and 10 K, 2024 Q 2"),
        ("10-K of 2018年", "10-K of 2018 年"),
        ("a_1 1,000.50 plain", "a_1 1,000.50 plain"),
    ],
)
def test_letters_and_digits_are_words_apart(text: str, apart: str) -> None:
    assert letters_and_digits_apart(text) == apart
    assert lexical_text((), (), text).split() == apart.split()
    assert embedded_text((), (), text) == f"\n{text}"


def test_letters_of_languages_without_spaces_are_words() -> None:
    assert lexical_text((), (), "运河 in 2024年").split() == ["运", "河", "in", "2024", "年"]
    assert unspaced_runs("运河 and カナ, 2024年") == (["运河", "カナ", "年"], "  and  , 2024 ")
    assert embedded_text((), (), "运河") == "\n运河"
