from __future__ import annotations

from pathlib import Path

import pytest

from generators.errors import ModelUnusable
from generators.text.gguf import GgufHeader, read_gguf_header


def test_the_facts_are_read_past_strings_and_arrays(header_file: Path) -> None:
    assert read_gguf_header(header_file) == GgufHeader("qwen2", 28, 32768)


def test_a_missing_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match=r"absent\.gguf cannot be read: No such file.*models pull"):
        read_gguf_header(tmp_path / "absent.gguf")


@pytest.mark.parametrize(("content", "found"), [(b"", "is empty"), (b"<html>", "begins with b'<htm'")])
def test_another_kind_of_file_is_named(tmp_path: Path, content: bytes, found: str) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelUnusable, match=rf"model\.gguf is not a GGUF model file: it {found}"):
        read_gguf_header(path)


def test_a_header_cut_anywhere_is_called_damaged(header_file: Path) -> None:
    whole = header_file.read_bytes()
    for length in range(4, len(whole)):
        header_file.write_bytes(whole[:length])
        with pytest.raises(ModelUnusable, match="damaged"):
            read_gguf_header(header_file)


def test_a_string_of_absurd_length_is_called_damaged(header_file: Path) -> None:
    whole = bytearray(header_file.read_bytes())
    first_length = 4 + 4 + 8 + 8  # magic, version, two counts
    whole[first_length : first_length + 8] = b"\xff" * 8
    header_file.write_bytes(whole)
    with pytest.raises(ModelUnusable, match="damaged"):
        read_gguf_header(header_file)
