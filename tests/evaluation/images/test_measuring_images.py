"""Folders of pictures become figures, whatever lies in them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from evaluation.errors import NothingToMeasure
from evaluation.images.measuring import measure_images
from evaluation.images.pictures import read_picture
from evaluation.images.pixels import ColourWords, PixelExtractor
from evaluation.images.report import ImageReport
from tests.evaluation.images.conftest import Paint


def figures(report: ImageReport) -> dict[str, float]:
    return {figure.name: figure.value for figure in report.figures}


def test_the_same_pictures_have_no_distance_and_others_some(paint: Paint) -> None:
    made, real = paint("made", count=60, seed=1), paint("real", count=50, seed=1)
    other = paint("other", *["red"] * 30, count=30)

    same = measure_images(made, made, extractor=PixelExtractor())
    near = measure_images(made, real, extractor=PixelExtractor())
    far = measure_images(other, real, extractor=PixelExtractor())

    assert figures(same)["fid"] == pytest.approx(0, abs=1e-9)
    assert figures(near)["fid"] < figures(far)["fid"]
    assert figures(near)["fid_of_real_halves"] < figures(far)["fid"]
    assert near.made_count == 60
    assert near.real_count == 50


def test_the_batch_decides_nothing(paint: Paint) -> None:
    made, real = paint("made", count=20, seed=1), paint("real", count=21, seed=2)
    one = measure_images(made, real, extractor=PixelExtractor(), batch_size=1)
    all_ = measure_images(made, real, extractor=PixelExtractor(), batch_size=64)

    assert figures(one)["fid"] == pytest.approx(figures(all_)["fid"], rel=1e-9)


def test_pure_colours_are_as_many_classes(paint: Paint) -> None:
    report = measure_images(paint("made", "red", "#00ff00", "blue"), extractor=PixelExtractor())

    assert figures(report) == {"inception_score": pytest.approx(3, rel=1e-6)}


def test_notes_in_the_pictures_tell_their_prompts(paint: Paint) -> None:
    made = paint("made", "red", "blue", noted=True)
    report = measure_images(made, clip=ColourWords())

    assert [picture.prompt for picture in report.pictures] == ["a red square", "a blue square"]
    (score,) = report.figures
    assert score.name == "clip_score"
    assert score.value == pytest.approx(100, abs=1e-6)
    assert score.low is not None
    assert score.low <= score.value
    assert score.count == 2


def test_given_prompts_count_before_notes(paint: Paint) -> None:
    made = paint("made", "red", "blue", noted=True)
    prompts = {"000.png": "blue", "gone.png": "red"}
    report = measure_images(made, clip=ColourWords(), prompts=prompts)

    assert figures(report)["clip_score"] == pytest.approx(0, abs=1e-6)
    assert any("1 of 2 made pictures have no prompt" in warning for warning in report.warnings)
    assert any("gone.png" in warning for warning in report.warnings)


def test_cut_prompts_are_told(paint: Paint) -> None:
    made = paint("made", "red")
    report = measure_images(made, clip=ColourWords(most_tokens=2), prompts={"000": "so very red"})

    assert any("2 tokens" in warning for warning in report.warnings)


def test_damaged_pictures_are_named_and_left_out(paint: Paint) -> None:
    made = paint("made", count=5)
    (made / "bad.png").write_bytes(b"no picture")
    whole = (made / "000.png").read_bytes()
    (made / "half.png").write_bytes(whole[: len(whole) // 2])
    report = measure_images(made, extractor=PixelExtractor())

    assert report.made_count == 5
    assert [Path(left.file).name for left in report.left_out] == ["bad.png", "half.png"]
    assert all("damaged" in left.reason for left in report.left_out)


def test_sizes_and_modes_of_all_kinds_are_read(paint: Paint) -> None:
    made = paint("made", count=3)
    Image.new("L", (20, 30), 90).save(made / "grey.jpg")
    Image.new("RGBA", (9, 9), (9, 9, 9, 0)).save(made / "clear.webp")
    Image.new("P", (8, 4)).save(made / "few.gif")
    inner = made / "inner"
    inner.mkdir()
    Image.new("RGB", (8, 8)).save(inner / "deep.bmp")
    (made / "notes.txt").write_text("no picture")
    report = measure_images(made, paint("real", count=4), extractor=PixelExtractor())

    assert report.made_count == 7
    assert any("4 sizes, 8x4 to 20x30" in warning for warning in report.warnings)
    assert any("how they were resized" in warning for warning in report.warnings)


def test_of_sixteen_bits_the_upper_eight_are_seen(tmp_path: Path) -> None:
    grey = np.array([[0, 100 << 8], [200 << 8, 65_535]], dtype=np.uint16)
    for name in ("a.png", "a.tif"):
        Image.fromarray(grey).save(tmp_path / name)
        seen = np.asarray(read_picture(tmp_path / name))

        assert seen[..., 0].tolist() == [[0, 100], [200, 255]]
        assert (seen == seen[..., :1]).all()


def test_few_pictures_are_warned_of(paint: Paint) -> None:
    report = measure_images(paint("made", count=6), paint("real", count=5), extractor=PixelExtractor())

    assert any("Only 5 pictures" in warning and "10,000" in warning for warning in report.warnings)
    assert any("singular covariance in 12 dimensions" in warning for warning in report.warnings)
    assert any("numbers mean nothing" in warning for warning in report.warnings)


@pytest.mark.parametrize(
    ("counts", "complaint"), [((1, 5), "two pictures on each side"), ((0, 5), "no picture")]
)
def test_too_few_pictures_are_told(paint: Paint, counts: tuple[int, int], complaint: str) -> None:
    made, real = (paint(name, count=count) for name, count in zip(("made", "real"), counts, strict=True))
    if counts[0]:
        report = measure_images(
            made, real, extractor=PixelExtractor(), clip=ColourWords(), prompts={"000": "red"}
        )
        assert "fid" not in figures(report)  # the CLIP score is of one picture, too
    with pytest.raises(NothingToMeasure, match=complaint):
        measure_images(made, real, extractor=PixelExtractor())


def test_what_cannot_be_measured_is_told(paint: Paint, tmp_path: Path) -> None:
    with pytest.raises(NothingToMeasure, match="is not there"):
        measure_images(tmp_path / "nowhere", extractor=PixelExtractor())
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "a.png").write_bytes(b"")
    with pytest.raises(NothingToMeasure, match=r"None of the 1 pictures .* can be read"):
        measure_images(bad, extractor=PixelExtractor())
    with pytest.raises(NothingToMeasure, match="has a prompt"):
        measure_images(paint("made", count=2), clip=ColourWords())


def test_progress_counts_all_pictures(paint: Paint) -> None:
    told: list[tuple[int, int]] = []
    measure_images(
        paint("made", count=5),
        paint("real", count=4),
        extractor=PixelExtractor(),
        batch_size=3,
        progress=lambda done, total: told.append((done, total)),
    )

    assert told == [(3, 9), (5, 9), (8, 9), (9, 9)]
