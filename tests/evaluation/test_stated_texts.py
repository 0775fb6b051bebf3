"""Files that say what pictures show and sounds say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaluation.errors import TextsInvalid
from evaluation.stated_texts import read_texts, texts_of, unused_names
from generators.making import Making, NoteUnreadable


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", 'file,prompt\na.png,"a cat, black"\nb/c.png,sea\n'),
        ("t.tsv", "file\ttext\na.png\ta cat, black\nb/c.png\tsea\n"),
        ("t.jsonl", '{"file": "a.png", "text": "a cat, black"}\n\n{"file": "b/c.png", "prompt": "sea"}\n'),
    ],
)
def test_three_forms_say_the_same(tmp_path: Path, name: str, content: str) -> None:
    file = tmp_path / name
    file.write_text(content, encoding="utf-8-sig")

    assert read_texts(file) == {"a.png": "a cat, black", "b/c.png": "sea"}


@pytest.mark.parametrize("sign", ["\u2028", "\u0085", "\x0c"])
def test_only_a_line_s_own_end_ends_it(tmp_path: Path, sign: str) -> None:
    text = f"a cat{sign}on a mat"
    (tmp_path / "t.csv").write_text(f"file,text\na.png,{text}\n", encoding="utf-8")
    (tmp_path / "t.jsonl").write_text(
        json.dumps({"file": "a.png", "text": text}, ensure_ascii=False) + "\n", encoding="utf-8"
    )

    assert read_texts(tmp_path / "t.csv") == read_texts(tmp_path / "t.jsonl") == {"a.png": text}


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("t.csv", "picture,prompt\na.png,cat\n", "line 2: each line names"),
        ("t.csv", "file,text\na.png,\n", "line 2"),
        ("t.csv", "file,text\na,x\na,y\n", "line 3: a has another text"),
        ("t.csv", "", "holds no text"),
        ("t.jsonl", "{", "line 1 is no JSON"),
        ("t.jsonl", "[]", "an object"),
    ],
)
def test_what_is_wrong_is_told_by_line(tmp_path: Path, name: str, content: str, complaint: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(TextsInvalid, match=complaint):
        read_texts(tmp_path / name)


def test_a_missing_or_foreign_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(TextsInvalid, match="cannot be read"):
        read_texts(tmp_path / "none.csv")
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(TextsInvalid, match="UTF-8"):
        read_texts(tmp_path / "bytes.csv")


def no_note(path: Path) -> Making:
    raise NoteUnreadable("none")


def test_files_are_found_by_any_of_their_names() -> None:
    files = [(name, Path(name)) for name in ("in/a.png", "b.png", "c.png")]
    stated = {"a": "1", "b.png": "2", "d": "3"}

    assert texts_of(files, stated, no_note, "image") == {"in/a.png": "1", "b.png": "2"}
    assert unused_names((name for name, _ in files), stated) == ["d"]


def test_texts_of_other_files_are_told() -> None:
    with pytest.raises(TextsInvalid, match=r"names none of the 1 files, such as a\.png; it names b\.png"):
        texts_of([("a.png", Path("a.png"))], {"b.png": "x"}, no_note, "image")


def test_without_texts_notes_of_the_same_maker_count() -> None:
    def note(path: Path) -> Making:
        return Making("music" if path.name == "b" else "speech", "m", f"says {path.name}")

    files = [("a", Path("a")), ("b", Path("b"))]

    assert texts_of(files, None, note, "speech") == {"a": "says a"}
    assert texts_of(files, None, no_note, "speech") == {}
