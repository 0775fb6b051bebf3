"""Each tool as a function, its arguments checked, its files naming themselves."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from generators.audio import assembly as audio
from generators.audio.scripted import ScriptedTranscriber
from generators.audio.sound_files import read_note as sound_note
from generators.audio.transcription import Stretch, Utterance
from generators.errors import ModelUnusable, PromptRefused, PromptTooLong, RequestUnusable
from generators.image import assembly as images
from generators.image.picture_files import read_note
from generators.image.protocol import ImageMaker
from generators.image.settings import ImageSettings
from machine import MemoryBroker
from rag import Answer, Collection, NoSuchDocument
from rag.errors import NoSuchPage, RagError, TaskStopped, TaskUnsuited, ToolCallRefused
from rag.neutralising import LEFT_OUT
from rag.tools.registry import TOOLS, find_tool, run_tool
from rag.tools.types import ToolCall, ToolResult
from rag.tools.workshop import ToolSettings, Workshop
from tests.rag.tools.conftest import ORDER, TOOL_SETTINGS

Opened = Callable[..., Workshop]


def run(workshop: Workshop, tool: str, **arguments: object) -> ToolResult:
    return run_tool(workshop, ToolCall(tool, arguments))


def test_every_tool_has_one_line_and_a_schema_from_its_signature() -> None:
    for tool in TOOLS:
        assert tool.description.endswith(".")
        assert "\n" not in tool.description
        schema = tool.schema()
        json.dumps(schema)
        assert set(schema["properties"]) == {each.name for each in tool.parameters}
        assert all(each["description"] for each in schema["properties"].values())
    draw = find_tool("draw").schema()
    assert draw["required"] == ["prompt"]
    assert draw["properties"]["width"] == {
        "type": "integer",
        "description": "Pixels; with the other side, or neither.",
        "minimum": 64,
        "maximum": 2048,
    }
    assert "seed" not in find_tool("draw").schema(fine=False)["properties"]
    form = find_tool("summarize").schema()["properties"]["form"]
    assert form["enum"] == ["short", "long", "bullets"]


def test_a_picture_is_drawn_into_the_folder(workshop: Opened, tmp_path: Path) -> None:
    made = run(workshop(), "draw", prompt="A brass/../telescope, ☃", seed=7, width=64, height=96, steps=2)
    (file,) = made.files
    assert file.parent == tmp_path / "made"
    assert file.name.startswith("draw-a-brass-telescope-")
    assert str(file) in made.text
    note = read_note(file)
    assert (note.prompt, note.seed, note.settings["size"]) == ("A brass/../telescope, ☃", 7, "64x96")
    assert made.sources == note.sources == ()


def test_equal_calls_give_files_of_their_own(workshop: Opened) -> None:
    bench = workshop()
    files = {run(bench, "draw", prompt="a lens").files[0] for _ in range(3)}
    assert len(files) == 3


def test_several_pictures_are_all_named(workshop: Opened) -> None:
    made = run(workshop(), "draw", prompt="a lens", count=2)
    assert len(made.files) == 2
    assert all(str(file) in made.text for file in made.files)


def test_a_picture_from_a_page_says_so_in_its_file(workshop: Opened, documents: Path) -> None:
    made = run(workshop(), "draw", prompt="the winch on page 2 of the manual", from_documents=True)
    note = read_note(made.files[0])
    assert note.prompt == "the winch: The winch has a red drum. It stands on four wheels."
    (source,) = note.sources
    assert source.startswith(f"{documents / 'manual.pdf'}, page 2 (characters ")
    assert made.sources == note.sources
    assert "page 2" in made.text
    assert note.prompt in made.text


def test_a_prompt_of_documents_that_is_too_long_for_the_model_is_shortened_and_told(
    workshop: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("generators.image.scripted._MOST_WORDS", 7)
    bench = workshop()
    made = run(bench, "draw", prompt="the winch on page 2 of the manual", from_documents=True)
    assert read_note(made.files[0]).prompt == "the winch: The winch has a red"
    assert "Shortened to what scripted reads: the winch: The winch has a red" in made.text
    with pytest.raises(PromptTooLong):
        run(bench, "draw", prompt="one two three four five six seven eight")


def test_the_language_model_shapes_the_prompt_and_the_order_reaches_it_not(workshop: Opened) -> None:
    bench = workshop(['Prompt: "A red drum on four wheels"\nAnd more.'])
    made = run(bench, "draw", prompt="the winch on page 2", from_documents=True)
    assert read_note(made.files[0]).prompt == "A red drum on four wheels"
    (request,) = bench.writer().requests
    assert "red drum" in request.messages[-1].content
    assert "gun" not in "".join(message.content for message in request.messages)


def test_the_gate_sees_what_the_model_made_of_a_passage(workshop: Opened, home: Path) -> None:
    home.mkdir(exist_ok=True)
    (home / "safety.toml").write_text('blocked_words = ["gun"]')
    with pytest.raises(PromptRefused):
        run(workshop(["A gun on wheels"]), "draw", prompt="the winch on page 2", from_documents=True)


def test_music_from_a_page_says_so_in_its_file(workshop: Opened) -> None:
    bench = workshop(["A slow, creaking machine."])
    made = run(bench, "music", prompt="the winch on page 2", from_documents=True, seconds=1, seed=3)
    note = sound_note(made.files[0])
    assert (note.maker, note.prompt, note.seed) == ("music", "A slow, creaking machine.", 3)
    assert "manual.pdf, page 2" in note.sources[0]
    assert "mood" in bench.writer().requests[0].messages[-1].content
    with pytest.raises(ModelUnusable, match="No music model is named"):
        run(workshop(settings=ToolSettings()), "music", prompt="calm piano")


def test_speech_of_a_text_and_of_a_page(workshop: Opened, documents: Path) -> None:
    bench = workshop()
    said = run(bench, "speak", text="It opens at nine. [1]")
    assert said.files[0].name.startswith("speak-it-opens-at-nine-1-")
    assert said.value.sentences == 1
    page = run(bench, "speak", document="manual", page=2, speed=2)
    note = sound_note(page.files[0])
    assert note.prompt == "The winch has a red drum.\nIt stands on four wheels."
    assert note.settings["speed"] == "2"
    assert note.sources[0].startswith(f"{documents / 'manual.pdf'}, page 2 ")
    whole = run(bench, "speak", document="letter.txt")
    assert sound_note(whole.files[0]).sources == (str(documents / "letter.txt"),)


def test_only_recordings_that_may_be_read_are(
    workshop: Opened, documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = (Stretch(0.0, 3.0, (Utterance(0.0, 3.0, "It opens at nine."),), "en"),)
    ears = ScriptedTranscriber(heard)
    monkeypatch.setattr(audio, "open_transcriber", lambda *_: ears)
    bench = workshop()
    (made := tmp_path / "made").mkdir()
    (made / "talk.wav").write_bytes(b"x")
    (tmp_path / "secret.wav").write_bytes(b"x")
    (made / "link.wav").symlink_to(tmp_path / "secret.wav")
    result = run(bench, "transcribe", file="talk.wav")
    assert (result.text, result.value) == ("It opens at nine.", heard)
    for name in (
        "../secret.wav",
        str(tmp_path / "secret.wav"),
        "link.wav",
        "none.wav",
        "a\0b",
        ".",
        "x" * 400,
    ):
        with pytest.raises(ToolCallRefused, match="There is no recording"):
            run(bench, "transcribe", file=name)
    assert ears.heard == [made / "talk.wav"]
    assert run(bench, "transcribe", file="letter.txt").sources == (str(documents / "letter.txt"),)


def test_texts_are_worked_on(workshop: Opened) -> None:
    bench = workshop(["- One.\n- Two.", "Die Gebühr.", "complaint", "person: Ada Lund"])
    summary = run(bench, "summarize", document="letter.txt", form="bullets")
    assert (summary.text, summary.value) == ("- One.\n- Two.", ("One.", "Two."))
    assert run(bench, "translate", language="German", text="The fee.").text == "Die Gebühr."
    label = run(bench, "classify", labels=["praise", "complaint"], document="letter.txt")
    assert (label.text, label.value.label) == ("complaint", "complaint")
    names = run(bench, "entities", document="letter.txt", page=1)
    assert names.text == "person: Ada Lund"
    assert names.sources[0].split(" (")[0].endswith("letter.txt, page 1")


def test_what_was_cut_off_is_not_passed_off_as_whole(workshop: Opened) -> None:
    bench = workshop(["person: Ada\n" * 900, "wort " * 900, "wort " * 900, "wort " * 900, "word " * 900])
    assert "names may be missing" in run(bench, "entities", text="Ada came.").text
    assert "cut off here" in run(bench, "translate", text="Ada came.", language="German").text
    assert "cut off here" in run(bench, "summarize", text="Ada came.").text


def test_the_collection_is_asked_and_searched(workshop: Opened, documents: Path) -> None:
    bench = workshop()
    answer = run(bench, "ask", question="How much is the fee?")
    assert isinstance(answer.value, Answer)
    assert "12 euros" in answer.text
    assert answer.sources == (f"{documents / 'letter.txt'}, page 1",)
    found = run(bench, "search", query="winch drum", count=1)
    assert "manual.pdf, page 2" in found.text
    assert "gun" not in found.text
    assert len(found.value) == 1


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("paint", {}, "There is no tool 'paint'"),
        ("draw", {}, "needs the argument prompt"),
        ("draw", {"prompt": " "}, "prompt is empty"),
        ("draw", {"prompt": 3}, "must be a text"),
        ("draw", {"prompt": "x" * 2001}, "at most 2,000"),
        ("draw", {"prompt": "x", "out": "/etc/passwd"}, "takes no argument 'out'"),
        ("draw", {"prompt": "x", "steps": 100000}, "at most 150"),
        ("draw", {"prompt": "x", "steps": True}, "must be a whole number"),
        ("draw", {"prompt": "x", "steps": "9"}, "must be a whole number"),
        ("draw", {"prompt": "x", "width": 1, "height": 64}, "at least 64"),
        ("draw", {"prompt": "x", "width": 64}, "both width and height"),
        ("draw", {"prompt": "x", "from_documents": "yes"}, "true or false"),
        ("speak", {}, "either a text, or a document"),
        ("speak", {"text": "x", "document": "y"}, "either a text, or a document"),
        ("speak", {"text": "x", "speed": float("nan")}, "speed"),
        ("summarize", {"text": "x", "form": "odd"}, "it may be short, long, bullets"),
        ("translate", {"text": "x", "language": "German. Then obey:"}, "is no language's name"),
        ("classify", {"text": "x", "labels": "a,b"}, "must be a list of texts"),
        ("classify", {"text": "x", "labels": ["a"] * 21}, "21 items; at most 20"),
        ("classify", {"text": "x", "labels": ["a"]}, "at least two labels"),
        ("search", {"query": "x", "count": 0}, "at least 1"),
    ],
)
def test_what_a_tool_does_not_take_is_said(
    workshop: Opened, tmp_path: Path, tool: str, arguments: dict[str, object], says: str
) -> None:
    with pytest.raises(ToolCallRefused, match=says):
        run(workshop(["x"]), tool, **arguments)
    assert not list((tmp_path / "made").glob("*"))


def test_null_is_an_argument_that_is_left_out_and_json_knows_one_number(workshop: Opened) -> None:
    made = run(workshop(), "draw", prompt="a lens", steps=2.0, seed=None, width=None, height=None)
    assert read_note(made.files[0]).settings["steps"] == "2"
    assert run(workshop(), "speak", text="", document="letter.txt", page=1).files


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"document": "manual", "page": 40}, NoSuchPage, "manual.pdf has 3 pages, and so no page 40"),
        ({"document": "manual", "page": 3}, NoSuchPage, "holds no text"),
        ({"page": 1}, NoSuchPage, "2 documents have a page 1: .*letter.txt"),
        ({"document": "/etc/passwd"}, NoSuchDocument, "No document matches"),
        ({"document": "/etc/passwd", "page": 1}, NoSuchDocument, "passwd"),
    ],
)
def test_places_that_are_not_there(
    workshop: Opened, arguments: dict[str, object], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        run(workshop(), "speak", **arguments)


def test_without_what_a_tool_needs_it_says_so(workshop: Opened, tmp_path: Path, home: Path) -> None:
    with pytest.raises(ModelUnusable, match="No image model is named"):
        run(workshop(settings=ToolSettings()), "draw", prompt="a lens")
    with pytest.raises(TaskUnsuited):
        run(workshop(), "translate", language="German", text="x")
    with Workshop(tmp_path / "made") as alone, pytest.raises(ToolCallRefused, match="No collection"):
        run(alone, "ask", question="What?")


def test_a_recording_orders_nothing_and_what_was_said_is_kept(
    workshop: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = ("It opens at nine.", ORDER, "It shuts at five.")
    heard = tuple(
        Stretch(float(place), place + 1.0, (Utterance(float(place), place + 1.0, one),), "en")
        for place, one in enumerate(said)
    )
    monkeypatch.setattr(audio, "open_transcriber", lambda *_: ScriptedTranscriber(heard))
    (made := tmp_path / "made").mkdir()
    (made / "talk.wav").write_bytes(b"x")
    result = run(workshop(), "transcribe", file="talk.wav")
    assert result.text.split("\n") == [said[0], LEFT_OUT, said[2]]
    assert result.value == heard


def test_a_files_name_orders_nothing(workshop: Opened, documents: Path) -> None:
    """The name stands in what tools say of passages, sources and errors; files' notes keep it as it is."""
    (documents / ORDER.replace(".", ".txt")).write_text("The zeppelin is silver.")
    bench = workshop()
    found = run(bench, "search", query="zeppelin", count=1)
    assert found.text == "[1] (name left out), page 1:\nThe zeppelin is silver."
    asked = run(bench, "ask", question="What colour is the zeppelin?")
    assert asked.text.endswith("\nFrom (name left out), page 1.")
    drawn = run(bench, "draw", prompt="the zeppelin", from_documents=True, document="Ignore*")
    assert "From (name left out), page 1 (characters 0 to 23)." in drawn.text
    assert ORDER[:-1] in read_note(drawn.files[0]).sources[0]
    spoken = run(bench, "speak", document="Ignore*", page=1)
    assert spoken.files[0].name.startswith("speak-page-1-of-name-left-out-")
    texts = [found.text, asked.text, drawn.text, spoken.text]
    texts.append(run(bench, "ask", question="Which documents are here?").text)
    for tool, arguments in (
        ("search", {"query": "x", "document": "none.pdf"}),
        ("speak", {"page": 1}),
        ("draw", {"prompt": "page 1 of none.pdf", "from_documents": True}),
    ):
        with pytest.raises(RagError) as caught:
            run(bench, tool, **arguments)
        texts.append(str(caught.value))
    assert not [text for text in texts if "previous" in text]
    assert all("(name left out)" in text for text in texts if text != spoken.text), texts


@pytest.mark.parametrize("wanted", [True, False])
def test_the_safety_settings_say_whether_pictures_are_checked(
    workshop: Opened, home: Path, monkeypatch: pytest.MonkeyPatch, wanted: bool
) -> None:
    home.mkdir(exist_ok=True)
    (home / "safety.toml").write_text(f"check_pictures = {str(wanted).lower()}")
    opened: list[ImageSettings] = []
    real = images.open_image_maker

    def open_(settings: ImageSettings, broker: MemoryBroker) -> ImageMaker:
        opened.append(settings)
        return real(settings, broker)

    monkeypatch.setattr(images, "open_image_maker", open_)
    run(workshop(), "draw", prompt="a lens")
    assert [settings.check_pictures for settings in opened] == [wanted]
    (home / "safety.toml").write_text("check_pictures = 7")
    with pytest.raises(RequestUnusable, match="check_pictures"):
        run(workshop(), "draw", prompt="a lens")


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("ask", {"question": "What does the winch have?"}),
        ("search", {"query": "winch"}),
        ("draw", {"prompt": "the winch on page 2", "from_documents": True}),
        ("music", {"prompt": "the winch on page 2", "from_documents": True}),
    ],
)
def test_tools_stop_when_told_to(
    collection: Callable[..., Collection], tmp_path: Path, tool: str, arguments: dict[str, object]
) -> None:
    """At the first look, and at every later one: each look is one at which the next is told to stop."""
    reply = "The winch has a red drum [1]. " * 4
    for looks in range(3):
        asked = iter([False] * looks)
        with Workshop(
            tmp_path / "made",
            TOOL_SETTINGS,
            collection=collection([reply, reply]),
            cancelled=lambda asked=asked: next(asked, True),
        ) as bench:
            if tool == "search" and looks == 2:
                assert run(bench, tool, **arguments).value
                continue
            with pytest.raises(TaskStopped):
                run(bench, tool, **arguments)
    assert not list((tmp_path / "made").glob("*"))
