"""Rich text: no markup in the text, every code page, headings and tables."""

from __future__ import annotations

import pytest

from ingest.loaders.rich_text import RichTextLoader


@pytest.fixture
def load(make_content):
    def load(body: bytes, head: bytes = b""):
        return RichTextLoader().load(make_content("a.rtf", rb"{\rtf1\ansi\ansicpg1252 " + head + body + b"}"))

    return load


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (rb"caf\'e9 \{braces\} \\ and\~space", "café {braces} \\ and space"),
        (rb"\uc1\u8364? and \u-10180?\u-8445?", "€ and 🌃"),
        (rb"{\uc2\u20320\'c4\'e3}x", "你x"),
        (rb"{\f1\'cf\'f0\'e8}", "При"),
        (rb"{\f2\'93\'fa\'96\'7b}", "日本"),
        (rb"\ldblquote so\rdblquote\emdash\tab end", "“so”— end"),
        (rb"seen{\v hidden} too", "seen too"),
        (rb"{\field{\*\fldinst HYPERLINK x}{\fldrslt link}}", "link"),
        (rb"{\*\unknown nothing}{\pict\bin4 }{}{}text", "text"),
        (rb"{\object{\*\objdata 0102}{\result shown}}", "shown"),
        (rb"kept{\footnote See annex.}", "kept [note: See annex.]"),
    ],
)
def test_text_is_read_without_markup(body, expected, load):
    head = rb"{\fonttbl{\f1\fcharset204 Arial;}{\f2\fcharset128 Mincho;}}"
    assert load(body, head).pages[0].text == expected


def test_headings_and_tables(load):
    document = load(
        rb"\pard\s1 Returns\par\pard Free.\par\trowd\intbl North\cell 12\cell\row\trowd"
        rb"\intbl South\cell 13\cell\row"
        rb"\pard\outlinelevel1 Hours\par\pard Nine to five.\par",
        rb"{\stylesheet{\s1 heading 1;}}",
    )
    assert [(page.headings, page.text) for page in document.pages] == [
        (("Returns",), "Returns\nFree.\n\nNorth | 12\nSouth | 13"),
        (("Returns", "Hours"), "Hours\nNine to five."),
    ]


def test_what_the_file_says_of_itself(load):
    info = (
        rb"{\info{\title Policy}{\author Ada}{\operator Bob}{\creatim\yr2023\mo1\dy2}{\revtim"
        rb"\yr2024\mo5\dy31}}"
    )
    document = load(b"Text.", info)
    assert (document.title, document.author, document.written) == ("Policy", "Ada", "2024-05-31")


def test_deep_nesting_ends(load):
    assert load(b"{" * 5000 + b"deep" + b"}" * 5000).pages[0].text == "deep"
