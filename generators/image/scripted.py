"""The engine for tests and demonstrations: plain colours, by prompt and seed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from generators.errors import GenerationFailed, PromptTooLong
from generators.image.canvases import outpainting_canvas, pasted_outside
from generators.image.protocol import (
    Capabilities,
    FromText,
    ImageRequest,
    Inpainting,
    MadePicture,
    MadePictures,
    Outpainting,
    Size,
    StepDone,
    StepListener,
    unheard,
)
from generators.image.request_checks import check_request

if TYPE_CHECKING:
    from PIL.Image import Image

_STEPS = 4
_MOST_WORDS = 300


class ScriptedImageMaker:
    """An ImageMaker without a model: each picture is one colour, and what must stay of a given one stays.

    It keeps what it was asked in `requests`. Prompts among `flagged` make pictures that are flagged.
    """

    def __init__(self, *, size: Size = (32, 32), flagged: tuple[str, ...] = (), id: str = "scripted") -> None:
        self._size = size
        self._flagged = flagged
        self._id = id
        self._closed = False
        self.requests: list[ImageRequest] = []

    @property
    def id(self) -> str:
        return self._id

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(("text", "image", "inpaint", "outpaint"), self._size, ("euler",))

    def make(
        self,
        request: ImageRequest,
        progress: StepListener = unheard,
        cancelled: Callable[[], bool] = lambda: False,
        begun: Callable[[], None] = lambda: None,
    ) -> MadePictures:
        if self._closed:
            raise GenerationFailed("This image engine was closed. Build a new one.")
        check_request(request, self.capabilities, self._id)
        words = len(request.prompt.split())
        if words > _MOST_WORDS:
            raise PromptTooLong(
                f"The prompt comes to {words} words, and {_MOST_WORDS} are read. Shorten it.",
                _MOST_WORDS / words,
            )
        self.requests.append(request)
        begun()
        steps = request.steps or _STEPS
        made: list[MadePicture] = []
        for number in range(request.count):
            if cancelled():
                return MadePictures(tuple(made), interrupted=True)
            picture = self._picture(request, request.seed + number)
            for step in range(1, steps + 1):
                preview = picture.resize((8, 8)) if request.previews else None
                progress(StepDone(number + 1, request.count, step, steps, preview))
                if cancelled():
                    return MadePictures(tuple(made), interrupted=True)
            made.append(
                MadePicture(
                    picture,
                    request.seed + number,
                    (("steps", str(steps)), ("size", f"{picture.width}x{picture.height}")),
                    flagged=request.prompt in self._flagged,
                )
            )
        return MadePictures(tuple(made))

    def close(self) -> None:
        self._closed = True

    def _picture(self, request: ImageRequest, seed: int) -> Image:
        from PIL import Image

        digest = hashlib.sha256(f"{request.prompt}\n{seed}".encode()).digest()
        colour = (digest[0], digest[1], digest[2])
        start = request.start
        if isinstance(start, Outpainting):
            start = outpainting_canvas(start)
        if isinstance(start, Inpainting):
            return pasted_outside(Image.new("RGB", start.picture.size, colour), start)
        own = self._size if isinstance(start, FromText) else getattr(start, "picture", None)
        size = own if isinstance(own, tuple) else own.size if own is not None else self._size
        return Image.new("RGB", request.size or size, colour)
