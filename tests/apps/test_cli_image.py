"""`refdesk image`, with the scripted engine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from generators.image.picture_files import read_note


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REFDESK_IMAGE_MODEL", raising=False)
    monkeypatch.chdir(tmp_path)


def test_a_picture_is_drawn_and_told(refdesk, tmp_path: Path) -> None:
    place = tmp_path / "lens.png"
    said = refdesk("image", "a lens", "--model", "scripted", "-o", place, "--seed", "7", "--json")
    assert said.exit_code == 0
    (file,) = said.json()["files"]
    assert (file["path"], file["seed"], file["prompt"]) == (str(place), 7, "a lens")
    assert read_note(place).seed == 7


def test_without_a_seed_one_is_drawn_and_said(refdesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFDESK_IMAGE_MODEL", "scripted")
    said = [refdesk("image", "a lens", "-o", f"{name}.png", "--json").json() for name in "ab"]
    seeds = [one["files"][0]["seed"] for one in said]
    assert seeds[0] != seeds[1]
    assert refdesk("image", "a lens", "-o", "c.png").stdout.startswith("c.png: seed ")


def test_without_a_model_it_says_which_there_are(refdesk) -> None:
    said = refdesk("image", "a lens", "--json")
    assert said.exit_code == 2
    message = said.json()["error"]["message"]
    for part in ("--model", "segmind/SSD-1B", "Apache-2.0", "4.5 GB", "hf download"):
        assert part in message


def test_pictures_go_in_and_previews_come_out(refdesk, tmp_path: Path) -> None:
    Image.new("RGB", (24, 16), "white").save(tmp_path / "in.png")
    Image.new("L", (24, 16), 0).save(tmp_path / "mask.png")
    base = ("image", "x", "--model", "scripted", "--from", "in.png")
    assert refdesk(*base, "--mask", "mask.png", "-o", "masked.png", "--preview", "now.png").exit_code == 0
    assert refdesk(*base, "--extend", "4,0,0,2", "-o", "wider.png").exit_code == 0
    with Image.open("masked.png") as masked, Image.open("wider.png") as wider, Image.open("now.png") as now:
        assert masked.getcolors() == [(24 * 16, (255, 255, 255))]
        assert wider.size == (24 + 4, 16 + 2)
        assert now.size == (8 * 4, 8 * 4)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--strength", "0.5"), "name it with --from"),
        (("--from", "none.png"), "There is no picture none.png"),
        (("--from", "in.png", "--extend", "1,2"), "must be like 0,0,128,0"),
        (("--from", "in.png", "--extend", "1,0,0,0", "--strength", "1"), "goes with neither"),
        (("--from", "in.png", "--strength", "2"), "strength is 2.0"),
        (("--size", "large"), "must be like 512x768"),
        (("--control", "in.png"), "go together"),
        (("--count", "0"), "count is 0"),
        (("--class", "cat"), "are for GANs"),
        (("--model", "none.toml"), "none.toml cannot be read"),
        (("--model", "none.toml", "--from", "in.png", "--class", "1"), "goes with none of"),
        (("--scheduler", "nosuch"), "no scheduler 'nosuch'"),
        (("-o", "x.gif"), "must end in .png"),
        (("--model", "nosuch"), "no image model at nosuch"),
    ],
)
def test_wrong_use_is_said(refdesk, tmp_path: Path, options: tuple[str, ...], says: str) -> None:
    Image.new("RGB", (24, 16)).save(tmp_path / "in.png")
    said = refdesk("image", "x", "--model", "scripted", *options)
    assert said.exit_code == 2
    assert says in said.stderr
    assert not Path("image.png").exists()


def test_the_safety_gate_refuses_and_logs(refdesk, home: Path) -> None:
    home.mkdir(exist_ok=True)
    (home / "safety.toml").write_text('blocked_words = ["gun"]')
    said = refdesk("image", "a gun", "--model", "scripted", "--json")
    assert (said.exit_code, said.json()["error"]["kind"]) == (1, "PromptRefused")
    assert json.loads((home / "refusals.jsonl").read_text())["detail"] == "gun"
    (home / "safety.toml").write_text("blocked_words = 3")
    assert refdesk("image", "a ship", "--model", "scripted").exit_code == 2


def test_a_network_without_words_is_named_by_its_description(refdesk, tmp_path: Path) -> None:
    from tests.generators.image.small_networks import LATENT, dcgan_file, sidecar

    dcgan_file(tmp_path / "g.safetensors")
    content = (
        f'kind = "generator"\nweights = "g.safetensors"\narchitecture = "DCGAN"\nlatent = [{LATENT}, 1, 1]'
    )
    model = sidecar(tmp_path, content)
    base = ("image", "--model", model, "--seed", "3", "--json")
    way = refdesk(*base, "--to-seed", "9", "--count", "3", "-o", "way.png").json()["files"]
    assert [file["path"] for file in way] == ["way-1.png", "way-2.png", "way-3.png"]
    alone = refdesk(*base, "-o", "alone.png").json()["files"]
    with Image.open("way-1.png") as first, Image.open("alone.png") as same:
        assert first.tobytes() == same.tobytes()
    assert alone[0]["settings"] == {"size": "8x8", "truncation": "1"}
    assert refdesk("image", "--model", "scripted").exit_code == 2  # no prompt


def test_an_existing_file_stays(refdesk, tmp_path: Path) -> None:
    (tmp_path / "image.png").write_bytes(b"mine")
    said = refdesk("image", "x", "--model", "scripted")
    assert said.exit_code == 2
    assert "is there already" in said.stderr
    assert refdesk("image", "x", "--model", "scripted", "--overwrite").exit_code == 0


def test_a_preview_needs_its_folder_before_anything_is_drawn(refdesk) -> None:
    said = refdesk("image", "x", "--model", "scripted", "--preview", "none/preview.png")
    assert said.exit_code == 2
    assert "no folder none for the preview" in said.stderr


def test_what_the_documents_say_is_drawn_and_named(refdesk, filled: Path) -> None:
    wish = ("--from-documents", "the fee on page 1 of fees.md")
    said = refdesk("image", *wish, "--model", "scripted", "-o", "fee.png", "--json")
    assert said.exit_code == 0, said.stderr
    (file,) = said.json()["files"]
    assert file["prompt"] == "the fee: Fees The annual fee is 12 euros."
    assert file["sources"][0].startswith(f"{filled / 'fees.md'}, page 1 (characters ")
    assert list(read_note(Path("fee.png")).sources) == file["sources"]
    assert "page 1" in said.stderr
    assert "without a language model" in said.stderr
    none = refdesk("image", "--from-documents", "page 40 of fees.md", "--model", "scripted", "--json")
    assert (none.exit_code, none.json()["error"]["kind"]) == (2, "NoSuchPage")
    assert refdesk("image", "x", *wish, "--model", "scripted").exit_code == 2
    assert refdesk("image", *wish, "--model", "none.toml").exit_code == 2


def test_without_a_language_model_the_prompt_is_shaped_by_rule(
    refdesk, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REFDESK_ENGINE")  # the default model, which this data home does not hold
    said = refdesk(
        "image", "--from-documents", "the fee on page 1 of fees.md", "--model", "scripted", "--json"
    )
    assert said.exit_code == 0, said.stderr
    assert said.json()["files"][0]["prompt"].startswith("the fee: ")
    assert "without a language model" in said.stderr


def test_a_prompt_of_documents_is_shortened_to_what_the_model_reads_and_a_person_s_is_not(
    refdesk, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("generators.image.scripted._MOST_WORDS", 5)
    wish = ("--from-documents", "the fee on page 1 of fees.md")
    said = refdesk("image", *wish, "--model", "scripted")
    assert said.exit_code == 0, said.stderr
    assert read_note(Path("image.png")).prompt == "the fee: Fees The"
    assert "Shortened to what scripted reads: the fee: Fees The\n" in said.stderr
    own = refdesk("image", "a b c d e f", "--model", "scripted", "--overwrite")
    assert (own.exit_code, "comes to 6 words" in own.stderr) == (2, True)


def test_a_refused_prompt_reads_no_weights_and_the_model_is_let_go(
    refdesk, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("generators.image.assembly.image_weights_sha256", lambda *_: asked.append("weights"))
    monkeypatch.setattr(
        "generators.image.scripted.ScriptedImageMaker.close", lambda _: asked.append("closed")
    )
    home.mkdir(exist_ok=True)
    (home / "safety.toml").write_text('blocked_words = ["gun"]')
    assert refdesk("image", "a gun", "--model", "scripted").exit_code != 0
    assert "weights" not in asked
    asked.clear()
    assert refdesk("image", "a lens", "--model", "scripted").exit_code == 0
    assert asked == ["weights", "closed"]
    asked.clear()
    assert refdesk("image", "a lens", "--model", "scripted").exit_code != 0, "the file is there already"
    assert "weights" not in asked
