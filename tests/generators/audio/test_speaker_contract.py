"""What every Speaker must do, whichever voice is behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from generators.audio.protocol import Speaker
from generators.audio.resident import ResidentSpeaker
from generators.audio.scripted import ToneSpeaker
from generators.errors import GenerationFailed
from machine import MachineBudget, MemoryBroker, Need, Residence

_TWO_SENTENCES = "The library opens at nine. Dogs stay outside."

Build = Callable[[], Speaker]


@pytest.fixture(
    params=["tones", "hibari", "vits", "resident", pytest.param("piper", marks=pytest.mark.real)],
    scope="module",
)
def build(request: pytest.FixtureRequest) -> Build:
    if request.param == "tones":
        return ToneSpeaker
    if request.param == "resident":
        return _resident
    if request.param == "hibari":
        pytest.importorskip("hibari", reason="the extra `speech` is not installed")
        from generators.audio.hibari import HibariSpeaker

        return HibariSpeaker
    if request.param == "vits":
        from generators.audio.vits import VitsSpeaker

        folder = request.getfixturevalue("vits_folder")
        return lambda: VitsSpeaker(folder)
    pytest.importorskip("piper", reason="the extra `piper` is not installed")
    from generators.audio.piper import PiperSpeaker

    file = request.getfixturevalue("piper_file")
    return lambda: PiperSpeaker(file)


def _resident() -> Speaker:
    """The voice that shares memory, over the one without a model."""
    broker = MemoryBroker(MachineBudget())
    residence: Residence[Speaker] = broker.residence(
        "tones", "tones", lambda: [Need(1)], ToneSpeaker, lambda speaker: speaker.close()
    )
    return ResidentSpeaker(residence, ToneSpeaker())


@pytest.fixture(scope="module")
def speaker(build: Build) -> Iterator[Speaker]:
    built = build()
    yield built
    built.close()


def test_each_sentence_is_one_piece_of_sound(speaker: Speaker) -> None:
    pieces = list(speaker.speak(_TWO_SENTENCES))

    assert len(pieces) == 2
    for piece in pieces:
        assert piece.dtype == np.float32
        assert piece.ndim == 1
        assert piece.size > 0
        assert np.abs(piece).max() <= 1.0
        assert np.isfinite(piece).all()


def test_marks_of_citations_are_not_spoken(speaker: Speaker) -> None:
    if not speaker.repeatable:
        pytest.skip("no two sounds of this voice are equal")
    plain = np.concatenate(list(speaker.speak(_TWO_SENTENCES, seed=5)))
    marked = np.concatenate(
        list(speaker.speak("The library opens at nine [1][2]. Dogs stay outside. [3, 4]", seed=5))
    )

    np.testing.assert_array_equal(plain, marked)


def test_one_seed_gives_one_sound(speaker: Speaker) -> None:
    if not speaker.repeatable:
        pytest.skip("no two sounds of this voice are equal")
    first = np.concatenate(list(speaker.speak(_TWO_SENTENCES, seed=3)))
    again = np.concatenate(list(speaker.speak(_TWO_SENTENCES, seed=3)))

    np.testing.assert_array_equal(first, again)


def test_twice_the_speed_takes_less_time(speaker: Speaker) -> None:
    slow = sum(piece.size for piece in speaker.speak(_TWO_SENTENCES, speed=0.8))
    fast = sum(piece.size for piece in speaker.speak(_TWO_SENTENCES, speed=1.6))

    assert fast < 0.8 * slow


def test_nothing_is_spoken_once_cancelled(speaker: Speaker) -> None:
    pieces = []
    for piece in speaker.speak(_TWO_SENTENCES, cancelled=lambda: bool(pieces)):
        pieces.append(piece)

    assert len(pieces) == 1


@pytest.mark.parametrize("text", ["", "  \n ", "[1]", "***", "---"])
def test_a_text_without_words_gives_no_piece(speaker: Speaker, text: str) -> None:
    assert list(speaker.speak(text)) == []


@pytest.mark.parametrize(
    "text", ["1" * 90, "a" * 700, "😀 [[h @ l]] [x](/həl/) <b>", "\x00\ud800 a", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 ﷽"]
)
def test_odd_texts_break_no_voice(speaker: Speaker, text: str) -> None:
    for piece in speaker.speak(text):
        assert np.isfinite(piece).all()


@pytest.mark.parametrize("speed", [0.0, 0.4, 2.1, -1.0, float("nan"), float("inf")])
def test_a_speed_that_no_voice_has_is_refused(speaker: Speaker, speed: float) -> None:
    with pytest.raises(ValueError, match="speed is"):
        list(speaker.speak(_TWO_SENTENCES, speed=speed))


def test_it_says_what_it_is(speaker: Speaker) -> None:
    assert speaker.id
    assert 8000 <= speaker.sample_rate <= 48_000
    assert speaker.weights is None or speaker.weights.is_file()


def test_a_closed_voice_says_so(build: Build) -> None:
    speaker = build()
    speaker.close()
    speaker.close()

    with pytest.raises(GenerationFailed, match="closed"):
        list(speaker.speak("One."))
