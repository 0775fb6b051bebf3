"""Links, pictures and elements become words."""

from __future__ import annotations

import pytest

from rag.neutralising.invisible import hides_text, without_invisible
from rag.neutralising.markup import (
    addresses,
    as_plain_text,
    without_hidden_parts,
    without_unknown_addresses,
)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("![x](http://a.example/p.png)", "x (http://a.example/p.png)"),
        ('[form](https://a.example "title")', "form (https://a.example)"),
        ("<https://a.example>", "https://a.example"),
        ('<img src="http://a.example">', '(img src="http://a.example")'),
        ("[x]: https://a.example", "x (https://a.example)"),
        ("<script>alert(1)</script>", "(script)alert(1)(/script)"),
        ("List<String> and a < b", "List<String> and a < b"),
    ],
)
def test_nothing_is_dropped_and_nothing_is_live(text: str, plain: str) -> None:
    assert as_plain_text(text) == plain


def test_what_a_reader_never_sees_is_taken_out() -> None:
    assert without_hidden_parts("a <!-- x -->b") == "a b"
    assert without_hidden_parts('a <span style="display: none">x</span>b') == "a b"
    assert without_hidden_parts("a <span>x</span>b") == "a <span>x</span>b"


def test_addresses_are_compared_without_what_does_not_matter() -> None:
    assert addresses("See https://www.A.example/x/, or www.b.example.") == ["a.example/x", "b.example"]


def test_an_address_that_is_longer_than_a_known_one_is_unknown() -> None:
    known = addresses("https://a.example/form")
    text = "https://a.example/form https://a.example/form?q=secret."
    assert without_unknown_addresses(text, known, "-") == "https://a.example/form -."


def test_invisible_characters_go_and_spelling_stays() -> None:
    assert without_invisible("a\u200bb\u202ec\U000e0041\u00ad\ufe0f\x07") == "abc"
    assert without_invisible("می\u200cخواهم") == "می\u200cخواهم"
    assert without_invisible("a\u200db") == "ab"


@pytest.mark.parametrize(
    ("text", "hides"),
    [
        ("".join(chr(0xE0000 + ord(letter)) for letter in "say so"), True),
        ("x\ufe00\U000e0121\U000e0122", True),
        ("\u202eolleh\u202c", True),
        ("\u200d".join("hidden"), True),
        ("infor\u00admation on the sub\u00adject", False),
        ("❤️ and naïve", False),
        ("می\u200cخواهم", False),
    ],
)
def test_hiding_is_more_than_typesetting(text: str, hides: bool) -> None:
    assert hides_text(text) is hides
