"""The seam between a wish for a picture and an engine that makes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from PIL.Image import Image

#: What a picture starts from. `control` goes with any of the first three.
Mode = Literal["text", "image", "inpaint", "outpaint", "control", "latent", "path", "translate"]
Size = tuple[int, int]

_SEEDS = 2**32
_MOST_PICTURES = 64
_MOST_STEPS = 999  # of 1000 levels of noise the schedulers of 1.x leave the first out
_LONGEST_SIDE = 8192


@dataclass(frozen=True, slots=True)
class FromText:
    """From noise: the prompt alone says what it becomes."""


@dataclass(frozen=True, slots=True, eq=False)
class FromPicture:
    """A picture drawn over. `strength` from 0 to 1: how much of it is given up."""

    picture: Image
    strength: float = 0.8

    def __post_init__(self) -> None:
        _check_share("strength", self.strength)


@dataclass(frozen=True, slots=True, eq=False)
class Inpainting:
    """A picture of which the white of the mask (same size, one channel) is drawn anew.

    Where the mask is black every pixel stays as it is; grey mixes.
    """

    picture: Image
    mask: Image
    strength: float = 1.0

    def __post_init__(self) -> None:
        _check_share("strength", self.strength)
        if self.picture.size != self.mask.size:
            raise ValueError(
                f"the mask is {_sides(self.mask.size)} pixels and the picture {_sides(self.picture.size)}; "
                "they must be of one size"
            )
        _check_longest("the picture", self.picture.size)


@dataclass(frozen=True, slots=True, eq=False)
class Outpainting:
    """A picture that goes on beyond its edges, by so many pixels on each side. Its own pixels stay."""

    picture: Image
    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0

    def __post_init__(self) -> None:
        sides = (self.left, self.top, self.right, self.bottom)
        if min(sides) < 0 or not any(sides):
            raise ValueError(f"the sides are {sides}; none may be below 0 and one must be above")
        width, height = self.picture.size
        size = (width + self.left + self.right, height + self.top + self.bottom)
        _check_longest("the picture with what is added", size)


@dataclass(frozen=True, slots=True)
class FromLatent:
    """For engines without words: a vector drawn by the seed. `label` counts from 0, or is a class's name.

    `truncation` scales the vector: below 1 pictures are more alike and more usual.
    """

    label: int | str | None = None
    truncation: float = 1.0


@dataclass(frozen=True, slots=True)
class LatentPath:
    """The way from the seed's vector to that of `last_seed`, in as many pictures as the request counts.

    The first and the last are the pictures of the two seeds.
    """

    last_seed: int
    label: int | str | None = None
    truncation: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Translation:
    """A picture from one kind into another, by an engine that does just that."""

    picture: Image


Start = FromText | FromPicture | Inpainting | Outpainting | FromLatent | LatentPath | Translation

_MODES: dict[type, Mode] = {
    FromText: "text",
    FromPicture: "image",
    Inpainting: "inpaint",
    Outpainting: "outpaint",
    FromLatent: "latent",
    LatentPath: "path",
    Translation: "translate",
}


@dataclass(frozen=True, slots=True, eq=False)
class Control:
    """A picture whose lines, depths or poses are followed, by a ControlNet (folder or .safetensors file)."""

    picture: Image
    model: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Lora:
    """Small weights laid over the model's own. At weight 0 they change nothing."""

    file: Path
    weight: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class ImageRequest:
    """All an engine gets. None leaves a value to the model's custom; raises ValueError for what cannot be.

    Picture number n (from 0) is drawn with `seed + n`: asked for alone with that seed it is the same.
    """

    prompt: str = ""
    negative_prompt: str = ""
    """What is not wanted. Without guidance (1 and below) it does nothing."""
    start: Start = FromText()
    control: Control | None = None
    guidance_scale: float | None = None
    """How closely the prompt is followed (https://arxiv.org/abs/2207.12598); 1 and below: no guidance."""
    steps: int | None = None
    scheduler: str | None = None
    """One of the names in the engine's capabilities."""
    size: Size | None = None
    """Width and height in pixels. Pictures to inpaint and outpaint have theirs."""
    seed: int = 0
    count: int = 1
    lora: Lora | None = None
    previews: bool = False
    """Whether each step comes with a rough, small picture of how far it is."""

    def __post_init__(self) -> None:
        if not 0 <= self.seed < _SEEDS:
            raise ValueError(f"seed is {self.seed}; it must be from 0 to {_SEEDS - 1}")
        if not 1 <= self.count <= _MOST_PICTURES:
            raise ValueError(f"count is {self.count}; it must be from 1 to {_MOST_PICTURES}")
        if self.steps is not None and not 1 <= self.steps <= _MOST_STEPS:
            raise ValueError(f"steps is {self.steps}; it must be from 1 to {_MOST_STEPS}")
        if self.guidance_scale is not None and not 0 <= self.guidance_scale <= 100:
            raise ValueError(f"guidance_scale is {self.guidance_scale}; it must be from 0 to 100")
        if self.size is not None and not all(8 <= side <= _LONGEST_SIDE for side in self.size):
            raise ValueError(
                f"size is {_sides(self.size)}; each side must be from 8 to {_LONGEST_SIDE} pixels"
            )
        if self.size is None and isinstance(self.start, FromPicture):
            _check_longest("the picture", self.start.picture.size)

    @property
    def modes(self) -> tuple[Mode, ...]:
        """What an engine must be able to do for this request."""
        own = _MODES[type(self.start)]
        return (own,) if self.control is None else (own, "control")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can be asked for."""

    modes: tuple[Mode, ...]
    default_size: Size
    schedulers: tuple[str, ...] = ()
    lora: bool = False
    labels: int = 0
    """Number of classes that pictures can be asked of."""


@dataclass(frozen=True, slots=True, eq=False)
class StepDone:
    """After each step: `picture_number` and `step` count from 1."""

    picture_number: int
    pictures: int
    step: int
    steps: int
    preview: Image | None = None


@dataclass(frozen=True, slots=True, eq=False)
class MadePicture:
    """One picture, with what redraws it alone. `settings` are the values that were used, by their names."""

    picture: Image
    seed: int
    settings: tuple[tuple[str, str], ...] = ()
    flagged: bool = False
    """Whether the model's own checker took it for one that should not be shown."""
    seconds: float | None = None
    """What drawing it took, without loading the model."""


@dataclass(frozen=True, slots=True, eq=False)
class MadePictures:
    """What came of a request. Where it was interrupted, the pictures that were whole by then."""

    pictures: tuple[MadePicture, ...]
    interrupted: bool = False


StepListener = Callable[[StepDone], None]


def unheard(step: StepDone) -> None:
    """The listener of those who do not ask."""


class ImageMaker(Protocol):
    """An engine that makes pictures. One request at a time; a second waits."""

    @property
    def id(self) -> str:
        """What it is called in the files it makes."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """May load the model. Raises EngineMissing and ModelUnusable."""
        ...

    def make(
        self,
        request: ImageRequest,
        progress: StepListener = unheard,
        cancelled: Callable[[], bool] = lambda: False,
        begun: Callable[[], None] = lambda: None,
    ) -> MadePictures:
        """RGB pictures in order of seeds. `cancelled` is asked before each picture and after each step;
        `begun` is called once, when all models are in memory and the first picture begins.

        Raises EngineMissing, ModelUnusable, RequestUnusable for what this engine cannot do, PromptTooLong
        before anything is begun, and GenerationFailed, also after `close`.
        """
        ...

    def close(self) -> None: ...


def _check_share(name: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise ValueError(f"{name} is {value}; it must be from 0 to 1")


def _check_longest(what: str, size: Size) -> None:
    if max(size) > _LONGEST_SIDE:
        raise ValueError(f"{what} is {_sides(size)}; each side may have {_LONGEST_SIDE} pixels")


def _sides(size: Size) -> str:
    return f"{size[0]}x{size[1]}"
