"""A folder of pictures goes through the networks, a batch at a time, and becomes numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from evaluation.errors import NothingToMeasure
from evaluation.images.clip_score import clip_scores
from evaluation.images.pictures import PictureDamaged, PictureFolder, batches, read_picture
from evaluation.images.report import PromptedPicture
from evaluation.measured import LeftOut

if TYPE_CHECKING:
    from PIL.Image import Image

    from evaluation.images.protocol import FeatureExtractor, Features, ImageTextModel


@dataclass(frozen=True, slots=True)
class Seen:
    """A folder's pictures as networks saw them. Arrays have a row for each picture that could be read, and
    are None where nobody asked. `sizes` are (width, height) of pixels."""

    count: int
    sizes: frozenset[tuple[int, int]]
    features: Features | None
    probabilities: Features | None
    prompted: tuple[PromptedPicture, ...]
    cut_prompts: int
    left_out: tuple[LeftOut, ...]


@dataclass(slots=True)
class _Gathered:
    """What is known of a folder so far."""

    count: int = 0
    sizes: set[tuple[int, int]] = field(default_factory=set)
    features: list[Features] = field(default_factory=list)
    probabilities: list[Features] = field(default_factory=list)
    prompted: list[PromptedPicture] = field(default_factory=list)
    cut_prompts: int = 0
    left_out: list[LeftOut] = field(default_factory=list)


def look_at(
    folder: PictureFolder,
    extractor: FeatureExtractor | None,
    clip: ImageTextModel | None = None,
    prompts: Mapping[str, str] | None = None,
    *,
    batch_size: int = 32,
    progress: Callable[[int], None] = lambda _: None,
) -> Seen:
    """Each picture once. `prompts` are by the pictures' names; `progress` hears how many a batch had.

    Damaged pictures are left out and told. Raises NothingToMeasure where none can be read, and what the
    networks raise.
    """
    import numpy as np

    so_far = _Gathered()
    for batch in batches(folder, batch_size):
        readable: list[tuple[str, Image]] = []
        for name, path in batch:
            try:
                readable.append((name, read_picture(path)))
            except PictureDamaged as error:
                so_far.left_out.append(LeftOut(str(path), str(error)))
        if readable:
            _look(readable, extractor, clip, prompts or {}, so_far)
        progress(len(batch))
    if not so_far.count:
        first = so_far.left_out[0]
        raise NothingToMeasure(
            f"None of the {len(folder.files)} pictures in {folder.folder} can be read; of {first.file}: "
            f"{first.reason}."
        )
    return Seen(
        so_far.count,
        frozenset(so_far.sizes),
        np.concatenate(so_far.features) if so_far.features else None,
        np.concatenate(so_far.probabilities) if so_far.probabilities else None,
        tuple(so_far.prompted),
        so_far.cut_prompts,
        tuple(so_far.left_out),
    )


def _look(
    batch: list[tuple[str, Image]],
    extractor: FeatureExtractor | None,
    clip: ImageTextModel | None,
    prompts: Mapping[str, str],
    so_far: _Gathered,
) -> None:
    so_far.count += len(batch)
    so_far.sizes |= {picture.size for _, picture in batch}
    if extractor is not None:
        extracted = extractor.extract([picture for _, picture in batch])
        so_far.features.append(extracted.features)
        if extracted.probabilities is not None:
            so_far.probabilities.append(extracted.probabilities)
    asked = [(name, picture, prompts[name]) for name, picture in batch if name in prompts]
    if clip is None or not asked:
        return
    texts = [prompt for _, _, prompt in asked]
    scores = clip_scores(clip.pictures([picture for _, picture, _ in asked]), clip.texts(texts))
    so_far.cut_prompts += sum(clip.is_too_long(text) for text in texts)
    so_far.prompted += [
        PromptedPicture(name, prompt, float(score))
        for (name, _, prompt), score in zip(asked, scores, strict=True)
    ]
