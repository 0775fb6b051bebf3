"""Tools that make files, and the one that listens to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from generators.audio.composing import compose
from generators.audio.music import MusicRequest
from generators.audio.speech import speak as speak_into
from generators.image.drawing import draw as draw_into
from generators.image.protocol import ImageRequest, StepDone
from generators.safety import SafetyGate
from generators.seeds import SEEDS, seed_or_chance
from rag.errors import ToolCallRefused
from rag.grounded.shaped_prompt import Purpose
from rag.tasks.documents import shown_text
from rag.tools.arguments import About
from rag.tools.from_documents import shaped_from, told_shaping, told_shortening
from rag.tools.given import given_text
from rag.tools.told import told_sources
from rag.tools.types import ToolResult
from rag.tools.workshop import Workshop

_LONGEST_SPOKEN = 200_000
_SIDES = About("Pixels; with the other side, or neither.", least=64, most=2048, fine=True)

Document = Annotated[
    str | None, About("A document of the collection, by its file name, instead of a text.", longest=500)
]
Page = Annotated[int | None, About("One page of that document, counted from 1.", least=1, most=10**6)]


def draw(
    workshop: Workshop,
    prompt: Annotated[str, About("What to draw, in words; or, from the documents, what of them.")],
    from_documents: Annotated[
        bool,
        About(
            "Whether the documents say what it looks like: the prompt then names what, or a page.", fine=True
        ),
    ] = False,
    document: Annotated[
        str | None, About("With from_documents: only this document.", longest=500, fine=True)
    ] = None,
    negative_prompt: Annotated[str, About("What is not wanted in it.", fine=True)] = "",
    width: Annotated[int | None, _SIDES] = None,
    height: Annotated[int | None, _SIDES] = None,
    steps: Annotated[int | None, About("Steps; more take longer.", least=1, most=150, fine=True)] = None,
    count: Annotated[int, About("How many pictures.", least=1, most=8, fine=True)] = 1,
    seed: Annotated[
        int | None, About("The same seed draws the same.", least=0, most=SEEDS - 1, fine=True)
    ] = None,
) -> ToolResult:
    """Draw a picture from words, or from what the documents say of something."""
    if (width is None) != (height is None):
        raise ToolCallRefused("draw: give both width and height, or neither.")
    gate = workshop.gate()
    maker = workshop.image_maker()
    wanted = _Wanted(prompt)
    if from_documents:
        wanted = _from_documents(workshop, gate, maker.id, prompt, document, "picture")
    request = ImageRequest(
        prompt=wanted.prompt,
        negative_prompt=negative_prompt,
        steps=steps,
        size=None if width is None or height is None else (width, height),
        seed=seed_or_chance(seed),
        count=count,
    )
    drawn = draw_into(
        maker,
        request,
        workshop.new_file("draw", prompt, ".png"),
        gate=gate,
        sources=wanted.sources,
        model_sha256=workshop.image_weights_sha256,
        shorten=from_documents,
        progress=lambda step: workshop.heard(*_drawing_so_far(step)),
        cancelled=workshop.cancelled,
    )
    files = tuple(file.path for file in drawn.files)
    listed = ", ".join(f"{file.path} (seed {file.making.seed})" for file in drawn.files) or "nothing"
    lines = [f"Drawn: {listed}.", *wanted.told]
    if drawn.files:
        lines += told_shortening(wanted.prompt, drawn.files[0].making.prompt, maker.id)
    return ToolResult("draw", "\n".join(lines), drawn, files, wanted.sources)


def _drawing_so_far(done: StepDone) -> tuple[str, float]:
    words = f"step {done.step} of {done.steps}"
    if done.pictures > 1:
        words = f"picture {done.picture_number} of {done.pictures}, {words}"
    return words, (done.picture_number - 1 + done.step / max(1, done.steps)) / max(1, done.pictures)


def music(
    workshop: Workshop,
    prompt: Annotated[str, About("What is to be heard, in words; or, from the documents, what of them.")],
    from_documents: Annotated[
        bool,
        About(
            "Whether the documents say what it is about: the prompt then names what, or a page.", fine=True
        ),
    ] = False,
    document: Annotated[
        str | None, About("With from_documents: only this document.", longest=500, fine=True)
    ] = None,
    seconds: Annotated[float, About("How long it sounds.", least=1, most=120, fine=True)] = 8.0,
    seed: Annotated[
        int | None, About("The same seed plays the same.", least=0, most=SEEDS - 1, fine=True)
    ] = None,
) -> ToolResult:
    """Make music or sound from words, or from what the documents say of something."""
    gate = workshop.gate("music")
    maker = workshop.music_maker()
    wanted = _Wanted(prompt)
    if from_documents:
        wanted = _from_documents(workshop, gate, maker.id, prompt, document, "music")
    composed = compose(
        maker,
        MusicRequest(wanted.prompt, seconds, seed=seed_or_chance(seed)),
        workshop.new_file("music", prompt, ".wav"),
        gate=gate,
        sources=wanted.sources,
        model_sha256=workshop.music_weights_sha256,
        shorten=from_documents,
        progress=lambda step, steps: workshop.heard(f"step {step} of {steps}", step / max(1, steps)),
        cancelled=workshop.cancelled,
    )
    made = f"Made: {composed.path} ({composed.seconds:.1f} s, seed {composed.making.seed})."
    lines = [made, *wanted.told, *told_shortening(wanted.prompt, composed.making.prompt, maker.id)]
    return ToolResult("music", "\n".join(lines), composed, (composed.path,), wanted.sources)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The prompt, the passages it was shaped from, and both in words."""

    prompt: str
    sources: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


def _from_documents(
    workshop: Workshop, gate: SafetyGate, model: str, wish: str, document: str | None, purpose: Purpose
) -> _Wanted:
    gate.check_prompt(wish, model)
    workshop.go_on()
    shaped = shaped_from(workshop.collection(), wish, document, purpose, workshop.cancelled)
    workshop.go_on()
    return _Wanted(shaped.prompt, shaped.ground.sources, tuple(told_shaping(shaped)))


def speak(
    workshop: Workshop,
    text: Annotated[str | None, About("What to say.", longest=_LONGEST_SPOKEN)] = None,
    document: Document = None,
    page: Page = None,
    speed: Annotated[
        float | None, About("A multiple of the voice's own pace.", least=0.5, most=2, fine=True)
    ] = None,
) -> ToolResult:
    """Read a text, a document or a page aloud into a sound file."""
    return spoken(workshop, text, document, page, speed)


def spoken(
    workshop: Workshop,
    text: str | None,
    document: str | None = None,
    page: int | None = None,
    speed: float | None = None,
    sources: tuple[str, ...] = (),
) -> ToolResult:
    """The same for callers that know where a text comes from, such as the pages that an answer cites."""
    given = given_text(workshop, "speak", text, document, page)
    settings = workshop.settings.speech
    sources = given.sources or sources
    made = speak_into(
        given.text,
        workshop.new_file("speak", given.name or given.text[:60], ".wav"),
        settings if speed is None else replace(settings, speed=speed),
        sources=sources,
        speaker=workshop.speaker(),
        spoken=lambda count, seconds: workshop.heard(f"{count} sentences, {seconds:.0f} s of sound", None),
        cancelled=workshop.cancelled,
    )
    lines = [f"Spoken: {made.path} ({made.seconds:.1f} s).", *told_sources(sources)]
    return ToolResult("speak", "\n".join(lines), made, (made.path,), sources)


def transcribe(
    workshop: Workshop,
    file: Annotated[str, About("A recording among the documents, by its file name.", longest=500)],
) -> ToolResult:
    """Write down what is said in a recording."""
    # A recording is a document: the text is what a model may be shown of it, the value what was said.
    place: Path = workshop.readable_file(file)
    stretches = []
    for stretch in workshop.transcriber().transcribe(place):
        workshop.go_on()
        stretches.append(stretch)
    said = "\n".join(stretch.text for stretch in stretches if stretch.utterances)
    text = shown_text(said, noted=True)
    return ToolResult(
        "transcribe", text or f"No speech was heard in {file}.", tuple(stretches), sources=(str(place),)
    )
