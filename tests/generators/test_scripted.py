from __future__ import annotations

import json
from pathlib import Path

import pytest

from generators.errors import GenerationFailed, ModelUnusable
from generators.text.protocol import Finished, GenerationRequest, Message, PromptRead, TextPiece
from generators.text.scripted import ScriptedGenerator, ScriptedReply, read_replies
from generators.text.words import WordSignals


def _ask(generator: ScriptedGenerator, text: str) -> str:
    events = generator.stream(GenerationRequest((Message("user", text),)))
    return "".join(event.text for event in events if isinstance(event, TextPiece))


def test_replies_come_in_order_and_requests_are_kept() -> None:
    generator = ScriptedGenerator(["First.", "Second,\n  indented. "])
    assert [_ask(generator, "a"), _ask(generator, "b")] == ["First.", "Second,\n  indented. "]
    assert [request.messages[0].content for request in generator.requests] == ["a", "b"]


def test_a_script_at_its_end_says_so() -> None:
    generator = ScriptedGenerator(["Only one."])
    _ask(generator, "a")
    with pytest.raises(GenerationFailed, match="holds 1 replies and was asked for reply 2"):
        _ask(generator, "b")


def test_a_reply_may_depend_on_the_request() -> None:
    generator = ScriptedGenerator(lambda request: request.messages[0].content.upper())
    assert _ask(generator, "loud") == "LOUD"


def test_what_is_to_be_warmed_is_kept() -> None:
    generator = ScriptedGenerator([])
    generator.warm([Message("system", "Be brief.")])
    assert generator.warmed == [(Message("system", "Be brief."),)]


def test_a_script_is_read_from_json(tmp_path: Path) -> None:
    path = tmp_path / "script.json"
    path.write_text(json.dumps(["Yes. [1]"]), encoding="utf-8")
    assert read_replies(path) == ("Yes. [1]",)


def test_a_reply_may_come_with_signals(tmp_path: Path) -> None:
    path = tmp_path / "script.json"
    signals = {"states": [[0.5, -1]], "openings": {"Yes": -0.5}, "logprobs": [-1, -2], "end_logprob": -3}
    path.write_text(json.dumps([{"text": "Yes. [1]", **signals}]), encoding="utf-8")
    request = GenerationRequest((Message("user", "a"),), signals=True, layers=(0,), openings=("No", "Yes"))
    first, *pieces, last = ScriptedGenerator(read_replies(path)).stream(request)
    assert isinstance(first, PromptRead)
    assert first.states is not None
    assert first.states.tolist() == [[0.5, -1.0]]
    assert first.openings == (None, -0.5)
    assert pieces == [TextPiece("Yes.", -1.0, 1), TextPiece(" [1]", -2.0, 1)]
    assert isinstance(last, Finished)
    assert last.end_logprob == -3.0


def test_words_beyond_the_scripted_ones_have_the_last_ones_probability() -> None:
    reply = ScriptedReply("One two three", WordSignals(logprobs=(-1.0, -2.0)))
    events = ScriptedGenerator([reply]).stream(GenerationRequest((Message("user", "a"),), signals=True))
    assert [event.logprob for event in events if isinstance(event, TextPiece)] == [-1.0, -2.0, -2.0]


@pytest.mark.parametrize(
    "content",
    [
        "{}",
        "[1]",
        "not json",
        '[{"states": [[1]]}]',
        '[{"text": "a", "opening": {}}]',
        '[{"text": "a", "logprobs": "x"}]',
    ],
)
def test_a_script_that_is_none_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "script.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ModelUnusable, match=r"script\.json"):
        read_replies(path)


def test_a_missing_script_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match=r"absent\.json cannot be read"):
        read_replies(tmp_path / "absent.json")
