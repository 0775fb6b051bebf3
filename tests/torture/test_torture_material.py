"""Generated files are what they claim to be, and damage damages."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from torture import damage
from torture.material import large_file, small_file, unique_word, write_folder
from torture.mutation import find_seeds, make_batch, spliced


def test_a_generated_pdf_has_its_pages_and_their_words() -> None:
    import pypdfium2

    document = pypdfium2.PdfDocument(large_file(500, 3, random.Random(1)))
    texts = [page.get_textpage().get_text_range() for page in document]
    assert [unique_word(500 + page) in text for page, text in enumerate(texts)] == [True] * 3
    document.close()


def test_no_unique_word_is_part_of_another() -> None:
    words = [unique_word(number) for number in range(0, 20_000, 7)]
    assert len(set(words)) == len(words)
    assert len({len(word) for word in words}) == 1  # of one length: none can begin another


@pytest.mark.parametrize("kind", sorted(damage.BYTES))
def test_every_damage_is_repeatable_and_takes_any_bytes(kind: str) -> None:
    data = small_file(1, random.Random(1))
    assert damage.BYTES[kind](data, random.Random(5)) == damage.BYTES[kind](data, random.Random(5))
    assert any(damage.BYTES[kind](data, random.Random(seed)) != data for seed in range(9))
    for short in (b"", b"x"):
        assert isinstance(damage.BYTES[kind](short, random.Random(5)), bytes)


def test_a_splice_is_a_beginning_and_an_end() -> None:
    made = spliced(b"a" * 50, b"b" * 50, random.Random(3))
    assert made == b"a" * made.count(b"a") + b"b" * made.count(b"b")


def test_a_batch_has_sound_files_between_mutated_ones(tmp_path: Path) -> None:
    (tmp_path / "seed.txt").write_bytes(small_file(1, random.Random(1)))
    batch = make_batch(find_seeds(tmp_path), first=200, count=20, healthy=4, seed=0)
    assert len(batch.files) == 20 + 4
    assert [name for name in sorted(batch.files) if "sound" in name] == [
        "00200-sound.txt",
        "00205-sound.pdf",
        "00210-sound.txt",
        "00215-sound.pdf",
    ]
    assert make_batch(find_seeds(tmp_path), 200, 20, 4, 0) == batch
    assert unique_word(2000).encode() in batch.files["00200-sound.txt"]
    assert batch.healthy["00200-sound.txt"] == unique_word(2000)


def test_a_folder_without_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no file"):
        find_seeds(tmp_path)


def test_a_written_folder_holds_exactly_its_files(tmp_path: Path) -> None:
    write_folder(tmp_path, {"a.txt": b"a", "b/c.txt": b"c"}, version=1)
    kept = (tmp_path / "a.txt").stat().st_mtime_ns
    write_folder(tmp_path, {"a.txt": b"a", "d.txt": b"d"}, version=2)
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["a.txt", "d.txt"]
    assert (tmp_path / "a.txt").stat().st_mtime_ns == kept
    assert (tmp_path / "d.txt").stat().st_mtime_ns - kept == 1_000_000_000
