"""Nothing that a document or a file name holds steers the terminal."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from apps.cli.answer_display import StreamedText
from apps.cli.screen import duration, file_name, one_line, printable, sound, wrapped, write_json


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\n\ttext", "plain\n\ttext"),
        ("\x1b[31mred", "␛[31mred"),
        ("bell\x07", "bell␇"),
        ("\x9b31m", "\ufffd31m"),
        ("half \udcff", "half \ufffd"),
        ("line\r\nline\rline\x0cpage", "line\nline\nline\npage"),
        ("gnp.\u202etxt", "gnp.\ufffdtxt"),
        ("\x7f", "␡"),
    ],
)
def test_control_characters_are_shown_not_sent(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_one_line_is_one_line() -> None:
    assert one_line("a\nb\u2028c \x1b") == "a b c ␛"
    assert file_name("/some/where/a\nb.md") == "a b.md"
    assert file_name("C:\\docs\\b.md") == "b.md"


def test_wrapped_text_ends_in_an_ellipsis_where_lines_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert wrapped("word " * 30, indent="  ", most_lines=2).splitlines()[2:] == ["  …"]


def test_json_is_utf8_and_harmless_to_a_terminal(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    write_json({"text": "é \udcff \x1b[31m \x9b31m \u202e"})
    written = capfdbinary.readouterr().out
    assert b"\x1b" not in written
    assert b"\xc2\x9b" not in written
    assert json.loads(written.decode("utf-8")) == {"text": "é \ufffd \x1b[31m \x9b31m \u202e"}


def test_sound_text_can_be_encoded() -> None:
    assert sound("a\udcffb").encode() == "a\ufffdb".encode()


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.416, "0.42 s"), (47.6, "48 s"), (185, "3 min 5 s"), (7800, "2 h 10 min")]
)
def test_durations_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_streamed_text_is_repeated_only_where_it_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    output = io.StringIO()
    monkeypatch.setattr("sys.stdout", output)
    same, changed, silent = StreamedText(), StreamedText(), StreamedText()
    same.add("One")
    same.add(" two.")
    same.finish("One two.")
    changed.add("One [9].")
    changed.finish("One.")
    silent.finish("Refused.")
    assert output.getvalue() == "One two.\nOne [9].\nAs it finally reads: One.\nRefused.\n"


def test_a_hostile_document_reaches_the_screen_tamed(refdesk, tmp_path: Path) -> None:
    hostile = tmp_path / "zebra\x1b[31m.md"
    hostile.write_text("The zebra costs \x1b]0;owned\x07 7 euros \u202eand more.\n", encoding="utf-8")
    for arguments in (
        ("ingest", hostile),
        ("documents",),
        ("search", "zebra"),
        ("show", "zebra"),
        ("ask", "What does the zebra cost?", "--passages"),
        ("remove", "zebra", "--yes"),
    ):
        said = refdesk(*arguments)
        assert said.exit_code == 0
        assert not set("\x1b\x07\u202e") & set(said.stdout + said.stderr)
