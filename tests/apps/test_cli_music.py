"""`refdesk music`, with tones, and with the small MusicGen."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from apps.cli.step_line import PlayingProgress, StepLine
from generators.audio.sound_files import read_note


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REFDESK_MUSIC_MODEL", raising=False)
    monkeypatch.chdir(tmp_path)


def test_music_is_made_and_told(refdesk, tmp_path: Path) -> None:
    place = tmp_path / "calm.wav"
    base = ("music", "calm piano", "--model", "scripted", "--seconds", "2.5", "--guidance", "3")
    said = refdesk(*base, "--seed", "7", "-o", place)
    assert said.exit_code == 0, said.stderr
    assert said.stdout.startswith(f"{place}: 2.50 s, seed 7")
    assert "Made by a model: scripted, seed 7" in said.stdout
    assert read_note(place).prompt == "calm piano"


def test_json_says_what_the_file_says(refdesk) -> None:
    said = refdesk("music", "calm piano", "--model", "scripted", "--seconds", "1", "--json").json()
    making = said["making"]
    note = read_note(Path("music.wav"))
    assert (said["schema"], said["file"], said["seconds"]) == (1, "music.wav", 1.0)
    assert (making["maker"], making["prompt"], making["seed"]) == ("music", "calm piano", note.seed)
    assert (making["settings"], making["made_at"]) == (dict(note.settings), note.made_at)


def test_without_a_seed_one_is_drawn(refdesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFDESK_MUSIC_MODEL", "scripted")
    seeds = [
        refdesk("music", "x", "--seconds", "0.1", "-o", f"{name}.wav", "--json").json()["making"]["seed"]
        for name in "ab"
    ]
    assert seeds[0] != seeds[1]


def test_without_a_model_it_says_which_there_are(refdesk) -> None:
    said = refdesk("music", "calm piano", "--json")
    assert said.exit_code == 2
    message = said.json()["error"]["message"]
    for part in ("--model", "facebook/musicgen-small", "CC-BY-NC-4.0", "2.4 GB", "hf download"):
        assert part in message


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--seconds", "0"), "seconds is 0"),
        (("--seconds", "31"), "at most 30 seconds"),
        (("--guidance", "-1"), "guidance_scale is -1"),
        (("--temperature", "0"), "temperature is 0"),
        (("--top-k", "0"), "top_k is 0"),
        (("--seed", "-1"), "seed is -1"),
        (("--model", "nosuch"), "no music engine 'nosuch'"),
        (("--model", "musicgen:/nosuch"), "There is no /nosuch"),
        (("-o", "x.mp3"), "End its name in"),
        (("--output", "there.wav"), "is there already"),
        (("-o", "there.wav"), "is there already"),
    ],
)
def test_wrong_use_is_said(refdesk, options: tuple[str, ...], says: str) -> None:
    Path("there.wav").write_bytes(b"mine")
    said = refdesk("music", "x", "--model", "scripted", *options)
    assert said.exit_code == 2
    assert says in said.stderr
    assert [file.name for file in Path().glob("*.wav")] == ["there.wav"]
    assert Path("there.wav").read_bytes() == b"mine"


def test_an_empty_prompt_is_refused(refdesk) -> None:
    said = refdesk("music", " ", "--model", "scripted")
    assert (said.exit_code, "the prompt is empty" in said.stderr) == (2, True)


def test_what_the_documents_say_is_played_and_named(refdesk, filled: Path) -> None:
    wish = ("--from-documents", "the fee on page 1 of fees.md")
    said = refdesk("music", *wish, "--model", "scripted", "--seconds", "0.1", "-o", "fee.wav", "--json")
    assert said.exit_code == 0, said.stderr
    making = said.json()["making"]
    assert making["prompt"] == "the fee: Fees The annual fee is 12 euros."
    assert making["sources"][0].startswith(f"{filled / 'fees.md'}, page 1 (characters ")
    assert list(read_note(Path("fee.wav")).sources) == making["sources"]
    assert "page 1" in said.stderr
    assert "without a language model" in said.stderr
    none = refdesk("music", "--from-documents", "page 40 of fees.md", "--model", "scripted", "--json")
    assert (none.exit_code, none.json()["error"]["kind"]) == (2, "NoSuchPage")


def test_a_prompt_or_documents_but_one_of_them(refdesk, filled: Path) -> None:
    for given in ((), ("calm piano", "--from-documents", "page 1 of fees.md")):
        said = refdesk("music", *given, "--model", "scripted")
        assert said.exit_code == 2
        assert "a prompt, or --from-documents, one of them" in said.stderr
    assert not Path("music.wav").exists()


def test_the_gate_reads_the_wish_before_any_document_is(refdesk, home: Path) -> None:
    home.mkdir(exist_ok=True)
    (home / "safety.toml").write_text('blocked_words = ["march"]')
    said = refdesk("music", "--from-documents", "the march", "-c", "none", "--model", "scripted", "--json")
    assert said.json()["error"]["kind"] == "PromptRefused"


def test_a_file_is_replaced_only_when_told_to(refdesk) -> None:
    Path("music.wav").write_bytes(b"mine")
    assert refdesk("music", "x", "--model", "scripted", "--overwrite").exit_code == 0
    assert read_note(Path("music.wav")).prompt == "x"


def test_the_safety_gate_refuses_and_logs(refdesk, home: Path) -> None:
    home.mkdir(exist_ok=True)
    (home / "safety.toml").write_text('blocked_words = ["march"]')
    said = refdesk("music", "a march", "--model", "scripted", "--json")
    assert (said.exit_code, said.json()["error"]["kind"]) == (1, "PromptRefused")
    entry = json.loads((home / "refusals.jsonl").read_text())
    assert (entry["maker"], entry["detail"]) == ("music", "march")
    (home / "safety.toml").write_text("blocked_words = 3")
    assert refdesk("music", "a waltz", "--model", "scripted").exit_code == 2


def test_ctrl_c_ends_it_with_its_code_and_leaves_no_file(refdesk, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(progress: PlayingProgress, step: int, steps: int) -> None:
        if step == 3:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(PlayingProgress, "__call__", interrupt)
    said = refdesk("music", "x", "--model", "scripted", "--json")
    assert (said.exit_code, said.json()["error"]["kind"]) == (130, "Interrupted")
    assert not Path("music.wav").exists()


def test_a_line_is_written_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    clock = iter([0.0, 4.0, 10.0, 10.0, 12.0])
    progress = PlayingProgress(8.0, StepLine(now=lambda: next(clock)))
    for step in (1, 2, 3):
        progress(step, 4)
    assert capsys.readouterr().err == "refdesk: 4.0 of 8 s, step 2 of 4\n"


def test_musicgen_plays_the_same_from_the_command_line(refdesk, tmp_path: Path) -> None:
    from tests.generators.audio.small_musicgen import small_musicgen

    folder = small_musicgen(tmp_path / "small-musicgen")
    base = ("music", "nine and ten", "--seconds", "0.3", "--seed", "7", "--model", f"musicgen:{folder}")
    made = [refdesk(*base, "--device", "cpu", "-o", f"{name}.wav", "--json") for name in "ab"]
    assert [one.exit_code for one in made] == [0, 0], made[0].stderr
    making = made[0].json()["making"]
    assert (making["model"], making["seed"]) == ("musicgen:small-musicgen", 7)
    assert len(making["model_sha256"]) == 64
    first, again = (Path(f"{name}.wav").read_bytes() for name in "ab")
    samples_end = 44 + int(0.3 * 8000) * 2
    assert first[:4] == b"RIFF"
    assert first[44:samples_end] == again[44:samples_end]


def test_a_prompt_of_documents_is_shortened_to_what_the_model_reads_and_a_person_s_is_not(
    refdesk, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("generators.audio.scripted_music._MOST_WORDS", 5)
    wish = ("--from-documents", "the fee on page 1 of fees.md")
    said = refdesk("music", *wish, "--model", "scripted")
    assert said.exit_code == 0, said.stderr
    assert read_note(Path("music.wav")).prompt == "the fee: Fees The"
    assert "Shortened to what scripted reads: the fee: Fees The\n" in said.stderr
    own = refdesk("music", "a b c d e f", "--model", "scripted", "--overwrite")
    assert (own.exit_code, "comes to 6 words" in own.stderr) == (2, True)


def test_a_refused_prompt_reads_no_weights_and_the_model_is_let_go(
    refdesk, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("generators.audio.assembly.music_weights_sha256", lambda *_: asked.append("weights"))
    monkeypatch.setattr(
        "generators.audio.scripted_music.ToneMusicMaker.close", lambda _: asked.append("closed")
    )
    home.mkdir(exist_ok=True)
    (home / "safety.toml").write_text('blocked_words = ["gun"]')
    assert refdesk("music", "a gun", "--model", "scripted").exit_code != 0
    assert "weights" not in asked
    asked.clear()
    assert refdesk("music", "calm piano", "--model", "scripted").exit_code == 0
    assert asked == ["weights", "closed"]
    asked.clear()
    assert refdesk("music", "calm piano", "--model", "scripted").exit_code != 0, "the file is there already"
    assert "weights" not in asked
